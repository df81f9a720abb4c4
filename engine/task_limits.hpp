// engine/task_limits.hpp: what an engine's tasks may take of memory and of descriptors.
#pragma once

#include <sys/resource.h>

#include <atomic>
#include <cstdint>
#include <mutex>
#include <thread>

namespace enginery::engine {

/// Limits the memory that all tasks of an engine take together, beyond what the process has when this is made. A task
/// that asks for more gets std::bad_alloc, which its caller sees as MemoryError. The limit counts memory that only this
/// process can write to: heap, anonymous maps and threads' stacks, but neither files nor the main stack (RLIMIT_DATA,
/// setrlimit(2)).
///
/// The engine's other threads get what they need meanwhile from a reserve: operator new asks for it before it fails
/// (std::set_new_handler), and gets little more than it needs, because a task that takes all would take that, too. A
/// task's threads get it as well; the task's own thread never asks.
///
/// Threads: belongs to the engine's main one. Requires: a process has one of these.
class MemoryLimit {
 public:
  /// No limit if `bytes` is 0. Throws Error "OSError".
  explicit MemoryLimit(std::uint64_t bytes);
  /// From here on the limit holds.
  void task_begins();
  /// From here on the engine may take more, so that it can report the end of a task that took all.
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

/// Keeps descriptors for new clients. NNG accepts no connection without a descriptor, so tasks that open files and
/// never close them would make the engine unreachable. The process may therefore open kReserve fewer than it could.
/// Once tasks have taken nearly all of these, the process may open the rest between tasks, and a few of them for a
/// moment now and then while a long task runs. NNG tries ten times a second, and accepts a new client in such a moment.
/// Only a few are given, because a task that goes on opening files may take them first; if all were given, all would be
/// lost for good.
///
/// Threads: the engine's main one, and one of its own. Requires: lives as long as the process.
class DescriptorReserve {
 public:
  static constexpr rlim_t kReserve = 64;

  /// A process that may have few descriptors gets no reserve. Begins a thread, which inherits the blocked signals.
  DescriptorReserve();

  void task_begins();
  void task_ends();

 private:
  [[noreturn]] void watch();
  /// Requires: mutex_ is held.
  void set(rlim_t limit) const;
  /// The limit under which kStep descriptors can be opened, or those that are left.
  rlim_t a_few_more() const;

  rlimit all_{};
  rlim_t less_ = 0;
  std::mutex mutex_;  // for set(); not taken while there are plenty of descriptors
  std::atomic<bool> scarce_ = false, runs_ = false;
  std::atomic<std::uint64_t> tasks_ = 0;
};

}  // namespace enginery::engine
