// engine/kept_handlers.cpp: what happens in this process at a signal, as it was before a task.
//
// To ask the kernel for 64 signal actions after each task would cost more than a short task. So this looks first
// whether any code was loaded that can change them: ImportWatch finds the names below among the symbols that modules
// ask for.
#include "engine/kept_handlers.hpp"

#include <sys/time.h>

#include <cstring>

#include <enginery/signals.hpp>

namespace enginery::engine {

/// The functions by which C and C++ change signals.
const std::vector<std::string_view> kChangers = {
    "sigaction",  "signal",      "bsd_signal",  "sysv_signal", "__sysv_signal",   "ssignal",
    "sigset",     "sigignore",   "sigvec",      "sighold",     "sigrelse",        "siginterrupt",
    "sigblock",   "sigsetmask",  "sigprocmask", "sigstack",    "pthread_sigmask", "sigaltstack",
    "setcontext", "swapcontext", "alarm",       "ualarm",      "setitimer"};

static bool same(const struct sigaction& one, const struct sigaction& other) {
  return one.sa_sigaction == other.sa_sigaction && one.sa_flags == other.sa_flags &&
         std::memcmp(&one.sa_mask, &other.sa_mask, sizeof one.sa_mask) == 0;
}

KeptHandlers::KeptHandlers(ImportWatch::Own own) : watch_(kChangers, own) { note(); }

void KeptHandlers::note() {
  for (int number = 1; number < NSIG; ++number)
    ::sigaction(number, nullptr, &actions_[static_cast<std::size_t>(number)]);
  ::pthread_sigmask(SIG_BLOCK, nullptr, &blocked_);
  ::sigaltstack(nullptr, &stack_);
}

void KeptHandlers::put_back() {
  if (std::get_terminate() != terminate_) std::set_terminate(terminate_);
  if (signal_handlers_are_kept()) {
    timers_stay_ = true;
    return note();
  }
  if (!watch_.found()) return;
  // First the timers, whose signal would find its default action, which ends the process.
  for (const auto timer : {ITIMER_REAL, ITIMER_VIRTUAL, ITIMER_PROF}) {
    const itimerval never{};
    if (!timers_stay_) ::setitimer(timer, &never, nullptr);
  }
  for (int number = 1; number < NSIG; ++number) {
    const struct sigaction& before = actions_[static_cast<std::size_t>(number)];
    struct sigaction now {};
    if (::sigaction(number, nullptr, &now) == 0 && !same(before, now)) ::sigaction(number, &before, nullptr);
  }
  ::pthread_sigmask(SIG_SETMASK, &blocked_, nullptr);
  stack_t stack{};
  if (::sigaltstack(nullptr, &stack) == 0 && (stack.ss_sp != stack_.ss_sp || stack.ss_flags != stack_.ss_flags))
    ::sigaltstack(&stack_, nullptr);
}

}  // namespace enginery::engine
