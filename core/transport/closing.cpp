// core/transport/closing.cpp: sockets are closed when that is safe, and nobody waits long for it.
//
// nng_close can be slow. Under traffic it can hang for ever, above all when the peer has died, and then every later
// close in the process hangs, too. So a socket is closed only after it was silent for a while: until then its owner
// leaves it open here, and whoever opens, asks or ends next tries again. Even then nng_close may hang, so a thread of
// its own calls it, and the caller waits a second at most.
#include "core/transport/closing.hpp"

#include <list>
#include <new>
#include <system_error>
#include <thread>
#include <utility>

#include <nng/nng.h>

namespace enginery::transport {
namespace {

using Closes = std::list<std::function<bool()>>;

/// Never destroyed: NNG's threads may outlive static objects.
struct LeftOpen {
  std::mutex mutex;
  Closes closes;

  static LeftOpen& all() {
    static auto* const all = new LeftOpen;
    return *all;
  }
  void add(Closes& more) {
    const std::lock_guard lock(mutex);
    closes.splice(closes.end(), more);
  }
};

}  // namespace

void leave_open(std::function<bool()> try_close) {
  Closes one{std::move(try_close)};
  LeftOpen::all().add(one);
}

std::size_t close_left_open() {
  Closes some;  // taken out, since a close may take a while and must hold up nobody else
  {
    const std::lock_guard lock(LeftOpen::all().mutex);
    some.swap(LeftOpen::all().closes);
  }
  some.remove_if([](const auto& try_close) { return try_close(); });
  const std::size_t left = some.size();
  LeftOpen::all().add(some);
  return left;
}

Closer::Closer(std::function<void(std::uint32_t)> close) : state_(std::make_shared<State>()) {
  state_->close = std::move(close);
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
  try {
    if (!state.runs) std::thread([state = state_] { state->run(); }).detach();
  } catch (const std::system_error&) {
    return;
  }
  state.runs = true;
  state.changed.notify_all();
  while (state.closed < mine) {
    const auto limit = (state.taken > state.closed ? state.began : Clock::now()) + kLongestClose;
    if (Clock::now() >= limit) return;
    state.changed.wait_until(lock, limit);
  }
}

void close_in_time(std::uint32_t socket) noexcept try {
  static auto* const closer = new Closer([](std::uint32_t id) { nng_close(nng_socket{id}); });  // never destroyed
  closer->close(socket);
} catch (const std::bad_alloc&) {
  // It stays open, or is closed together with the next one.
}

}  // namespace enginery::transport
