// engine/task_limits.hpp: what an engine's tasks may take of memory and of descriptors.
#pragma once

#include <sys/resource.h>

#include <atomic>
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

/// Tasks that open files and never close them would end with an engine that nobody new reaches: NNG accepts no
/// connection without a descriptor. So the process may open kReserve fewer than it could. Once tasks have taken nearly
/// all of these, it may open the rest between tasks, and a few of them for a moment now and then while a long one runs.
/// NNG tries ten times a second, and then accepts a newcomer. Only a few are given, because a task that goes on opening
/// files may take them first; all at once would be lost for good.
///
/// Threads: the engine's main one, and one of its own. Requires: lives as long as the process.
class DescriptorReserve {
 public:
  static constexpr rlim_t kReserve = 64;

  /// A process that may have few has no reserve. Begins a thread: what it may not do is set up before (signals).
  DescriptorReserve();
  DescriptorReserve(const DescriptorReserve&) = delete;
  DescriptorReserve& operator=(const DescriptorReserve&) = delete;

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
  std::mutex mutex_;  // for setting; nobody takes it while descriptors are plenty
  std::atomic<bool> scarce_ = false, runs_ = false;
  std::atomic<std::uint64_t> tasks_ = 0;
};

}  // namespace enginery::engine
