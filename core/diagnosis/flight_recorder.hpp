// core/diagnosis/flight_recorder.hpp: what an engine did last, readable after any death.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>

#include <enginery/export.hpp>
#include <enginery/uuid.hpp>

#include "core/messages/last_moments.hpp"

namespace enginery::cluster {

/// Memory that is a file in the cluster's runtime folder, so that it is there when the process that wrote it is not,
/// whatever ended it. Recording is copying a few bytes, and async-signal-safe.
///
/// Threads: all but add() and crashed() from one; add() from one at a time, and not beside these.
class ENGINERY_API FlightRecorder {
 public:
  /// Where an engine records.
  static std::filesystem::path place(const std::filesystem::path& directory, const Uuid& engine);

  /// Makes the file. Without one (a full disk) nothing is recorded.
  explicit FlightRecorder(const std::filesystem::path& file);
  ~FlightRecorder();
  FlightRecorder(const FlightRecorder&) = delete;
  FlightRecorder& operator=(const FlightRecorder&) = delete;

  /// Requires: `seq` is larger than 0 and than the session's last one.
  void task_begins(const Uuid& session, std::uint64_t seq) noexcept;
  void task_is(std::string_view name) noexcept;
  /// The task does the chunk of a map, and is at that item.
  void item_begins(std::size_t item) noexcept;
  void task_ends() noexcept;
  /// Its client has said good-bye, and so asks for nothing any more. Other sessions are remembered until 64 later ones
  /// have begun something.
  void session_ends(const Uuid& session) noexcept;
  /// More of what the task writes to stderr.
  void add(std::string_view words) noexcept;
  /// Records the stack. Requires: called in the handler of the fatal signal, after prepare_crash_stack().
  void crashed() noexcept;

  /// What a process that has ended recorded there; then the file is removed. Nothing if there is none, or if it is no
  /// such record.
  static std::optional<messages::LastMoments> take(const std::filesystem::path& file);

 private:
  struct Record;
  struct Session;
  /// The session's place in the record. A new one takes that of the session that has begun nothing for longest.
  Session& place_of(const Uuid& session) noexcept;

  Record* record_ = nullptr;
  Session* last_ = nullptr;  // that has begun a task
};

/// Makes the first FlightRecorder::crashed() safe in a signal's handler. To be called once, by the main thread.
ENGINERY_API void prepare_crash_stack();

}  // namespace enginery::cluster
