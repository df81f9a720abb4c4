// engine/descriptor_reserve.hpp: descriptors that tasks leave to the engine.
#pragma once

#include <sys/resource.h>

#include <atomic>
#include <cstdint>
#include <mutex>

namespace enginery::engine {

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
