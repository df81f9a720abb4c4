// launcher/child.cpp: a process from its start to its end.
//
// A child leads a process group, so that what it starts can be ended with it. The group's number is safe to signal only
// while the leader is not reaped: afterwards the kernel may give the number to others. Hence the order in reap().
#include "launcher/child.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <deque>
#include <fstream>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <enginery/errors.hpp>

namespace enginery::tools {

constexpr std::size_t kLastLines = 8;

/// The file for a child's output; none if `log` is empty.
static cluster::Descriptor open_log(const std::filesystem::path& log) {
  if (log.empty()) return cluster::Descriptor();
  std::error_code none;
  if (std::filesystem::is_symlink(log, none)) std::filesystem::remove(log, none);  // restore_log() of a former child
  cluster::Descriptor file(::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  if (!file)
    throw Error("OSError", fmt::format("{} cannot be written: {}. Check the folder's rights and the space left",
                                       log.string(), std::strerror(errno)));
  return file;
}

Child::Child(const Program& program)
    : log_(program.log),
      output_(open_log(log_)),
      process_(cluster::spawn({program.file, program.arguments, output_.get(), output_.get()})) {
  link_.emplace(process_.link.release());
  image_ = image_of(pid());
}

std::optional<Child::Image> Child::image_of(int pid) noexcept {
  char path[32];
  std::snprintf(path, sizeof path, "/proc/%d/exe", pid);
  struct stat status;
  if (::stat(path, &status) == 0) return Image{status.st_dev, status.st_ino};
  return errno == EACCES ? std::optional(Image{}) : std::nullopt;  // a program that runs as another user
}

void Child::restore_log() const noexcept {
  struct stat status;
  if (!output_ || ::lstat(log_.c_str(), &status) == 0 || errno != ENOENT) return;
  char content[64];  // a file without a name cannot get one again
  std::snprintf(content, sizeof content, "/proc/%d/fd/%d", ::getpid(), output_.get());
  [[maybe_unused]] const int failed = ::symlink(content, log_.c_str());  // it is tried again
}

bool Child::replaced() const noexcept {
  const std::optional<Image> now = running_ ? image_of(pid()) : std::nullopt;
  return now && image_ && now != image_;
}

Child::~Child() {
  if (!running_) return;
  kill();
  reap();
}

void Child::kill() noexcept {
  if (running_) cluster::signal_group(process_.pid, SIGKILL);
}

std::string Child::reap() noexcept {
  siginfo_t end{};
  // First look, then kill the rest of the group, then reap: until then no other process can have this pid or group. If
  // the look fails, the group may be another's, and is left alone.
  const auto wait = [&](int how) {
    int failed = 0;
    while ((failed = ::waitid(P_PID, static_cast<id_t>(pid()), &end, how)) != 0 && errno == EINTR) {}
    return failed;
  };
  int failed = wait(WEXITED | WNOWAIT);
  if (failed == 0) {
    kill();
    failed = wait(WEXITED);
  }
  running_ = false;
  if (failed != 0) return "nobody knows how: SIGCHLD is ignored here, or somebody else waited for it";
  if (end.si_code == CLD_EXITED) return fmt::format("exit status {}", end.si_status);
  return fmt::format("signal {} ({})", end.si_status, ::strsignal(end.si_status));
}

std::string last_words(const std::filesystem::path& log) {
  if (log.empty()) return "";
  std::ifstream file(log);
  std::deque<std::string> lines;
  for (std::string line; std::getline(file, line);) {
    lines.push_back(line);
    if (lines.size() > kLastLines) lines.pop_front();
  }
  return lines.empty() ? "" : fmt::format(". Its last words:\n  {}", fmt::join(lines, "\n  "));
}

}  // namespace enginery::tools
