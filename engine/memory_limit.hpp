// engine/memory_limit.hpp: how much memory an engine may take.
#pragma once

#include <cstdint>
#include <mutex>
#include <thread>

namespace enginery::engine {

/// What an engine's tasks may take, all of them together, beyond what the process has when this is made: what asks for
/// more fails, as std::bad_alloc, which a task's caller sees as MemoryError. Counted is what the process may write to
/// alone: heap, anonymous maps and threads' stacks, but neither files nor the main stack (RLIMIT_DATA, setrlimit(2)).
///
/// What the engine itself needs meanwhile, in its other threads, it gets from a reserve: operator new asks for it
/// before it fails (std::set_new_handler), and gets as much as it needs and little more, for what is there a task that
/// takes all could take as well. Threads of a task get it too; the task's own thread never asks.
///
/// Threads: of the engine's main one, which makes the only one there is.
class MemoryLimit {
 public:
  /// No limit if `bytes` is 0. Throws Error "OSError".
  explicit MemoryLimit(std::uint64_t bytes);
  /// While a task runs.
  void task_begins();
  /// The engine itself may take more, so that it can say what became of a task that took all.
  void task_ends();

 private:
  static constexpr std::uint64_t kReserve = 64 << 20, kStep = 1 << 20;
  void set(std::uint64_t bytes) const;
  mutable std::mutex changing_;
  /// As a new_handler: returns if there is more now.
  static void give_more();

  static inline const MemoryLimit* only_ = nullptr;
  const std::thread::id main_ = std::this_thread::get_id();
  std::uint64_t limit_ = 0;  // all that the process may have; 0: no limit
  std::uint64_t hard_ = 0;   // what it may never have more than
};

}  // namespace enginery::engine
