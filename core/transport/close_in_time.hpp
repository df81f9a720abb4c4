// core/transport/close_in_time.hpp: sockets are closed, but nobody waits for that for ever.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>

namespace enginery::transport {

/// Closes an NNG socket, by its id. nng_close can be slow, and hang for ever where a peer died under traffic; then all
/// later closes hang, too. So one thread closes, one after the other, and who waits for it waits a second at most; what
/// could not be closed in time is closed when that goes on.
/// Requires: none of its aios and contexts is used any more. Threads: any.
void close_in_time(std::uint32_t socket);

/// How that is done; never destroyed while something is closed. Threads: any.
class Closer {
 public:
  static constexpr std::chrono::seconds kLongestClose{1};

  explicit Closer(std::function<void(std::uint32_t socket)> close);
  /// Returns when it is closed, or something was being closed for kLongestClose.
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

    void run();
  };

  const std::shared_ptr<State> state_;
};

}  // namespace enginery::transport
