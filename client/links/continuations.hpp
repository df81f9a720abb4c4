// client/links/continuations.hpp: the thread of a client that runs what is to follow on results.
#pragma once

#include <memory>
#include <mutex>

#include <enginery/task_handle.hpp>

namespace enginery {

/// Runs posted work, one piece after the other, in a thread that starts with the first piece.
///
/// Threads: all functions from any.
class Continuations {
 public:
  ~Continuations() { finish(); }

  /// Queues the work. After finish(), runs it at once in the calling thread.
  void post(Continuation work);
  /// Waits until all work has run. Called in the thread itself, it returns at once, and the thread ends after the last
  /// piece.
  void finish();

 private:
  struct State;
  std::mutex mutex_;  // of the two below
  std::shared_ptr<State> state_;
  bool finished_ = false;
};

}  // namespace enginery
