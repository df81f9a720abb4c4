// core/transport/subscriber.cpp: a SUB socket that dials, and dials again.
#include "core/transport/subscriber.hpp"

#include <atomic>
#include <chrono>
#include <thread>

#include <nng/nng.h>
#include <nng/protocol/pubsub0/sub.h>

#include "core/transport/abandon.hpp"
#include "core/transport/check.hpp"
#include "core/transport/close_in_time.hpp"
#include "core/transport/forked.hpp"
#include "core/transport/tls.hpp"
#include "core/wire/frame.hpp"

namespace enginery::transport {

namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
/// Closing a socket under traffic can hang for ever; after so long a silence of a peer that speaks seldom it does not.
constexpr auto kQuietFor = 20ms;
constexpr auto kClosePatience = 100ms;
/// Between the dials of a socket that nobody wants any more: longer than any process lives.
constexpr nng_duration kNeverRedial = 0x7fffffff;

}  // namespace

struct Subscriber::State {
  nng_socket socket{};
  nng_dialer dialer{};
  nng_aio* aio = nullptr;
  std::string topic;
  OnMessage on_message;
  bool closable = true;
  std::atomic<Clock::time_point> heard{Clock::time_point::min()};

  bool silent() const { return heard.load(std::memory_order_relaxed) < Clock::now() - kQuietFor; }

  static void on_aio(void* argument) {
    auto* state = static_cast<State*>(argument);
    const int rv = nng_aio_result(state->aio);
    if (rv == NNG_ECLOSED || rv == NNG_ECANCELED) return;
    if (rv == 0) {
      state->heard.store(Clock::now(), std::memory_order_relaxed);
      const Message message(nng_aio_get_msg(state->aio));
      if (message.size() >= state->topic.size())
        state->on_message(Bytes::copy(message.span().subspan(state->topic.size())));
    }
    nng_recv_aio(state->socket, state->aio);
  }
};

Subscriber::Subscriber(const Address& address, std::string_view topic, OnMessage on_message)
    : state_((prepare_for_forks(), new State)) {
  state_->topic = topic;
  state_->on_message = std::move(on_message);
  check(nng_sub0_open(&state_->socket), "nng_sub0_open");
  nng_socket_set_int(state_->socket, NNG_OPT_RECVBUF, 8192);
  nng_socket_set_size(state_->socket, NNG_OPT_RECVMAXSZ, wire::kLargestMessage);
  nng_socket_set_ms(state_->socket, NNG_OPT_RECONNMINT, 10);
  nng_socket_set_ms(state_->socket, NNG_OPT_RECONNMAXT, 500);
  check(nng_socket_set(state_->socket, NNG_OPT_SUB_SUBSCRIBE, topic.data(), topic.size()), "subscribing at",
        address.url);
  check(nng_aio_alloc(&state_->aio, &State::on_aio, state_), "nng_aio_alloc");
  nng_recv_aio(state_->socket, state_->aio);
  check(create_dialer(&state_->dialer, state_->socket, address), "connecting to", address.url);
  check(nng_dialer_start(state_->dialer, NNG_FLAG_NONBLOCK), "connecting to", address.url);
}

void Subscriber::leave_open() { state_->closable = false; }

Subscriber::~Subscriber() {
  if (forked()) {
    abandon(state_);
    return;
  }
  for (const auto end = Clock::now() + kClosePatience; state_->closable && !state_->silent() && Clock::now() < end;)
    std::this_thread::sleep_for(2ms);
  const bool close = state_->closable && state_->silent();
  nng_aio_stop(state_->aio);  // waits for a callback that runs; none comes after
  nng_aio_free(state_->aio);
  if (close) {
    close_in_time(state_->socket.id);
    delete state_;
  } else {
    // It does not dial for ever where nobody listens any more: many that do wedge NNG and take all descriptors.
    nng_dialer_set_ms(state_->dialer, NNG_OPT_RECONNMINT, kNeverRedial);
    nng_dialer_set_ms(state_->dialer, NNG_OPT_RECONNMAXT, kNeverRedial);
    // What still comes is thrown away as it comes.
    nng_socket_set(state_->socket, NNG_OPT_SUB_UNSUBSCRIBE, state_->topic.data(), state_->topic.size());
    abandon(state_);
  }
}

}  // namespace enginery::transport
