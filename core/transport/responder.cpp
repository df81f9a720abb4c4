// core/transport/responder.cpp: a listening REP socket that answers requests in any order and from any thread.
//
// Each context goes round: receiving → held (a ticket) → sending → receiving. Raw REP would drop replies beyond 64 per
// pipe without a word; cooked contexts do not, and are faster.
#include "core/transport/responder.hpp"

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include <nng/nng.h>
#include <nng/protocol/reqrep0/rep.h>

#include "core/transport/check.hpp"
#include "core/transport/listener_guard.hpp"
#include "core/wire/frame.hpp"

namespace enginery::transport {

struct Responder::State {
  struct Context {
    State* state = nullptr;
    nng_ctx ctx{};
    nng_aio* aio = nullptr;
    enum class Stage { receiving, held, sending } stage = Stage::receiving;
  };

  nng_socket socket{};
  OnRequest on_request;
  std::mutex mutex;
  std::vector<std::unique_ptr<Context>> contexts;
  std::atomic<std::size_t> held = 0;
  std::optional<ListenerGuard> guard;

  static void on_aio(void* argument) {
    auto* context = static_cast<Context*>(argument);
    const int rv = nng_aio_result(context->aio);
    if (context->stage == Context::Stage::sending) {
      if (rv != 0)
        if (nng_msg* unsent = nng_aio_get_msg(context->aio)) nng_msg_free(unsent);
      receive(*context);
      return;
    }
    if (rv == NNG_ECLOSED || rv == NNG_ECANCELED) return;
    if (rv != 0) return receive(*context);
    context->stage = Context::Stage::held;
    context->state->held.fetch_add(1, std::memory_order_relaxed);
    context->state->on_request(reinterpret_cast<Ticket>(context), Message(nng_aio_get_msg(context->aio)));
  }

  static void receive(Context& context) {
    context.stage = Context::Stage::receiving;
    nng_ctx_recv(context.ctx, context.aio);
  }
};

Responder::Responder(const std::string& url, std::size_t contexts, OnRequest on_request) : state_(new State) {
  state_->on_request = std::move(on_request);
  check(nng_rep0_open(&state_->socket), "nng_rep0_open");
  nng_socket_set_size(state_->socket, NNG_OPT_RECVMAXSZ, wire::kLargestMessage);
  reserve(contexts);
  state_->guard.emplace(state_->socket.id, url, Protocol::rep);
}

Responder::~Responder() { state_->guard.reset(); }

void Responder::reserve(std::size_t contexts) {
  const std::lock_guard lock(state_->mutex);
  while (state_->contexts.size() < contexts) {
    auto context = std::make_unique<State::Context>();
    context->state = state_;
    check(nng_ctx_open(&context->ctx, state_->socket), "nng_ctx_open");
    check(nng_aio_alloc(&context->aio, &State::on_aio, context.get()), "nng_aio_alloc");
    state_->contexts.push_back(std::move(context));
    State::receive(*state_->contexts.back());
  }
}

void Responder::answer(Ticket ticket, Message reply) {
  auto* context = reinterpret_cast<State::Context*>(ticket);
  state_->held.fetch_sub(1, std::memory_order_relaxed);
  context->stage = State::Context::Stage::sending;
  nng_aio_set_msg(context->aio, reply.release());
  nng_ctx_send(context->ctx, context->aio);
}

std::size_t Responder::held() const { return state_->held.load(std::memory_order_relaxed); }

}  // namespace enginery::transport
