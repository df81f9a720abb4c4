// core/transport/responder.cpp: a listening REP socket that answers requests in any order and from any thread.
//
// Each context goes round: receiving → held (a ticket) → sending → receiving. Raw REP would drop replies beyond 64 per
// pipe without a word; cooked contexts do not, and are faster. A send has no callback, since NNG would wake a thread
// for it: nearly always it is done when nng_ctx_send returns, which shows by the message having left the aio. Where the
// peer's pipe is full it is not, and then a thread of the responder's own waits for it before the context receives
// again.
//
// A peer that asks and does not read could come to hold all contexts in this way, and nobody else would be heard. So of
// a connection whose answers have waited for `kDeaf`, at most `kSlowOfOne` go on waiting. And when fewer than `kFree`
// contexts receive, the answer that has waited longest is given up. A client that still wants it asks again, as after a
// broken connection.
#include "core/transport/responder.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include <nng/nng.h>
#include <nng/protocol/reqrep0/rep.h>

#include "core/transport/forked.hpp"
#include "core/transport/listener_guard.hpp"
#include "core/transport/nng.hpp"
#include "core/transport/remote_listener.hpp"

namespace enginery::transport {

constexpr std::chrono::milliseconds kLook(1);
/// A client's large results come as four parts at a time, and it may ask for each again.
constexpr std::size_t kSlowOfOne = 8;
/// A peer that reads has made room by then, except over a bad network.
constexpr std::chrono::milliseconds kDeaf(100);
constexpr std::size_t kMostDeaf = 1024;
constexpr std::size_t kFree = 8;

struct Responder::State {
  using Clock = std::chrono::steady_clock;
  struct Context {
    explicit Context(State* state) : state(state) {}
    /// Only of one that never received.
    ~Context() {
      if (receiving) nng_aio_free(receiving);
      if (sending) nng_aio_free(sending);
      nng_ctx_close(ctx);
    }
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;

    State* state;
    nng_ctx ctx{};
    nng_aio* sending = nullptr;
    nng_aio* receiving = nullptr;
    std::uint32_t pipe = 0;  // of the request that it holds or answers
    Clock::time_point slow_since{};
  };

  nng_socket socket{};
  OnRequest on_request;
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<std::unique_ptr<Context>> contexts;
  std::vector<Context*> slow;                 // their sends wait for the peer; the longest waiting first
  std::map<std::uint32_t, std::size_t> deaf;  // pipes that did not read, and how many of their answers wait
  bool stop = false;
  std::thread waiter;  // of the slow sends; there from the start, since later there may be no memory for a thread
  std::atomic<std::size_t> held = 0;
  std::optional<Doorkeeper> doorkeeper;
  std::optional<ListenerGuard> guard;
  std::optional<RemoteListener> remote;

  static void on_received(void* argument) {
    auto* context = static_cast<Context*>(argument);
    const int rv = nng_aio_result(context->receiving);
    if (rv == NNG_ECLOSED || rv == NNG_ECANCELED) return;
    if (rv != 0) return nng_ctx_recv(context->ctx, context->receiving);
    context->pipe = static_cast<std::uint32_t>(nng_msg_get_pipe(nng_aio_get_msg(context->receiving)).id);
    Message request(nng_aio_get_msg(context->receiving));
    if (is_ping(request)) return answer(*context, std::move(request));
    context->state->held.fetch_add(1, std::memory_order_relaxed);
    context->state->on_request(reinterpret_cast<Ticket>(context), std::move(request));
  }

  /// From a ListenerGuard, or from a client that tests its connection; no message of ours is so short.
  static bool is_ping(const Message& request) {
    return request.size() == ListenerGuard::kPing.size() &&
           std::memcmp(request.data(), ListenerGuard::kPing.data(), request.size()) == 0;
  }

  static void answer(Context& context, Message reply) {
    nng_aio_wait(context.sending);  // the last send is done but for its last instructions in another thread
    nng_aio_set_msg(context.sending, reply.release());
    nng_ctx_send(context.ctx, context.sending);
    if (nng_aio_get_msg(context.sending) == nullptr)
      receive_again(context);
    else
      context.state->wait_for(context);
  }

  /// Requires: the send is done.
  static void receive_again(Context& context) {
    if (nng_aio_result(context.sending) != 0)
      if (nng_msg* unsent = nng_aio_get_msg(context.sending)) nng_msg_free(unsent);
    nng_ctx_recv(context.ctx, context.receiving);
  }

  void wait_for(Context& context) {
    const std::lock_guard lock(mutex);
    context.slow_since = Clock::now();
    slow.push_back(&context);
    changed.notify_one();
  }

  /// NNG tells of the end of such a send only by a callback, which all sends would pay for; so it is looked for.
  void wait_for_slow() {
    std::unique_lock lock(mutex);
    for (;;) {
      changed.wait(lock, [this] { return stop || !slow.empty(); });
      while (!stop && !slow.empty()) {
        const auto deaf_since = Clock::now() - kDeaf;
        const std::size_t busy = slow.size() + held + std::min(kFree, contexts.size() / 2);
        std::size_t too_many = busy - std::min(busy, contexts.size());
        if (deaf.size() > kMostDeaf) deaf.clear();  // most of them are gone
        for (auto& [pipe, waiting] : deaf) waiting = 0;
        std::erase_if(slow, [&](Context* context) {
          if (nng_aio_get_msg(context->sending) == nullptr) {
            deaf.erase(context->pipe);
          } else {
            if (context->slow_since <= deaf_since) deaf.try_emplace(context->pipe);
            const auto known = deaf.find(context->pipe);
            if (known == deaf.end()) return false;
            if (too_many == 0 && ++known->second <= kSlowOfOne) return false;
            if (too_many > 0) --too_many;
            nng_aio_cancel(context->sending);
          }
          nng_aio_wait(context->sending);
          receive_again(*context);
          return true;
        });
        changed.wait_for(lock, kLook);
      }
      if (stop) return;
    }
  }
};

Responder::Responder(const std::string& url, std::size_t contexts, OnRequest on_request) : state_(new State) {
  state_->on_request = std::move(on_request);
  check(nng_rep0_open(&state_->socket), "nng_rep0_open");
  nng_socket_set_size(state_->socket, NNG_OPT_RECVMAXSZ, messages::kLargest);
  reserve(contexts);
  state_->doorkeeper.emplace(state_->socket.id, url);
  state_->guard.emplace(state_->socket.id, url, Protocol::rep);
  state_->waiter = std::thread([state = state_] { state->wait_for_slow(); });
}

Responder::~Responder() {
  state_->guard.reset();
  state_->remote.reset();
  {
    const std::lock_guard lock(state_->mutex);
    state_->stop = true;
  }
  state_->changed.notify_all();
  if (state_->waiter.joinable()) state_->waiter.detach();  // it may wait for a peer that never reads
  abandon(state_);
}

std::string Responder::listen(const Address& address) {
  state_->remote.emplace(state_->socket.id, address, *state_->doorkeeper);
  return state_->remote->url();
}

void Responder::reserve(std::size_t contexts) {
  const std::lock_guard lock(state_->mutex);
  state_->slow.reserve(contexts);
  while (state_->contexts.size() < contexts) {
    state_->contexts.reserve(contexts);
    auto context = std::make_unique<State::Context>(state_);
    check(with_memory([&] { return nng_ctx_open(&context->ctx, state_->socket); }), "nng_ctx_open");
    check(with_memory([&] { return nng_aio_alloc(&context->sending, nullptr, nullptr); }), "nng_aio_alloc");
    check(with_memory([&] { return nng_aio_alloc(&context->receiving, &State::on_received, context.get()); }),
          "nng_aio_alloc");
    nng_ctx_recv(context->ctx, context->receiving);
    state_->contexts.push_back(std::move(context));
  }
}

void Responder::answer(Ticket ticket, Message reply) {
  state_->held.fetch_sub(1, std::memory_order_relaxed);
  State::answer(*reinterpret_cast<State::Context*>(ticket), std::move(reply));
}

std::size_t Responder::held() const { return state_->held.load(std::memory_order_relaxed); }

}  // namespace enginery::transport
