// engine/ending_signals.hpp: the signals that end an engine which joined by itself.
#pragma once

#include <sys/types.h>

#include "core/processes/descriptor.hpp"

namespace enginery::engine {

/// SIGTERM, SIGINT and SIGHUP make fd() readable, but for those that are ignored (nohup, the background of a shell).
/// They are caught and not blocked: what a task starts begins with none of that, except that nohup goes on for it.
///
/// A child that a task forked dies of them, as one that was started. Requires: there is one of these in a process, as
/// long as it. Threads: any.
class EndingSignals {
 public:
  EndingSignals();
  EndingSignals(const EndingSignals&) = delete;
  EndingSignals& operator=(const EndingSignals&) = delete;

  int fd() const { return came_.get(); }
  /// Waits until two have come, which makes fd() unreadable.
  void wait_for_second() const;

 private:
  const cluster::Descriptor came_;
};

}  // namespace enginery::engine
