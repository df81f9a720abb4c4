// tools/start_command.cpp: `enginery start`.
#include <fcntl.h>
#include <unistd.h>

#include <memory>

#include "core/clusters/address.hpp"
#include "core/clusters/runtime_directory.hpp"
#include "core/diagnosis/log.hpp"
#include "launcher/launcher.hpp"
#include "tools/command.hpp"

namespace enginery::tools {
namespace {

/// For a program that owns the cluster: it hears where the connection file is, and then no more.
int start_for_owner(LaunchOptions options) {
  const int owner = options.owner_fd;
  ::fcntl(owner, F_SETFD, FD_CLOEXEC);
  options.logs = true;
  options.on_lost_log = turn_to_log;
  options.on_ready = [owner](const Connection& connection) {
    turn_to_log(connection);
    const std::string line = (connection.directory / cluster::kConnectionFile).string() + "\n";
    // An owner that is gone shows in the next poll.
    [[maybe_unused]] const ssize_t written = ::write(owner, line.data(), line.size());
  };
  Launcher launcher(std::move(options));
  return launcher.run();
}

}  // namespace

void start_command(CommandLine& line) {
  struct Given {
    LaunchOptions launch;
    double timeout = 60;
    bool daemon = false, listens = false;
  };
  const auto given = std::make_shared<Given>();
  given->launch.engines = allowed_cores();
  given->launch.command = own_file();
  Command command = line.command("start", "Start a hub and engines on this host, and watch them until Ctrl-C");
  command.option("-n,--engines", &given->launch.engines,
                 {.what = "How many engines, 0 to 4096 (default: one per core that this process may use)",
                  .value = "N",
                  .check = whole_number_from(0, 4096)});
  add_name(command, given->launch.name);
  add_load(command, given->launch.load, "Plugins that every engine imports at start");
  command.flag("--restart", 10, given->launch.restart, 1, 1'000'000,
               "Start an engine that dies anew, with its id and plugins, at ever longer intervals; give it up when it "
               "died ten times in a row, or with --restart=N N times, each within a minute");
  command.option("--listen",
                 [given](const std::string& word) {
                   given->launch.listen = word;
                   given->listens = true;
                 },
                 {.what = "Let other hosts join, by TLS and with a copy of the connection file: the name or address of "
                          "this host; PORT is the hub's, and so is the next one (default: the system chooses)",
                  .value = "HOST[:PORT]"});
  command.option("--insecure", &given->launch.insecure,
                 {.what = "With --listen: no TLS, and anybody may join", .needs = "--listen"});
  add_memory_limit(command, given->launch.memory_limit);
  add_log_level(command);
  add_timeout(command, &given->timeout, "Seconds until all engines must be ready (default: 60)");
  command.option("--daemon", &given->daemon,
                 {.what = "Return once all engines are ready; the cluster goes on until `enginery stop`"});
  // For programs that own a cluster: end of file on it ends the cluster; the connection file's path is written to it
  // when all is ready, and from then on all output goes to logs beside that file.
  command.option("--fd", &given->launch.owner_fd, {.hidden = true});
  // What the hub and the engines run, in tests.
  command.option("--child", &given->launch.command, {.hidden = true});
  command.footer(
      "  enginery start --listen 192.168.1.5     engines and clients of other hosts may join\n"
      "  enginery start                          one engine per core, in this terminal\n"
      "  enginery start -n 4 --load norms        four engines that know norms.*\n"
      "  enginery start -n 2 --name b --daemon   a second cluster, in the background\n"
      "  enginery start --restart                engines that die come back\n",
      "0 done: Ctrl-C, SIGTERM or `enginery stop` has ended the cluster (--daemon: all is ready), 1 failed (the "
      "reason is on stderr), 2 wrong usage, 128 + the signal that came before all engines were ready.");
  command.check_all([given] {
    if (given->daemon && given->launch.owner_fd >= 0) throw UsageError{"--fd", "excludes --daemon"};
  });
  command.does([given] {
    given->launch.timeout = milliseconds(given->timeout);
    cluster::log_level_of_environment();
    if (given->listens) cluster::ListenAt::parse(given->launch.listen);
    if (given->daemon) return start_in_background(given->launch);
    if (given->launch.owner_fd >= 0) return start_for_owner(given->launch);
    Launcher launcher(given->launch);
    return launcher.run();
  });
}

}  // namespace enginery::tools
