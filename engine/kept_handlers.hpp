// engine/kept_handlers.hpp: what happens in this process at a signal, as it was before a task.
#pragma once

#include <signal.h>

#include <array>
#include <exception>

#include "engine/import_watch.hpp"

namespace enginery::engine {

/// put_back() makes these what they were when this was made: what each signal does, which signals the main thread
/// blocks, the stack on which a handler runs, and the handler of std::terminate. It also stops the timers of alarm()
/// and setitimer(). So children of later tasks get clean signals, and the engine keeps those that it relies on.
///
/// Threads: the main thread. Asks the kernel for nothing while no code is loaded that could have changed them.
class KeptHandlers {
 public:
  explicit KeptHandlers(ImportWatch::Own own = ImportWatch::Own::is_trusted);
  void put_back();

 private:
  void note();

  ImportWatch watch_;
  std::array<struct sigaction, NSIG> actions_{};
  sigset_t blocked_{};
  stack_t stack_{};
  bool timers_stay_ = false;
  const std::terminate_handler terminate_ = std::get_terminate();
};

}  // namespace enginery::engine
