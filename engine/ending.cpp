// engine/ending.cpp: the end of an engine: asked for, by a signal, or before its time.
//
// Asked for: the thread that begins the end runs no code of the user's. It asks the main thread to finish, waits, and
// ends the process when the time is over. The main thread owns the user's objects. It leaves by exit(), and never
// returns to the point where NNG's sockets would be closed, because that can hang. NNG's threads run until the process
// is gone; what they touch lives on main's stack or is never destroyed.
//
// By a signal: the handler only adds one to an eventfd, and a thread that polls it begins the end as above.
//
// Before its time, by a crash or by exit() in a task: nobody is asked, and the memory may be damaged. So the handler of
// the signal runs on a stack of its own and calls only what is async-signal-safe.
#include "engine/ending.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <future>
#include <memory>
#include <system_error>
#include <thread>
#include <utility>

#include <fmt/format.h>

namespace enginery::engine {
namespace {

[[noreturn]] void wait_for_others() {
  for (;;) ::pause();
}

/// Writes the buffers of C's streams. A task that reads from a stream holds its lock, so this waits 500 ms at most.
void flush_streams() {
  const auto flushed = std::make_shared<std::promise<void>>();
  try {
    std::thread([flushed] {
      std::fflush(nullptr);
      flushed->set_value();
    }).detach();
    flushed->get_future().wait_for(std::chrono::milliseconds(500));
  } catch (const std::system_error&) {
    // No thread can be had: what C's streams hold is lost.
  }
}

double seconds(std::chrono::milliseconds time) { return std::chrono::duration<double>(time).count(); }

std::atomic<int> ending_fd{-1};
std::atomic<pid_t> ending_process{0};

void on_ending(int number) {
  const int error = errno;
  if (ending_process == ::getpid()) {
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = ::write(ending_fd, &one, sizeof one);
  } else {  // a forked child: the signal reaches it again when this returns, and ends it
    ::signal(number, SIG_DFL);
    ::raise(number);
  }
  errno = error;
}

void on_ignored(int) {}

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
  // SA_RESETHAND has put the default action back. A fault happens again when this returns; a signal that a process sent
  // does not, so it is raised again.
  if (how->si_code <= 0) ::raise(signal);
}

void on_exit() {
  std::fflush(stdout);
  speak_once(LastWords::By::exit);
}

}  // namespace

bool Ending::begun() const {
  const std::lock_guard lock(mutex_);
  return state_ != State::busy;
}

void Ending::hurry(int status) const {
  flush_streams();
  steps_.last();
  ::_exit(status);
}

void Ending::begin(int status) {
  const auto start = std::chrono::steady_clock::now();
  std::unique_lock lock(mutex_);
  if (state_ != State::busy) {
    lock.unlock();
    wait_for_others();
  }
  state_ = State::asked;
  status_ = status;
  lock.unlock();
  steps_.stop();
  lock.lock();
  changed_.wait_until(lock, start + limits_.task, [this] { return state_ != State::asked; });
  if (state_ == State::asked) {
    state_ = State::over;
    lock.unlock();
    steps_.lost(fmt::format(
        "the main thread, which runs tasks and at the start imports plugins, was still busy {:g} s after it was asked "
        "to stop, so this engine ends without the destructors of its variables and without exit handlers: what those "
        "would have written to files is lost. Let long tasks look at stop_requested()",
        seconds(limits_.task)));
    hurry(status);
  }
  changed_.wait_until(lock, start + limits_.all, [] { return false; });  // exit() ends this wait
  lock.unlock();
  steps_.lost(
      fmt::format("the destructors of its variables and the exit handlers took longer than {:g} s, so this engine ends "
                  "before they do: what was still to be written to files is lost",
                  seconds(limits_.all)));
  hurry(status);
}

void Ending::finish(const std::function<void()>& clear) {
  std::unique_lock lock(mutex_);
  const bool in_time = state_ == State::asked;
  if (in_time) state_ = State::clearing;
  lock.unlock();
  if (!in_time) wait_for_others();
  changed_.notify_all();
  clear();
  std::exit(status_);
}

EndingSignals::EndingSignals() : came_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  ending_fd = came_.get();
  ending_process = ::getpid();
  for (const int number : {SIGTERM, SIGINT, SIGHUP, SIGQUIT}) {
    struct sigaction action {};
    const bool ignored = ::sigaction(number, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
    // A signal ignored by nohup stays ignored, also in what tasks start. A shell ignores SIGINT and SIGQUIT in the
    // background for this process only; but what is ignored is inherited, so an empty handler takes its place.
    if (ignored ? number == SIGHUP : number == SIGQUIT) continue;
    action.sa_handler = ignored ? &on_ignored : &on_ending;
    action.sa_flags = SA_RESTART;
    ::sigaction(number, &action, nullptr);
  }
}

void EndingSignals::wait_for_second() const {
  for (std::uint64_t all = 0; all < 2;) {
    pollfd came{fd(), POLLIN, 0};
    std::uint64_t some = 0;
    if (::poll(&came, 1, -1) == 1 && ::read(fd(), &some, sizeof some) == sizeof some) all += some;
  }
}

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
