// tools/daemon.cpp: two processes and a pipe.
//
// The launcher's output goes into the pipe until the cluster is ready; then it writes a NUL byte and turns to its log.
// The command shows what came, and knows by the NUL how it went. Both see the other's death as the end of the pipe.
#include "tools/daemon.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <optional>
#include <string>

#include <fmt/format.h>

#include <enginery/errors.hpp>

#include "core/cluster/runtime_directory.hpp"
#include "tools/launcher_words.hpp"

namespace enginery::tools {
namespace {

constexpr char kReady = '\0';

int relay(const cluster::Descriptor& pipe) {
  std::string text;
  char buffer[4096];
  for (ssize_t got; (got = ::read(pipe.get(), buffer, sizeof buffer)) != 0;) {
    if (got > 0) text.append(buffer, static_cast<std::size_t>(got));
    if (got < 0 && errno != EINTR) break;
  }
  const bool ready = !text.empty() && text.back() == kReady;
  if (ready) text.pop_back();
  if (text.empty()) text = "enginery: the launcher ended without a word; start without --daemon to see more\n";
  std::fwrite(text.data(), 1, text.size(), ready ? stdout : stderr);
  return ready ? 0 : 1;
}

}  // namespace

std::filesystem::path log_of(const Connection& connection) { return connection.directory / "launcher.log"; }

void turn_to_log(const Connection& connection) {
  const std::filesystem::path log = log_of(connection);
  const cluster::Descriptor file(::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  const cluster::Descriptor nothing(::open("/dev/null", O_WRONLY | O_CLOEXEC));
  // Whatever happens, who read the output so far must be let go: it waits for the end.
  const int target = file ? file.get() : nothing.get();
  ::dup2(target, STDOUT_FILENO);
  ::dup2(target, STDERR_FILENO);
}

int start_in_background(LaunchOptions options) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw Error("OSError", fmt::format("no pipe: {}", std::strerror(errno)));
  cluster::Descriptor read_end(ends[0]), write_end(ends[1]);
  const pid_t child = ::fork();
  if (child < 0)
    throw Error("OSError",
                fmt::format("no process for the launcher: {}. `ulimit -u` shows the limit", std::strerror(errno)));
  if (child > 0) {
    write_end = cluster::Descriptor();
    return relay(read_end);
  }
  read_end = cluster::Descriptor();
  ::setsid();
  ::dup2(write_end.get(), STDOUT_FILENO);
  ::dup2(write_end.get(), STDERR_FILENO);
  write_end = cluster::Descriptor();
  const cluster::Descriptor nothing(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  ::dup2(nothing.get(), STDIN_FILENO);

  options.logs = true;
  options.owner_lets_go = true;
  options.owner_fd = STDOUT_FILENO;
  std::optional<Connection> ready;
  options.on_ready = [&ready](const Connection& connection) {
    ready = connection;
    // Should the command be gone by now, its reader was the last to care.
    [[maybe_unused]] const ssize_t written = ::write(STDOUT_FILENO, &kReady, 1);
    turn_to_log(connection);
  };
  Launcher launcher(std::move(options));
  int status = 1;
  try {
    status = launcher.run();
  } catch (const std::exception& error) {
    warn(error.what());
  }
  std::error_code none;
  if (status != 0 && ready) std::filesystem::rename(log_of(*ready), cluster::last_log(ready->cluster), none);
  return status;
}

}  // namespace enginery::tools
