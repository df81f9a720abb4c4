// client/links/continuations.hpp: the thread of a client that runs what is to follow on results.
#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>

#include <enginery/task_handle.hpp>

namespace enginery {

/// Runs what is posted, one after the other. The thread begins with the first.
///
/// Threads: all functions from any.
class Continuations {
 public:
  Continuations() = default;
  ~Continuations() { finish(); }
  Continuations(const Continuations&) = delete;
  Continuations& operator=(const Continuations&) = delete;

  /// After finish(): runs it at once.
  void post(Continuation work);
  /// Waits until all has run; in the thread itself, returns at once, and the thread ends when all has.
  void finish();

 private:
  struct State;
  std::mutex mutex_;  // of the two below
  std::shared_ptr<State> state_;
  bool finished_ = false;
};

}  // namespace enginery
