// engine/output.hpp: what tasks write to stdout and stderr, told apart from what the engine says.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "core/transport/publisher.hpp"
#include "core/wire/engine_wire.hpp"
#include "engine/captured_stream.hpp"
#include "engine/import_watch.hpp"
#include "engine/standard_streams.hpp"

namespace enginery::engine {

/// Captures descriptors 1 and 2 of this process. Text that comes while a task runs is the task's; so is the text of
/// threads and processes that an earlier task has left, since nothing tells it apart. Text that comes at other times
/// goes to the engine's log, that is to the files that were there before; once a task has run, each such line is
/// marked.
///
/// Threads: begin() and end() from the main thread; catch_up() from any. A thread of its own reads.
class Output {
 public:
  /// A piece of a task's text, or with `last` the word that its text ended within a line.
  struct Piece {
    wire::Stream stream;
    Uuid session;
    std::uint64_t seq;
    bool last;
    std::string_view text;
  };
  /// Called in the order of the text, by one thread at a time; must not block.
  using OnPiece = std::function<void(const Piece&)>;
  struct Texts {
    std::string out, err;
  };

  /// What marks a line that came when no task ran.
  static constexpr std::string_view kLate = "[enginery: no task ran] ";

  /// Throws Error when there are no descriptors left.
  explicit Output(OnPiece on_piece, ImportWatch::Own own = ImportWatch::Own::is_trusted);
  /// Gives the descriptors their files back; what was written goes there.
  ~Output();

  void begin(const Uuid& session, std::uint64_t seq);
  /// All that the task wrote. The standard streams, their descriptors and the locales are again as they were at
  /// begin().
  Texts end();

  /// Calls `then` when everything that was written before has been told to `on_piece`. `then` must not block.
  void catch_up(const std::function<void()>& then);

  /// For a process that is dying: writes the text to the log, and gives `on_untold` what `on_piece` was not told.
  /// Nothing is captured any more. Async-signal-safe if `on_untold` is.
  void spill(const std::function<void(wire::Stream, std::string_view text)>& on_untold) noexcept;

 private:
  using Clock = std::chrono::steady_clock;
  struct Task {
    Uuid session;
    std::uint64_t seq;
  };

  /// The log's state for text that came when no task ran.
  struct Late {
    std::mutex writing;  // the log
    bool within_line = false;
  };

  CapturedStream& stream(wire::Stream which) { return which == wire::Stream::out ? out_ : err_; }
  Late& late(wire::Stream which) { return which == wire::Stream::out ? late_out_ : late_err_; }
  /// Puts back the streams of C and the three descriptors. Requires: mutex_ is held.
  void put_back();
  /// Adds what waits in the pipe to `late`. Requires: mutex_ is held, and no task runs.
  void take_late(wire::Stream which, std::string& late);
  /// Text of the engine and its plugins before the first task gets no mark.
  void write_late(wire::Stream which, std::string_view text, bool mark);
  void read();
  void take_some(wire::Stream which);
  /// Tells the text that has waited long enough; returns how long the reader may sleep, -1: for ever.
  int tell_in_time();
  /// Takes what waits in the pipes as the task's text. Requires: mutex_ is held, and a task runs.
  void drain();
  /// Tells the untold text of a stream; `last`: at the task's end. Requires: mutex_ is held, and a task runs.
  void tell(wire::Stream which, bool last = false);
  void tell_all(bool last = false);

  const OnPiece on_piece_;
  ImportWatch redirections_;  // whether tasks can do anything to descriptors
  StandardStreams streams_;   // first: it flushes to the descriptors' own files
  CapturedStream out_{1}, err_{2};
  const cluster::Descriptor waiting_;  // an epoll of both: the cheapest way to learn that nothing waits
  const cluster::Descriptor stop_;
  std::mutex mutex_;
  std::optional<Task> task_;
  bool task_has_run_ = false;
  Late late_out_, late_err_;
  Clock::time_point told_at_{};
  std::atomic<bool> dying_{false};
  std::atomic<int> busy_{0};  // threads that hold text on its way from a pipe to its place
  std::thread reader_;
};

/// Publishes what tasks print while they run. It numbers what it publishes, so that a subscriber notices what was lost.
///
/// Threads: one at a time; Output's order is that of the numbers.
class LiveOutput {
 public:
  /// Listens. Throws ConnectionError.
  LiveOutput(const Uuid& engine, const std::string& url) : engine_(engine), publisher_(url, kQueue) {}
  /// Listens for other hosts, too; the address with its port. Throws ConnectionError.
  std::string listen(const cluster::Address& address) { return publisher_.listen(address); }

  void publish(const Output::Piece& piece);
  /// Behind all that was published before.
  void mark(const Uuid& mark);

 private:
  /// Pieces, of 16 KiB at most, that are held for a subscriber that does not read.
  static constexpr int kQueue = 2048;

  void publish(const wire::Printed& printed);

  const Uuid engine_;
  std::uint64_t number_ = 0;
  transport::Publisher publisher_;
};

}  // namespace enginery::engine
