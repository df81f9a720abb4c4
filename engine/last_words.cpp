// engine/last_words.cpp: what is still to be said when this process ends before its time.
#include "engine/last_words.hpp"

#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <utility>

namespace enginery::engine {
namespace {

constexpr int kFatal[] = {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL};
constexpr std::size_t kStack = 64 << 10;

/// What a signal handler can reach; the process' own, since signals are.
struct Speaker {
  std::function<void(LastWords::By)> speak;
  pid_t process;
};
std::atomic<Speaker*> speaker{nullptr};

void speak_once(LastWords::By by) {
  Speaker* const one = speaker.load();
  if (!one || one->process != ::getpid()) return;  // a forked child's words are its parent's
  if (speaker.exchange(nullptr) == one) one->speak(by);
}

void on_fatal(int signal, siginfo_t* how, void*) {
  const int error = errno;
  speak_once(LastWords::By::signal);
  errno = error;
  // The default action is back in place. A fault happens again when this returns; what was sent must be sent again.
  if (how->si_code <= 0) ::raise(signal);
}

void on_exit() {
  std::fflush(stdout);
  speak_once(LastWords::By::exit);
}

}  // namespace

LastWords::LastWords(std::function<void(By)> speak)
    : stack_(::mmap(nullptr, kStack, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)) {
  speaker = new Speaker{std::move(speak), ::getpid()};
  if (stack_ != MAP_FAILED) {
    const stack_t stack{stack_, 0, kStack};
    ::sigaltstack(&stack, nullptr);
  }
  for (const int signal : kFatal) {
    struct sigaction before {};
    if (::sigaction(signal, nullptr, &before) != 0 || before.sa_handler != SIG_DFL) continue;
    struct sigaction action {};
    action.sa_sigaction = &on_fatal;
    action.sa_flags = static_cast<int>(SA_SIGINFO | SA_ONSTACK | SA_RESETHAND);
    ::sigaction(signal, &action, nullptr);
  }
  std::atexit(&on_exit);
  std::at_quick_exit(&on_exit);
}

LastWords::~LastWords() {
  const std::unique_ptr<Speaker> silenced(speaker.exchange(nullptr));
  for (const int signal : kFatal) {
    struct sigaction now {};
    if (::sigaction(signal, nullptr, &now) == 0 && now.sa_sigaction == &on_fatal) ::signal(signal, SIG_DFL);
  }
  if (stack_ == MAP_FAILED) return;
  const stack_t none{nullptr, SS_DISABLE, 0};
  ::sigaltstack(&none, nullptr);
  ::munmap(stack_, kStack);
}

}  // namespace enginery::engine
