// core/processes/spawn.cpp: processes started by posix_spawn.
//
// fork() is not safe in a process with threads and with NNG: the child would have one thread, and locks that other
// threads held. posix_spawn runs nothing of ours between fork and exec; all that is to happen there is prepared as
// data.
#include "core/processes/spawn.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include <enginery/errors.hpp>

namespace enginery::cluster {
namespace {

constexpr int kLinkInChild = 3;

/// What happens in the child between fork and exec.
class Preparation {
 public:
  Preparation(int out, int err, int link, bool own_group) {
    ::posix_spawn_file_actions_init(&files_);
    ::posix_spawn_file_actions_addopen(&files_, 0, "/dev/null", O_RDONLY, 0);
    if (out >= 0) ::posix_spawn_file_actions_adddup2(&files_, out, 1);
    if (err >= 0) ::posix_spawn_file_actions_adddup2(&files_, err, 2);
    ::posix_spawn_file_actions_adddup2(&files_, link, kLinkInChild);
    ::posix_spawn_file_actions_addclosefrom_np(&files_, kLinkInChild + 1);

    sigset_t all, none;
    ::sigfillset(&all);
    ::sigemptyset(&none);
    ::posix_spawnattr_init(&attributes_);
    const int group = own_group ? POSIX_SPAWN_SETPGROUP : 0;
    ::posix_spawnattr_setflags(&attributes_,
                               static_cast<short>(group | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK));
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

/// A copy of `fd` with a number above those that the child's own descriptors will have.
Descriptor above_the_childs(int fd, const std::filesystem::path& file) {
  if (fd < 0) return Descriptor();
  Descriptor copy(::fcntl(fd, F_DUPFD_CLOEXEC, kLinkInChild + 1));
  if (!copy) throw cannot_start(file, errno);
  return copy;
}

/// As exec takes them.
std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (std::string& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

}  // namespace

Started spawn(const Spawn& what) {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) throw cannot_start(what.file, errno);
  Descriptor my_end(ends[0]);
  const Descriptor its_end(ends[1]);
  const Descriptor link = above_the_childs(its_end.get(), what.file);
  const Descriptor out = above_the_childs(what.out, what.file);
  const Descriptor err = above_the_childs(what.err, what.file);

  std::vector<std::string> words{what.name}, environment = what.environment;
  words.insert(words.end(), what.arguments.begin(), what.arguments.end());
  const std::vector<char*> argv = pointers(words), variables = pointers(environment);
  const Preparation preparation(out.get(), err.get(), link.get(), what.own_group);
  pid_t pid = 0;
  const int error = ::posix_spawn(&pid, what.file.c_str(), preparation.files(), preparation.attributes(), argv.data(),
                                  environment.empty() ? environ : variables.data());
  if (error != 0) throw cannot_start(what.file, error);
  Started started{pid, Descriptor(pidfd_open(pid)), std::move(my_end)};
  // Where SIGCHLD is ignored, the kernel forgets a child that has ended. An eventfd that is readable stands in for it.
  if (!started.pidfd && errno == ESRCH) started.pidfd = Descriptor(::eventfd(1, EFD_CLOEXEC));
  if (!started.pidfd) {
    const int reason = errno;
    send_signal(started.pid, SIGKILL);
    reap(started.pid);
    throw cannot_start(what.file, reason);
  }
  return started;
}

int reap(Pid child) noexcept {
  int status = -1;
  while (::waitpid(child.number(), &status, 0) < 0)
    if (errno != EINTR) return -1;
  return status;
}

bool can_run(const std::filesystem::path& file) noexcept {
  std::error_code error;
  return std::filesystem::is_regular_file(file, error) && ::access(file.c_str(), X_OK) == 0;
}

std::vector<std::filesystem::path> places_in_path(const std::string& name, EmptyElement empty) {
  std::vector<std::filesystem::path> places;
  const char* path = std::getenv("PATH");
  for (std::string_view rest = path ? path : ""; !rest.empty();) {
    const std::string_view folder = rest.substr(0, rest.find(':'));
    rest.remove_prefix(std::min(rest.size(), folder.size() + 1));
    if (folder.empty() && empty == EmptyElement::is_left_out) continue;
    std::error_code gone;  // if the current folder was removed, relative places do not exist
    std::filesystem::path place = std::filesystem::absolute(std::filesystem::path(folder) / name, gone);
    if (!gone) places.push_back(std::move(place));
  }
  return places;
}

void take_own_signals() noexcept {
  // At its start a program has only ignored and default signals; a handler is a sanitizer's, and stays.
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
