// core/modules/probe.cpp: opening a plugin in a process that may die of it.
//
// dlopen runs static constructors, which may abort, throw, exit, hang, or write anywhere. A build that is new to a host
// meets a process of its own first. That process says "opened" by an exit status that no constructor gives by chance;
// every other end is a refusal. It is waited for by a pidfd, so that neither SIGCHLD nor a timer is taken from the
// program; its stderr is read until it has ended, not until the pipe is closed, which a grandchild may keep open.
#include "core/modules/probe.hpp"

#include <dlfcn.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <enginery/errors.hpp>

#include "core/cluster/pid.hpp"
#include "core/modules/descriptor.hpp"
#include "core/modules/dl_error.hpp"

namespace enginery::modules {
namespace {

constexpr int kOpened = 83, kRefused = 84;
/// The last line of a probe that has opened its file, for a parent that is not told exit statuses.
constexpr const char* kOpenedWords = "enginery probe: opened";
constexpr const char* kSearchVariable = "LD_LIBRARY_PATH";

[[noreturn]] void refuse(const std::string& file, const std::string& problem, const char* remedy) {
  throw PluginLoadError(LoadStage::dlopen, file, problem, remedy);
}

/// This process's environment, with `folders` before what LD_LIBRARY_PATH holds.
std::vector<std::string> environment(const std::vector<std::string>& folders) {
  std::vector<std::string> variables;
  const std::string prefix = std::string(kSearchVariable) + '=';
  for (char** variable = environ; *variable; ++variable) {
    if (folders.empty() || !std::string_view(*variable).starts_with(prefix)) variables.emplace_back(*variable);
  }
  if (!folders.empty()) {
    const char* before = std::getenv(kSearchVariable);
    variables.push_back(
        fmt::format("{}{}{}{}", prefix, fmt::join(folders, ":"), before ? ":" : "", before ? before : ""));
  }
  return variables;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (std::string& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

/// Starts `command` with stdin and stdout on /dev/null and stderr on `err`, no other descriptor, no ignored signal, and
/// in a process group of its own. Returns an errno.
int spawn(std::vector<std::string> command, const std::vector<std::string>& folders, int err, pid_t& pid) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, err, STDERR_FILENO);
  posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);

  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t signals;
  sigfillset(&signals);
  posix_spawnattr_setsigdefault(&attributes, &signals);
  sigemptyset(&signals);
  posix_spawnattr_setsigmask(&attributes, &signals);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);

  std::vector<std::string> variables = environment(folders);
  const int error = posix_spawnp(&pid, command.front().c_str(), &actions, &attributes, pointers(command).data(),
                                 pointers(variables).data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  return error;
}

/// What a process last wrote: the end of it, read as it comes.
class LastWords {
 public:
  explicit LastWords(int pipe) : pipe_(pipe) {}

  /// Takes what is there, without waiting. False when nothing will come any more.
  bool collect() {
    char buffer[4096];
    for (;;) {
      const ssize_t got = read(pipe_, buffer, sizeof buffer);
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) return got < 0 && errno == EAGAIN;
      text_.append(buffer, static_cast<std::size_t>(got));
      if (text_.size() > 2 * kKept) text_.erase(0, text_.size() - kKept);
    }
  }

  std::string last_line() const {
    const std::size_t end = text_.find_last_not_of(" \n\r\t");
    if (end == std::string::npos) return {};
    const std::size_t before = text_.find_last_of('\n', end);
    const std::size_t start = text_.find_first_not_of(" \t", before == std::string::npos ? 0 : before + 1);
    return text_.substr(start, end + 1 - start);
  }

 private:
  static constexpr std::size_t kKept = 8192;
  int pipe_;
  std::string text_;
};

/// Waits for the end of `pid`, at most `limit`; collects `words` meanwhile. False when the time is over.
bool wait_for_end(pid_t pid, int pipe, std::chrono::milliseconds limit, LastWords& words) {
  using Clock = std::chrono::steady_clock;
  // The system call itself: glibc 2.36 declares pidfd_open without extern "C".
  const Descriptor process(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
  const Clock::time_point deadline = Clock::now() + limit;
  pollfd events[2] = {{process.number(), POLLIN, 0}, {pipe, POLLIN, 0}};
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
    if (left <= 0) return false;
    const int ready = poll(events, 2, static_cast<int>(left));
    if (ready < 0 && errno != EINTR) return false;
    if (ready <= 0) continue;
    if (events[1].revents && !words.collect()) events[1].fd = -1;  // poll skips negative ones
    if (events[0].revents) {
      words.collect();
      return true;
    }
  }
}

/// The status of the ended process; -1 if somebody else took it, as with an ignored SIGCHLD. Then its words tell.
int reap(pid_t pid) {
  int status = -1;
  while (waitpid(pid, &status, 0) < 0) {
    if (errno != EINTR) return -1;
  }
  return status;
}

}  // namespace

void Probe::open(const std::string& file, const std::string& loaded, const std::vector<std::string>& folders) const {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) {
    refuse(file, fmt::format("cannot make a pipe for the probe: {}", std::strerror(errno)), "Close some files");
  }
  Descriptor reading(ends[0]), writing(ends[1]);
  fcntl(reading.number(), F_SETFL, O_NONBLOCK);

  std::vector<std::string> arguments = command;
  arguments.push_back(loaded);
  pid_t pid = 0;
  if (const int error = spawn(std::move(arguments), folders, writing.number(), pid)) {
    refuse(file, fmt::format("cannot start the probe process {}: {}", command.front(), std::strerror(error)),
           "Install enginery completely: the command `enginery` opens new plugins first");
  }
  writing.reset();

  LastWords words(reading.number());
  const bool ended = wait_for_end(pid, reading.number(), time_limit, words);
  if (!ended) cluster::signal_group(pid, SIGKILL);
  const int status = reap(pid);

  const std::string said =
      words.last_line().empty() ? std::string() : fmt::format(", saying \"{}\"", words.last_line());
  constexpr const char* kConstructors =
      "Its static constructors, which run when it is loaded, do this: move that work into ENGINERY_PLUGIN's body, a "
      "program's main, or a task";
  if (!ended) {
    refuse(file,
           fmt::format("loading it did not end within {} s{}", std::chrono::duration<double>(time_limit).count(), said),
           kConstructors);
  }
  if (status != -1 && WIFSIGNALED(status)) {
    const int signal = WTERMSIG(status);
    refuse(file,
           fmt::format("loading it killed the probe process by SIG{} ({}){}", sigabbrev_np(signal), sigdescr_np(signal),
                       said),
           kConstructors);
  }
  if (status == -1 && words.last_line() == kOpenedWords) return;
  if (status != -1 && WIFEXITED(status) && WEXITSTATUS(status) == kOpened) return;
  if (status != -1 && WIFEXITED(status) && WEXITSTATUS(status) == kRefused) {
    throw_dl_error(file, loaded, words.last_line());
  }
  refuse(file,
         fmt::format("loading it ended the probe process ({}){}",
                     status == -1 ? std::string("SIGCHLD is ignored in this process, so it is not told how")
                                  : fmt::format("exit status {}", WEXITSTATUS(status)),
                     said),
         kConstructors);
}

}  // namespace enginery::modules

int enginery::probe_main(const char* file) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
  int status = modules::kOpened;
  const char* words = modules::kOpenedWords;
  if (!dlopen(file, RTLD_NOW | RTLD_LOCAL)) {
    words = dlerror();
    status = modules::kRefused;
  }
  std::fprintf(stderr, "\n%s\n", words);
  std::fflush(stderr);
  _exit(status);
}
