// core/transport/subscription.cpp: what a peer publishes, heard for as long as somebody wants to.
//
// A Subscriber is one SUB socket. NNG dials by itself here, unlike for a Requester: what is missed while no connection
// is up shows in the publisher's numbers. One aio receives all the time. At its end the Subscriber first lets
// on_message go, so that no callback runs any more, and then looks for a moment without traffic in which the socket can
// be closed.
//
// A Subscription owns several Subscribers: after each long silence it makes one more, in a thread of its own, since a
// dial may block. Former ones stay, because a peer that was only stopped goes on over them. While several live, the
// same message can come more than once.
#include "core/transport/subscription.hpp"

#include <atomic>
#include <cstddef>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include <nng/nng.h>
#include <nng/protocol/pubsub0/sub.h>

#include "core/transport/closing.hpp"
#include "core/transport/forked.hpp"
#include "core/transport/nng.hpp"

namespace enginery::transport {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
/// Closing a socket under traffic can hang for ever. After kQuietFor without a message it does not where the peer
/// speaks seldom; where the peer may speak at any moment, kQuietForLong makes it very unlikely.
constexpr auto kQuietFor = 20ms, kQuietForLong = 1000ms;
constexpr auto kClosePatience = 100ms;
/// Between the dials of a socket that nobody wants any more: longer than any process lives.
constexpr nng_duration kNeverRedial = 0x7fffffff;

/// How many Subscribers live at once: enough for a peer that is stopped for minutes. They are not ended sooner, since
/// the end of one that was never greeted can make the peer's listener deaf, if its NNG is not told of a reset
/// (send_hook.cpp).
constexpr std::size_t kMostSubscriptions = 8;

struct Subscriber::State {
  nng_socket socket{};
  nng_dialer dialer{};
  nng_aio* aio = nullptr;
  std::string topic;
  OnMessage on_message;
  bool waits = true;   // for a silence, at its end
  std::mutex calling;  // held while on_message, which is null once nobody wants messages
  std::atomic<Clock::time_point> heard{Clock::time_point::min()};

  bool silent_for(Clock::duration time) const { return heard.load(std::memory_order_relaxed) < Clock::now() - time; }
  void let_go() {
    const std::lock_guard lock(calling);
    on_message = nullptr;
  }
  /// Requires: on_message is null, and it is silent.
  static void close(State* state) {
    if (state->aio) {
      nng_aio_stop(state->aio);
      nng_aio_free(state->aio);
    }
    close_in_time(state->socket.id);
    delete state;
  }

  static void on_aio(void* argument) {
    auto* state = static_cast<State*>(argument);
    const int rv = nng_aio_result(state->aio);
    if (rv == NNG_ECLOSED || rv == NNG_ECANCELED) return;
    if (rv == 0) {
      state->heard.store(Clock::now(), std::memory_order_relaxed);
      const messages::Message message(nng_aio_get_msg(state->aio));
      const std::lock_guard lock(state->calling);
      if (state->on_message && message.size() >= state->topic.size())
        state->on_message(Bytes::copy(message.span().subspan(state->topic.size())));
    }
    nng_recv_aio(state->socket, state->aio);
  }
};

Subscriber::Subscriber(const Address& address, std::string_view topic, OnMessage on_message)
    : state_((prepare_for_forks(), new State)) {
  std::unique_ptr<State, void (*)(State*)> unfinished(state_, &State::close);
  close_left_open();
  state_->topic = topic;
  check(nng_sub0_open(&state_->socket), "nng_sub0_open");
  nng_socket_set_int(state_->socket, NNG_OPT_RECVBUF, 8192);
  nng_socket_set_size(state_->socket, NNG_OPT_RECVMAXSZ, messages::kLargest);
  nng_socket_set_ms(state_->socket, NNG_OPT_RECONNMINT, 10);
  nng_socket_set_ms(state_->socket, NNG_OPT_RECONNMAXT, 500);
  check(nng_socket_set(state_->socket, NNG_OPT_SUB_SUBSCRIBE, topic.data(), topic.size()), "subscribing at",
        address.url);
  check(nng_aio_alloc(&state_->aio, &State::on_aio, state_), "nng_aio_alloc");
  state_->on_message = std::move(on_message);
  check(create_dialer(&state_->dialer, state_->socket, address), "connecting to", address.url);
  nng_recv_aio(state_->socket, state_->aio);
  check(nng_dialer_start(state_->dialer, NNG_FLAG_NONBLOCK), "connecting to", address.url);
  static_cast<void>(unfinished.release());
}

void Subscriber::leave_open() { state_->waits = false; }

Subscriber::~Subscriber() {
  if (forked()) {
    abandon(state_);
    return;
  }
  state_->let_go();
  if (state_->waits) {
    for (const auto end = Clock::now() + kClosePatience; !state_->silent_for(kQuietFor) && Clock::now() < end;)
      std::this_thread::sleep_for(2ms);
    if (state_->silent_for(kQuietFor)) {
      State::close(state_);
      return;
    }
  }
  // From here on it must not dial again. Many sockets that dial where nobody listens wedge NNG and take all
  // descriptors.
  nng_dialer_set_ms(state_->dialer, NNG_OPT_RECONNMINT, kNeverRedial);
  nng_dialer_set_ms(state_->dialer, NNG_OPT_RECONNMAXT, kNeverRedial);
  transport::leave_open([state = state_] {
    if (!state->silent_for(kQuietForLong)) return false;
    State::close(state);
    return true;
  });
}

struct Subscription::State {
  const Address address;
  const std::string topic;
  const OnMessage on_message;
  const Peer peer;
  const std::function<void()> on_silence;
  std::mutex mutex{};  // of what follows; held while subscribing; no callback takes it
  std::optional<Hearing> hearing{};
  bool ended = false;
  std::vector<std::unique_ptr<Subscriber>> subscribers{};  // the newest last
  std::mutex heard_mutex{};                                // of hearing; a callback takes it, and no other

  /// One more.
  void subscribe() {
    const std::lock_guard lock(mutex);
    std::unique_ptr<Subscriber> oldest;  // ended before the mutex is let go: end() waits for its callbacks, too
    if (ended) return;
    subscribers.push_back(
        std::make_unique<Subscriber>(address, topic, [this](const Bytes& message) { hear(message); }));
    if (peer == Peer::speaks_at_any_time) subscribers.back()->leave_open();
    if (subscribers.size() <= kMostSubscriptions) return;
    oldest = std::move(subscribers.front());
    subscribers.erase(subscribers.begin());
  }
  void hear(const Bytes& message) {
    if (hearing) {
      const std::lock_guard lock(heard_mutex);
      hearing->on_heard(std::chrono::steady_clock::now());
    }
    on_message(message);
  }
};

Subscription::Subscription(Address address, std::string_view topic, OnMessage on_message, Peer peer)
    : state_(new State{std::move(address), std::string(topic), std::move(on_message), peer, {}}) {
  state_->subscribe();
}

Subscription::Subscription(Address address, std::string_view topic, OnMessage on_message, Silence silence)
    : state_(new State{std::move(address), std::string(topic), std::move(on_message), Peer::speaks_seldom,
                       std::move(silence.then)}) {
  state_->hearing.emplace(silence.after, std::chrono::steady_clock::now());
  state_->subscribe();
}

Subscription::~Subscription() { end(); }

void Subscription::end() {
  std::vector<std::unique_ptr<Subscriber>> subscribers;  // ended after the mutex is let go
  const std::lock_guard lock(state_->mutex);
  state_->ended = true;
  subscribers.swap(state_->subscribers);
}

Subscription::Time Subscription::tick(Time now) {
  if (!state_->hearing) return Time::max();
  std::unique_lock lock(state_->heard_mutex);
  const bool silent = state_->hearing->tick(now);
  const Time next = state_->hearing->next(now);
  lock.unlock();
  if (!silent) return next;
  try {
    std::thread([state = state_] {
      try {
        state->subscribe();
      } catch (const std::exception&) {
        // Tried again after the next silence.
      }
      state->on_silence();
    }).detach();
  } catch (const std::exception&) {
    // There are no more threads, or no memory; likewise.
  }
  return next;
}

}  // namespace enginery::transport
