// core/tasks/task_random.hpp: which random numbers a task gets.
#pragma once

#include <cstdint>

#include <enginery/export.hpp>
#include <enginery/random.hpp>

namespace enginery::tasks {

/// While one lives, task_random() is of the task that this thread runs; afterwards it goes on as before, as for a task
/// that runs another one in its own process.
///
/// Threads: belongs to the thread that made it.
class ENGINERY_API TaskRandom {
 public:
  /// Of a task that is no map: seeded by std::random_device if it asks.
  TaskRandom() noexcept;
  ~TaskRandom();
  TaskRandom(const TaskRandom&) = delete;
  TaskRandom& operator=(const TaskRandom&) = delete;

  /// From now on it is that of an item of a map: `item` is its number there.
  static void begin_item(std::uint64_t seed, std::uint64_t item) noexcept;

 private:
  const Philox before_;
  const bool was_seeded_;
};

}  // namespace enginery::tasks
