// benchmarks/raw_nng.cpp: the same bytes through NNG with nothing on top.
#include "benchmarks/raw_nng.hpp"

#include <signal.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <mutex>

#include <nng/nng.h>
#include <nng/protocol/reqrep0/rep.h>
#include <nng/protocol/reqrep0/req.h>
#include <nng/supplemental/util/platform.h>

#include "core/processes/pid.hpp"

extern char** environ;

namespace enginery::benchmarks {
namespace {

using Clock = std::chrono::steady_clock;

void must(int rv, const char* what) {
  if (rv == 0) return;
  std::fprintf(stderr, "benchmark: %s: %s\n", what, nng_strerror(rv));
  std::exit(1);
}

/// One REP context that echoes for ever.
struct EchoContext {
  nng_ctx ctx{};
  nng_aio* aio = nullptr;
  bool sending = false;

  static void on_aio(void* argument) {
    auto* self = static_cast<EchoContext*>(argument);
    if (nng_aio_result(self->aio) != 0) return;
    self->sending = !self->sending;
    if (self->sending)
      nng_ctx_send(self->ctx, self->aio);  // the message that came is still the aio's
    else
      nng_ctx_recv(self->ctx, self->aio);
  }
};

nng_socket dial(const std::string& url) {
  nng_socket socket{};
  must(nng_req0_open(&socket), "nng_req0_open");
  nng_socket_set_ms(socket, NNG_OPT_REQ_RESENDTIME, NNG_DURATION_INFINITE);
  for (int attempt = 0;; ++attempt) {
    const int rv = nng_dial(socket, url.c_str(), nullptr, 0);
    if (rv == 0) return socket;
    if (attempt == 1000) must(rv, "nng_dial");
    nng_msleep(5);  // until the echo process listens
  }
}

}  // namespace

EchoProcess::EchoProcess(const std::string& url) : pid_(-1) {
  const std::string self = "/proc/self/exe";
  std::string mode = "--echo", address = url;
  char* arguments[] = {const_cast<char*>(self.c_str()), mode.data(), address.data(), nullptr};
  if (posix_spawn(&pid_, self.c_str(), nullptr, nullptr, arguments, environ) != 0) std::exit(1);
}

EchoProcess::~EchoProcess() {
  cluster::send_signal(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

void echo_main(const char* url) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  nng_socket pipelined{};
  must(nng_rep0_open(&pipelined), "nng_rep0_open");
  static std::vector<std::unique_ptr<EchoContext>> contexts;
  for (int i = 0; i < 64; ++i) {
    auto context = std::make_unique<EchoContext>();
    must(nng_ctx_open(&context->ctx, pipelined), "nng_ctx_open");
    must(nng_aio_alloc(&context->aio, &EchoContext::on_aio, context.get()), "nng_aio_alloc");
    nng_ctx_recv(context->ctx, context->aio);
    contexts.push_back(std::move(context));
  }
  must(nng_listen(pipelined, (std::string(url) + "p").c_str(), nullptr, 0), "nng_listen");

  nng_socket blocking{};
  must(nng_rep0_open(&blocking), "nng_rep0_open");
  must(nng_listen(blocking, url, nullptr, 0), "nng_listen");
  for (;;) {
    nng_msg* message = nullptr;
    must(nng_recvmsg(blocking, &message, 0), "nng_recvmsg");
    must(nng_sendmsg(blocking, message, 0), "nng_sendmsg");
  }
}

std::vector<double> echo_latencies(const std::string& url, std::size_t size, int count) {
  const nng_socket socket = dial(url);
  std::vector<double> seconds;
  for (int i = 0; i < count; ++i) {
    const auto start = Clock::now();
    nng_msg* message = nullptr;
    must(nng_msg_alloc(&message, size), "nng_msg_alloc");
    must(nng_sendmsg(socket, message, 0), "nng_sendmsg");
    must(nng_recvmsg(socket, &message, 0), "nng_recvmsg");
    nng_msg_free(message);
    seconds.push_back(std::chrono::duration<double>(Clock::now() - start).count());
  }
  return seconds;
}

double pipelined_rate(const std::string& url, std::size_t size, int count) {
  struct Run;
  struct Request {
    Run* run = nullptr;
    nng_ctx ctx{};
    nng_aio* aio = nullptr;
    bool sending = false;
  };
  struct Run {
    std::atomic<int> left = 0;
    std::atomic<int> busy = 0;
    std::size_t size = 0;
    std::mutex mutex;
    std::condition_variable done;

    void next(Request& request) {
      if (left.fetch_sub(1) <= 0) {
        if (busy.fetch_sub(1) == 1) {
          const std::lock_guard lock(mutex);
          done.notify_all();
        }
        return;
      }
      nng_msg* message = nullptr;
      must(nng_msg_alloc(&message, size), "nng_msg_alloc");
      nng_aio_set_msg(request.aio, message);
      request.sending = true;
      nng_ctx_send(request.ctx, request.aio);
    }
    static void on_aio(void* argument) {
      auto& request = *static_cast<Request*>(argument);
      must(nng_aio_result(request.aio), "pipelined request");
      if (request.sending) {
        request.sending = false;
        return nng_ctx_recv(request.ctx, request.aio);
      }
      nng_msg_free(nng_aio_get_msg(request.aio));
      request.run->next(request);
    }
  };
  const nng_socket socket = dial(url + "p");
  constexpr int kOpen = 64;
  Run run;
  run.left = count;
  run.busy = kOpen;
  run.size = size;
  std::vector<std::unique_ptr<Request>> requests;
  const auto start = Clock::now();
  for (int i = 0; i < kOpen; ++i) {
    auto request = std::make_unique<Request>();
    request->run = &run;
    must(nng_ctx_open(&request->ctx, socket), "nng_ctx_open");
    must(nng_aio_alloc(&request->aio, &Run::on_aio, request.get()), "nng_aio_alloc");
    requests.push_back(std::move(request));
  }
  for (const auto& request : requests) run.next(*request);
  std::unique_lock lock(run.mutex);
  run.done.wait(lock, [&] { return run.busy == 0; });
  const double rate = count / std::chrono::duration<double>(Clock::now() - start).count();
  lock.unlock();
  for (const auto& request : requests) nng_aio_free(request->aio);
  return rate;
}

}  // namespace enginery::benchmarks
