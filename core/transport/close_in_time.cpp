// core/transport/close_in_time.cpp: sockets are closed, but nobody waits for that for ever.
#include "core/transport/close_in_time.hpp"

#include <algorithm>
#include <thread>
#include <utility>

#include <nng/nng.h>

namespace enginery::transport {

Closer::Closer(std::function<void(std::uint32_t)> close) : state_(std::make_shared<State>()) {
  state_->close = std::move(close);
  std::thread([state = state_] { state->run(); }).detach();
}

void Closer::State::run() {
  std::unique_lock lock(mutex);
  for (;;) {
    changed.wait(lock, [this] { return !waiting.empty(); });
    const std::uint32_t socket = waiting.front();
    waiting.pop_front();
    ++taken;
    began = Clock::now();
    lock.unlock();
    close(socket);
    lock.lock();
    ++closed;
    changed.notify_all();
  }
}

void Closer::close(std::uint32_t socket) {
  State& state = *state_;
  std::unique_lock lock(state.mutex);
  state.waiting.push_back(socket);
  const std::uint64_t mine = state.taken + state.waiting.size();
  state.changed.notify_all();
  while (state.closed < mine) {
    const auto limit = (state.taken > state.closed ? state.began : Clock::now()) + kLongestClose;
    if (Clock::now() >= limit) return;
    state.changed.wait_until(lock, limit);
  }
}

void close_in_time(std::uint32_t socket) {
  static auto* const closer = new Closer([](std::uint32_t id) { nng_close(nng_socket{id}); });  // never destroyed
  closer->close(socket);
}

}  // namespace enginery::transport
