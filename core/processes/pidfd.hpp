// core/processes/pidfd.hpp: descriptors of processes, by the kernel's own calls: <sys/pidfd.h> came with glibc 2.36.
#pragma once

#include <signal.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

namespace enginery::cluster {

/// What waitid() waits for by a pidfd, P_PIDFD of later glibcs.
inline constexpr auto kByPidfd = static_cast<idtype_t>(3);

/// A descriptor of that process, which becomes readable when it ends; -1 and errno when there is none.
inline int pidfd_open(pid_t pid) noexcept { return static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)); }

/// Signals that very process, whoever has its pid by now. 0, or -1 and errno.
inline int pidfd_send_signal(int pidfd, int signal) noexcept {
  return static_cast<int>(::syscall(SYS_pidfd_send_signal, pidfd, signal, nullptr, 0));
}

}  // namespace enginery::cluster
