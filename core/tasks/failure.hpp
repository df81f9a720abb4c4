// core/tasks/failure.hpp: what a task threw, as data.
#pragma once

#include "core/wire/call_wire.hpp"

namespace enginery::tasks {

/// While one lives, this thread's throws leave their stack behind for failure_of_current_exception().
class ThrowRecording {
 public:
  ThrowRecording();
  ~ThrowRecording();
  ThrowRecording(const ThrowRecording&) = delete;
  ThrowRecording& operator=(const ThrowRecording&) = delete;
};

/// The exception in flight, as Thrown names it and its causes. The traceback is that of the place of the throw.
/// Requires: called in a catch block.
wire::Failure failure_of_current_exception();

}  // namespace enginery::tasks
