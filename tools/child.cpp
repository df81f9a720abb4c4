// tools/child.cpp: starting a process with posix_spawn, and its end.
#include "tools/child.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

#include <fmt/format.h>

#include <enginery/errors.hpp>

#include "core/cluster/pidfd.hpp"

namespace enginery::tools {
namespace {

constexpr int kLinkInChild = 3;

/// What happens in the child between fork and exec.
class Preparation {
 public:
  Preparation(int link, const std::filesystem::path& log) {
    ::posix_spawn_file_actions_init(&files_);
    ::posix_spawn_file_actions_addopen(&files_, 0, "/dev/null", O_RDONLY, 0);
    if (!log.empty()) {
      ::posix_spawn_file_actions_addopen(&files_, 1, log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
      ::posix_spawn_file_actions_adddup2(&files_, 1, 2);
    }
    ::posix_spawn_file_actions_adddup2(&files_, link, kLinkInChild);
    ::posix_spawn_file_actions_addclosefrom_np(&files_, kLinkInChild + 1);

    sigset_t all, none;
    ::sigfillset(&all);
    ::sigemptyset(&none);
    ::posix_spawnattr_init(&attributes_);
    ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    ::posix_spawnattr_setpgroup(&attributes_, 0);
    ::posix_spawnattr_setsigdefault(&attributes_, &all);
    ::posix_spawnattr_setsigmask(&attributes_, &none);
  }
  ~Preparation() {
    ::posix_spawn_file_actions_destroy(&files_);
    ::posix_spawnattr_destroy(&attributes_);
  }
  Preparation(const Preparation&) = delete;
  Preparation& operator=(const Preparation&) = delete;
  const posix_spawn_file_actions_t* files() const { return &files_; }
  const posix_spawnattr_t* attributes() const { return &attributes_; }

 private:
  posix_spawn_file_actions_t files_;
  posix_spawnattr_t attributes_;
};

Error cannot_start(const std::filesystem::path& file, int error) {
  return Error("OSError", fmt::format("{} cannot be started: {}. `ulimit -a` shows this shell's limits", file.string(),
                                      std::strerror(error)));
}

}  // namespace

Child::Child(const Program& program) : log_(program.log) {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) throw cannot_start(program.file, errno);
  link_.emplace(ends[0]);
  const cluster::Descriptor its_end(ends[1]);

  std::string name = "enginery";
  std::vector<std::string> arguments = program.arguments;
  std::vector<char*> argv{name.data()};
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  const Preparation preparation(its_end.get(), log_);
  const int error =
      ::posix_spawn(&pid_, program.file.c_str(), preparation.files(), preparation.attributes(), argv.data(), environ);
  if (error != 0) throw cannot_start(program.file, error);
  running_ = true;
  pidfd_ = cluster::Descriptor(::pidfd_open(pid_, 0));
  if (!pidfd_) {
    const int reason = errno;
    kill();
    reap();
    throw cannot_start(program.file, reason);
  }
}

Child::~Child() {
  if (!running_) return;
  kill();
  reap();
}

void Child::kill() noexcept {
  if (running_) ::kill(-pid_, SIGKILL);
}

std::string Child::reap() noexcept {
  siginfo_t end{};
  // First look, then kill the rest of the group, then reap: until then nobody else can have this pid or group.
  while (::waitid(P_PID, static_cast<id_t>(pid_), &end, WEXITED | WNOWAIT) != 0 && errno == EINTR) {}
  kill();
  while (::waitid(P_PID, static_cast<id_t>(pid_), &end, WEXITED) != 0 && errno == EINTR) {}
  running_ = false;
  if (end.si_code == CLD_EXITED) return fmt::format("exit status {}", end.si_status);
  return fmt::format("signal {} ({})", end.si_status, ::strsignal(end.si_status));
}

}  // namespace enginery::tools
