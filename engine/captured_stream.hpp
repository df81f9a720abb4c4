// engine/captured_stream.hpp: what is written to one of the process' standard descriptors.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "core/processes/descriptor.hpp"

namespace enginery::engine {

/// Puts a pipe in the place of descriptor 1 or 2, and keeps the file that was there: the engine's log.
///
/// The text of the running task lies at an address that never moves, so it can still be written to the log when the
/// process is dying. Threads: one at a time, except for release() and spill().
class CapturedStream {
 public:
  /// Bytes of one task's text that are kept.
  static constexpr std::size_t kKept = std::size_t{16} << 20;
  /// The most that a read gives.
  static constexpr std::size_t kPiece = std::size_t{64} << 10;

  /// Throws Error when there are no descriptors left.
  explicit CapturedStream(int descriptor);
  /// As release() and spill().
  ~CapturedStream();

  /// Writes to the log, by one thread at a time. It does not wait for a log that takes nothing; when the log takes
  /// something again, a line there says how many bytes are missing.
  void write_log(std::string_view text) noexcept;

  /// The end that is polled and read.
  int reading() const { return reading_.get(); }
  int log() const { return log_.get(); }
  /// Bytes that were written and not read.
  std::size_t waiting() const;

  /// Reads once, at most `most` bytes, into the task's text; gives how many came. Never waits.
  /// Requires: less than kPiece is untold.
  std::size_t read(std::size_t most);
  /// What was read since told() was called; valid until the next read.
  std::string_view untold() const { return {text_ + told_, end_ - told_}; }
  /// To be called before untold() is told, with told() after it. False: spill() tells it.
  bool tells() noexcept;
  void told();
  /// Reads once into `buffer`, and not into the task's text.
  std::string_view read_into(std::span<char> buffer) const;
  /// Whether the task's text ends within a line.
  bool within_line() const { return within_line_; }
  /// The task's text, which begins anew. When it is cut, its last line says how many bytes were not kept.
  std::string take();

  /// Captures again if a task has closed the descriptor or given it another file, and makes writers wait for room
  /// again.
  void recapture();

  /// Gives the descriptor its own file back. Async-signal-safe.
  void release() noexcept;
  /// Writes the task's text and what waits in the pipe to the log; `on_untold` gets what was not told yet.
  /// Async-signal-safe if `on_untold` is.
  void spill(const std::function<void(std::string_view)>& on_untold) noexcept;

 private:
  const int descriptor_;
  cluster::Descriptor log_, reading_, writing_;   // our own writing end: the pipe never comes to its end
  std::pair<std::uint64_t, std::uint64_t> pipe_;  // its device and inode
  char* text_;                                    // kKept bytes, then a piece for what is not kept
  std::size_t told_ = 0, end_ = 0;                // in text_
  std::atomic<bool> telling_{false}, spilling_{false};
  std::uint64_t unkept_ = 0;
  std::atomic<std::size_t> kept_{0}, unkept_piece_{0};  // what spill() finds of both parts
  bool within_line_ = false;
  std::size_t missed_ = 0;  // bytes that the log did not take
};

/// Writes all of `text`, but gives up when `fd` takes nothing for `patience_ms`; returns what is left.
/// Async-signal-safe.
std::string_view write_all(int fd, std::string_view text, int patience_ms) noexcept;

}  // namespace enginery::engine
