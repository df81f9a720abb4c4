// core/session/limits.hpp: time, and the numbers of docs/protocol.md's rules, in one place, so that a simulator can
// make them small.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace enginery::session {

/// Time since any fixed point, of a clock that never goes back. The session has no clock of its own.
using Time = std::chrono::nanoseconds;
inline constexpr Time kNever = Time::max();

struct Limits {
  std::uint64_t tasks_ahead = 4096;        ///< tasks admitted or sent whose results are not acknowledged
  std::uint64_t bytes_ahead = 64u << 20;   ///< bytes of tasks that are not finished
  std::uint64_t result_bytes = 64u << 20;  ///< unacknowledged results beyond which no task starts
  std::uint64_t engine_bytes = 1u << 30;   ///< the engine's budget over all sessions; shrinks what is granted
  std::uint64_t largest_task = std::uint64_t{1} << 39;  ///< in bytes; beyond it there is no memory for any
  std::size_t message_bytes = (1u << 20) - 4096;        ///< of tasks or results in one message
  std::size_t inline_bytes = 64u << 10;                 ///< larger payloads go as chunks
  std::size_t chunk_bytes = 1u << 20;
  unsigned chunks_open = 4;
  unsigned exchanges_open = 2;
  std::uint64_t queue_tasks = 16384;  ///< the client's own queue, beyond what is admitted
  std::uint64_t queue_bytes = 64u << 20;
  std::size_t sessions = 256;     ///< per engine
  std::size_t forgotten = 16384;  ///< sessions that ended and are remembered, at most; see Forgotten
  std::uint64_t turn_tasks = 64;  ///< a session's turn, at most
  Time turn_time = std::chrono::milliseconds(1);
  Time result_delay = std::chrono::microseconds(200);  ///< a ready result waits at most so long for company
  Time poll = std::chrono::seconds(1);                 ///< an Exchange is answered after so long at the latest
  Time unanswered = kNever;                            ///< then the link is taken for broken; clients set 3 s
  Time silence = std::chrono::minutes(10);             ///< then the engine forgets a session
  Time unheard = std::chrono::seconds(15);             ///< then one with work may have to give its place to another
  Time standstill = kNever;  ///< an engine that is not called for longer did not run, and so heard nobody
};

/// Notices that this process did not run for a while, because it was stopped or had no processor. It heard nobody in
/// that time, so nobody was silent towards it. The owner looks often.
///
/// Threads: belongs to one thread at a time.
class Standstill {
 public:
  /// Between two looks of a process that runs: its looks are a second apart or less.
  static constexpr Time kLongestAbsence = std::chrono::seconds(2);

  /// A longer absence than `longest` is a standstill; with kNever none is.
  explicit Standstill(Time now = Time::zero(), Time longest = kLongestAbsence) : looked_(now), longest_(longest) {}
  /// How long the process stood still since the last look; mostly 0.
  Time since_last_look(Time now) {
    const Time since = now - std::exchange(looked_, now);
    return since > longest_ ? since : Time::zero();
  }

 private:
  Time looked_, longest_;
};

}  // namespace enginery::session
