// core/transport/closing.hpp: sockets are closed when that is safe, and nobody waits long for it.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>

namespace enginery::transport {

/// Keeps a socket that nobody wants any more until `try_close` returns true. The kept ones stay in sight of leak
/// checkers. Threads: any.
void leave_open(std::function<bool()> try_close);

/// Tries to close all that leave_open() keeps; returns how many are left. Call it before a socket is opened, so that
/// they do not pile up. Threads: any.
std::size_t close_left_open();

/// Closes an NNG socket, by its id. Waits for that a second at most; a close that takes longer goes on. When this
/// process can have no thread for it, the socket is closed together with the next one. Does not throw, since
/// destructors call it: a socket for which there is no memory stays open. Requires: none of its aios and contexts is
/// used any more. Threads: any.
void close_in_time(std::uint32_t socket) noexcept;

/// The thread behind close_in_time(), from the first close() on. It closes one socket after the other, since a close
/// that hangs makes all later ones hang, too. Never destroyed while it closes something. Threads: any.
class Closer {
 public:
  static constexpr std::chrono::seconds kLongestClose{1};

  explicit Closer(std::function<void(std::uint32_t socket)> close);
  /// Returns when this socket is closed, or when the close that runs has taken kLongestClose. Returns at once when
  /// there can be no thread: then the next close() closes this one, too. Throws std::bad_alloc.
  void close(std::uint32_t socket);

 private:
  using Clock = std::chrono::steady_clock;

  struct State {
    std::function<void(std::uint32_t socket)> close;
    std::mutex mutex;
    std::condition_variable changed;
    std::deque<std::uint32_t> waiting;
    std::uint64_t taken = 0, closed = 0;  // how many
    Clock::time_point began{};            // the close that runs
    bool runs = false;                    // the thread is there

    void run();
  };

  const std::shared_ptr<State> state_;
};

}  // namespace enginery::transport
