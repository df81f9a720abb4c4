// core/transport/requester.cpp: requests to one peer, any number at a time.
//
// Every request has a context of its own with two aios, one to send and one to receive. The send has no callback, since
// NNG would wake a thread for it; the receive is started right behind it. Cancelling a receive whose request is unsent
// crashes NNG. So nothing here cancels, no aio has a time-out, and a socket with open requests is left open until they
// have ended. A context is used again when its answer has come. The answer can overtake the end of its own send by some
// microseconds, in which another thread of NNG's works on that send, so send() waits for its end first.
//
// Nothing is sent twice (a task would run twice), and nothing redials (a new link is a new socket). NNG tells of a lost
// connection by the one thread that ends all connections, so late, or never once an end hangs, as of a peer that died
// under traffic. So that is a hint only: a request over a loss that was not told runs into its deadline, and then a
// Line doubts its connection. NNG may also tell when the socket is closed already, so Losses finds the Requester by the
// socket's number, not by its address.
#include "core/transport/requester.hpp"

#include <atomic>
#include <chrono>
#include <cstring>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nng/nng.h>
#include <nng/protocol/reqrep0/req.h>

#include "core/transport/closing.hpp"
#include "core/transport/failures.hpp"
#include "core/transport/forked.hpp"
#include "core/transport/listener_guard.hpp"
#include "core/transport/nng.hpp"

namespace enginery::transport {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kSilence = std::chrono::milliseconds(20);
constexpr nng_duration kNoRedial = 24 * 3600 * 1000;

/// Whether their connections are lost, by socket.
class Losses {
 public:
  using Loss = std::shared_ptr<std::atomic<bool>>;

  /// Never destroyed: NNG's threads may outlive static objects.
  static Losses& all() {
    static auto* const all = new Losses;
    return *all;
  }
  Loss watch(nng_socket socket) {
    const auto loss = std::make_shared<std::atomic<bool>>(false);
    {
      const std::lock_guard lock(mutex_);
      losses_[socket.id] = loss;
    }
    nng_pipe_notify(socket, NNG_PIPE_EV_REM_POST, &Losses::on_loss, nullptr);
    return loss;
  }
  void forget(nng_socket socket) {
    const std::lock_guard lock(mutex_);
    losses_.erase(socket.id);
  }

 private:
  static void on_loss(nng_pipe pipe, nng_pipe_ev, void*) {
    const std::lock_guard lock(all().mutex_);
    const auto found = all().losses_.find(nng_pipe_socket(pipe).id);
    if (found != all().losses_.end()) *found->second = true;
  }

  std::mutex mutex_;
  std::map<std::uint32_t, Loss> losses_;
};

}  // namespace

struct Requester::State {
  struct Context {
    State* state = nullptr;
    nng_ctx ctx{};
    nng_aio* sending = nullptr;
    nng_aio* receiving = nullptr;
    OnAnswer on_answer;
  };

  std::string url;
  nng_socket socket{};
  std::mutex mutex;
  std::vector<std::unique_ptr<Context>> contexts;  // all of them
  std::vector<Context*> free;
  std::atomic<std::size_t> open = 0;
  std::atomic<Clock::rep> last = 0;
  Losses::Loss lost;

  void touch() { last.store(Clock::now().time_since_epoch().count(), std::memory_order_relaxed); }

  bool quiet() const {
    return open.load(std::memory_order_acquire) == 0 &&
           Clock::now() - Clock::time_point(Clock::duration(last.load())) >= kSilence;
  }

  /// Requires: it is quiet.
  static void close(State* state) {
    for (const auto& context : state->contexts) {
      nng_aio_free(context->receiving);
      nng_aio_free(context->sending);
    }
    Losses::all().forget(state->socket);
    close_in_time(state->socket.id);
    delete state;
  }

  Context* take() {
    const std::lock_guard lock(mutex);
    if (!free.empty()) {
      Context* context = free.back();
      free.pop_back();
      return context;
    }
    auto context = std::make_unique<Context>();
    context->state = this;
    check(nng_ctx_open(&context->ctx, socket), "nng_ctx_open");
    check(nng_aio_alloc(&context->sending, nullptr, nullptr), "nng_aio_alloc");
    check(nng_aio_alloc(&context->receiving, &State::on_received, context.get()), "nng_aio_alloc");
    contexts.push_back(std::move(context));
    return contexts.back().get();
  }

  static void on_received(void* argument) {
    auto* context = static_cast<Context*>(argument);
    const int rv = nng_aio_result(context->receiving);
    Message answer;
    if (rv == 0) {
      answer = Message(nng_aio_get_msg(context->receiving));
    } else if (nng_aio_result(context->sending) != 0) {
      if (nng_msg* unsent = nng_aio_get_msg(context->sending)) nng_msg_free(unsent);
    }
    if (rv != 0) *context->state->lost = true;
    // From here on another thread may take the context, so its fields are not touched any more.
    const OnAnswer on_answer = std::move(context->on_answer);
    State* state = context->state;
    state->touch();
    {
      const std::lock_guard lock(state->mutex);
      state->free.push_back(context);
    }
    on_answer(std::move(answer), rv == 0 ? nullptr : nng_strerror(rv));
    state->open.fetch_sub(1, std::memory_order_release);
  }
};

Requester::Requester(const Address& address) {
  prepare_for_forks();
  auto state = std::make_unique<State>();
  state->url = address.url;
  check(nng_req0_open(&state->socket), "nng_req0_open");
  state_ = state.release();
  try {
    state_->lost = Losses::all().watch(state_->socket);
    nng_socket_set_ms(state_->socket, NNG_OPT_REQ_RESENDTIME, NNG_DURATION_INFINITE);
    nng_socket_set_size(state_->socket, NNG_OPT_RECVMAXSZ, messages::kLargest);
    nng_socket_set_ms(state_->socket, NNG_OPT_RECONNMINT, kNoRedial);
    nng_socket_set_ms(state_->socket, NNG_OPT_RECONNMAXT, kNoRedial);
    nng_dialer dialer{};
    check(create_dialer(&dialer, state_->socket, address), "nng_dialer_create", address.url);
    check(nng_dialer_start(dialer, 0), "connecting to", address.url);
  } catch (...) {
    State::close(state_);
    throw;
  }
  state_->touch();
}

Requester::~Requester() {
  if (forked()) {
    abandon(state_);
    return;
  }
  const auto try_close = [state = state_] {
    if (!state->quiet()) return false;
    State::close(state);
    return true;
  };
  if (!try_close()) transport::leave_open(try_close);
}

void Requester::send(Message request, OnAnswer on_answer) {
  State::Context* context = state_->take();
  state_->open.fetch_add(1, std::memory_order_relaxed);
  state_->touch();
  context->on_answer = std::move(on_answer);
  nng_aio_wait(context->sending);
  nng_aio_set_msg(context->sending, request.release());
  nng_ctx_send(context->ctx, context->sending);
  nng_ctx_recv(context->ctx, context->receiving);
}

const std::string& Requester::url() const { return state_->url; }

std::size_t Requester::open() const { return state_->open.load(std::memory_order_acquire); }

bool Requester::quiet() const { return state_->quiet(); }

bool Requester::broken() const { return state_->lost->load(std::memory_order_relaxed); }

std::unique_ptr<Requester> connect(const Address& address, double timeout_seconds) {
  refuse_if_forked();
  const Clock::time_point start = Clock::now();
  close_left_open();
  std::packaged_task<std::unique_ptr<Requester>()> dial([address] { return std::make_unique<Requester>(address); });
  auto answer = dial.get_future();
  try {
    std::thread(std::move(dial)).detach();
  } catch (const std::system_error& error) {
    throw no_thread_to_dial(address.url, error);
  }
  if (answer.wait_for(std::chrono::duration<double>(timeout_seconds)) != std::future_status::ready)
    throw TimeoutError(fmt::format("{} could not be reached within {:.3g} s; its process may be stopped or overloaded",
                                   address.url, timeout_seconds));
  std::unique_ptr<Requester> requester = answer.get();
  const std::chrono::duration<double> taken = Clock::now() - start;
  if (!is_heard(*requester, timeout_seconds - taken.count()))
    throw TimeoutError(fmt::format("{} gave no sign of life within {:.3g} s; try again, or see `enginery status`",
                                   address.url, timeout_seconds));
  return requester;
}

bool is_heard(Requester& requester, double seconds) try {
  Message ping(ListenerGuard::kPing.size());
  std::memcpy(ping.data(), ListenerGuard::kPing.data(), ping.size());
  request(requester, std::move(ping), seconds);
  return true;
} catch (const Error&) {
  return false;
}

Message request(Requester& requester, Message message, double timeout_seconds) {
  close_left_open();
  const auto promise = std::make_shared<std::promise<std::pair<Message, std::string>>>();
  auto outcome = promise->get_future();
  requester.send(std::move(message), [promise](Message answer, const char* failure) {
    promise->set_value({std::move(answer), failure ? failure : ""});
  });
  if (outcome.wait_for(std::chrono::duration<double>(timeout_seconds)) != std::future_status::ready)
    throw TimeoutError(
        fmt::format("{} did not answer within {:.3g} s; `enginery status` shows whether its cluster lives",
                    requester.url(), timeout_seconds));
  auto [answer, failure] = outcome.get();
  if (!failure.empty())
    throw ConnectionError(
        fmt::format("the connection to {} broke before its answer came: {}; try again, or see `enginery status`",
                    requester.url(), failure));
  return std::move(answer);
}

}  // namespace enginery::transport
