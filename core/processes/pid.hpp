// core/processes/pid.hpp: a process by its id or a descriptor: signals to it, and what the kernel says of it.
#pragma once

#include <sys/types.h>
#include <sys/wait.h>

#include <cstdint>
#include <optional>

#include <enginery/export.hpp>

namespace enginery::cluster {

/// The id of one process. kill() takes 0 for the caller's own process group and -1 for every process there is, and a
/// spawn that failed leaves such numbers. So only a value of this type can get a signal.
class Pid {
 public:
  /// Throws ValueError if no process can have this id: it is 0 or less, or no int holds it. Implicit, so that sending
  /// a signal is as short as with kill().
  ENGINERY_API Pid(std::int64_t pid);
  int number() const noexcept { return pid_; }

  friend bool operator==(Pid, Pid) = default;

 private:
  int pid_;
};

/// Sends a signal to one process. False if there is none, or it may not be signalled; errno says which.
///
/// Threads: any.
ENGINERY_API bool send_signal(Pid process, int signal) noexcept;

/// Sends a signal to all processes of the group that `leader` leads; 0 only looks. False as above, and for process 1,
/// whose group's number means every process.
///
/// Threads: any.
ENGINERY_API bool signal_group(Pid leader, int signal) noexcept;

/// Kills this process, and all of the process group that it leads. If it leads none, this does nothing: the group is
/// another's.
///
/// Threads: any.
ENGINERY_API void kill_own_group() noexcept;
/// Does the same once this process has ended by itself: a child waits for that. Without such a child nothing is killed.
///
/// Threads: any.
ENGINERY_API void kill_own_group_after_this() noexcept;

// By the kernel's own calls: <sys/pidfd.h> came with glibc 2.36.

/// What waitid() waits for by a pidfd, P_PIDFD of later glibcs.
inline constexpr auto kByPidfd = static_cast<idtype_t>(3);

/// A descriptor of that process, which becomes readable when it ends; -1 and errno when there is none.
ENGINERY_API int pidfd_open(pid_t pid) noexcept;
/// Signals that very process, even if its pid is another's by now. 0, or -1 and errno.
ENGINERY_API int pidfd_send_signal(int pidfd, int signal) noexcept;

/// Some fields of /proc/PID/stat.
struct ProcessStat {
  /// 'R', 'S', …; 'Z' for a zombie.
  char state = '?';
  /// True from the moment the kernel began to take the process down, before it closes its descriptors.
  bool exiting = false;
  /// Clock ticks after boot.
  std::uint64_t start = 0;
};

/// Nothing if there is no such process, or if no descriptor is left to read its file.
ENGINERY_API std::optional<ProcessStat> read_process_stat(int pid);

}  // namespace enginery::cluster
