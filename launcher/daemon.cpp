// launcher/daemon.cpp: two processes and a pipe.
//
// The launcher writes into the pipe until the cluster is ready; then it writes a NUL byte and turns to its log. The
// command shows what came, and the NUL tells it that the start succeeded. Each of them sees the other's death as the
// end of the pipe.
#include "launcher/launcher.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <string>

#include <fmt/format.h>

#include <enginery/errors.hpp>

namespace enginery::tools {

constexpr char kReady = '\0';

static int relay(const cluster::Descriptor& pipe) {
  std::string text = cluster::read_all(pipe);
  const bool ready = !text.empty() && text.back() == kReady;
  if (ready) text.pop_back();
  if (text.empty()) text = "enginery: the launcher ended without a word; start without --daemon to see more\n";
  std::fwrite(text.data(), 1, text.size(), ready ? stdout : stderr);
  return ready ? 0 : 1;
}

/// Appends to `file` what this process wrote to stderr, which is a file, though it may have no name any more.
static void copy_log(int file) {
  const cluster::Descriptor log(::open("/proc/self/fd/2", O_RDONLY | O_CLOEXEC));
  char buffer[4096];
  for (ssize_t got; (got = ::read(log.get(), buffer, sizeof buffer)) > 0;)
    if (::write(file, buffer, static_cast<std::size_t>(got)) != got) return;
}

std::filesystem::path log_of(const Connection& connection) { return connection.directory / "launcher.log"; }

void turn_to_log(const Connection& connection) {
  const std::filesystem::path log = log_of(connection);
  const cluster::Descriptor file(::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  const cluster::Descriptor nothing(::open("/dev/null", O_WRONLY | O_CLOEXEC));
  // If somebody removed the former log, its text is copied to the new one. Before the first log, stderr is no file.
  struct stat status;
  if (file && ::fstat(STDERR_FILENO, &status) == 0 && S_ISREG(status.st_mode) && status.st_nlink == 0)
    copy_log(file.get());
  // The command waits for the end of the pipe, so the pipe must be closed here in any case.
  const int target = file ? file.get() : nothing.get();
  ::dup2(target, STDOUT_FILENO);
  ::dup2(target, STDERR_FILENO);
}

/// Copies the log to a place that outlives the runtime folder, which may be gone already. Before the cluster was ready
/// there was no log; then the words of the failure are written there.
static void keep_log(const std::string& cluster, bool has_log, const std::string& failure) try {
  const std::filesystem::path kept = cluster::last_log(cluster);
  cluster::open_private(kept.parent_path());
  const cluster::Descriptor file(::open(kept.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (has_log) return copy_log(file.get());
  [[maybe_unused]] const ssize_t written = ::write(file.get(), failure.data(), failure.size());
} catch (const std::exception&) {
  // There is nobody left to tell.
}

int start_in_background(LaunchOptions options) {
  cluster::Pipe pipe = cluster::Pipe::open();
  if (!pipe) throw Error("OSError", fmt::format("no pipe: {}", std::strerror(errno)));
  const pid_t child = ::fork();
  if (child < 0)
    throw Error("OSError",
                fmt::format("no process for the launcher: {}. `ulimit -u` shows the limit", std::strerror(errno)));
  if (child > 0) {
    pipe.writing.reset();
    return relay(pipe.reading);
  }
  pipe.reading.reset();
  ::setsid();
  ::dup2(pipe.writing.get(), STDOUT_FILENO);
  ::dup2(pipe.writing.get(), STDERR_FILENO);
  pipe.writing.reset();
  const cluster::Descriptor nothing(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  ::dup2(nothing.get(), STDIN_FILENO);

  options.logs = true;
  options.owner_lets_go = true;
  options.owner_fd = STDOUT_FILENO;
  bool ready = false;
  options.on_lost_log = turn_to_log;
  options.on_ready = [&ready](const Connection& connection) {
    ready = true;
    // The command may be gone by now; then nobody needs the byte.
    [[maybe_unused]] const ssize_t written = ::write(STDOUT_FILENO, &kReady, 1);
    turn_to_log(connection);
  };
  const std::string cluster = cluster::cluster_name(options.name);
  Launcher launcher(std::move(options));
  int status = 1;
  std::string failure;
  try {
    status = launcher.run();
    failure = launcher.failure();
  } catch (const std::exception& error) {
    failure = error.what();
    warn(failure);
  }
  if (!failure.empty()) keep_log(cluster, ready, failure);
  return status;
}

}  // namespace enginery::tools
