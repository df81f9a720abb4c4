// engine/engine_main.cpp: what the process of an engine does.
#include "engine/engine_main.hpp"

#include <fcntl.h>
#include <signal.h>

#include <exception>

#include "core/diagnosis/flight_recorder.hpp"
#include "core/processes/descriptor.hpp"
#include "engine/engine.hpp"

namespace enginery::engine {

int engine_main(const EngineOptions& options) try {
  cluster::raise_descriptor_limit();
  // What a task starts does not hold it, and a program that replaces this one closes it: so the launcher knows.
  if (options.launcher_fd >= 0) ::fcntl(options.launcher_fd, F_SETFD, FD_CLOEXEC);
  // A task that writes to a pipe or socket whose other end is gone gets EPIPE, and does not end the engine. Caught and
  // not ignored: what a task starts gets the default back.
  ::signal(SIGPIPE, [](int) {});
  cluster::prepare_crash_stack();
  Engine(options).run();
} catch (const std::exception& error) {
  fail(error);
}

}  // namespace enginery::engine
