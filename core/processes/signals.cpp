// core/processes/signals.cpp: the signals of a process of ours, whatever its parent did to them.
#include "core/processes/signals.hpp"

#include <signal.h>

namespace enginery::cluster {

void take_own_signals() noexcept {
  // A program begins with signals that are ignored or have their default; handlers are those of a sanitizer.
  for (int number = 1; number < NSIG; ++number) {
    if (number == SIGHUP || number == SIGINT || number == SIGQUIT || number == SIGPIPE) continue;
    struct sigaction now {};
    if (::sigaction(number, nullptr, &now) == 0 && now.sa_handler == SIG_IGN) ::signal(number, SIG_DFL);
  }
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

}  // namespace enginery::cluster
