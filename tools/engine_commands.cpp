// tools/engine_commands.cpp: `enginery restart`, `kill`, `interrupt` and `debug`: what is done to one engine.
//
// The first three are calls of a client, as any program can make them. `debug` only asks the hub, since an engine that
// is to be debugged may not answer.
#include <algorithm>
#include <chrono>
#include <fstream>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <enginery/client.hpp>

#include "client/views/status.hpp"
#include "tools/command.hpp"

namespace enginery::tools {
namespace {

/// Which engine, of which cluster.
struct OneEngine {
  std::string name;
  int id = 0;
  double timeout = 60;
  bool keep = false;

  Client client() const { return Client({.name = name, .timeout = hub_timeout(timeout)}); }
};

/// The options that all of these commands have; their values come when the words are read.
std::shared_ptr<OneEngine> add_engine(Command command) {
  auto given = std::make_shared<OneEngine>();
  command.option("id", &given->id,
                 {.what = "The engine's, as `enginery status` shows it",
                  .value = "ID",
                  .check = whole_number_from(0, std::numeric_limits<int>::max()),
                  .required = true});
  add_name(command, given->name);
  return given;
}

/// The process that debugs this one already; 0 if none does.
int debugger_of(int pid) {
  std::ifstream file(fmt::format("/proc/{}/status", pid));
  int tracer = 0;
  for (std::string word; file >> word;)
    if (word == "TracerPid:") file >> tracer;
  return tracer;
}

/// With Yama, a process may trace only its children, and engines are not children of this command.
bool attaching_is_restricted() {
  std::ifstream file("/proc/sys/kernel/yama/ptrace_scope");
  int scope = 0;
  file >> scope;
  return scope > 0;
}

int debug(const OneEngine& given) {
  const int id = given.id;
  const ClusterStatus cluster = query_hub(Connection::find(given.name), std::chrono::seconds(5));
  const auto engine = std::ranges::find(cluster.engines, id, &EngineStatus::id);
  if (engine == cluster.engines.end()) {
    std::vector<int> ids;
    for (const EngineStatus& each : cluster.engines) ids.push_back(each.id);
    throw IndexError(fmt::format("there is no engine {}; the engines of cluster '{}' are [{}]", id, cluster.cluster,
                                 fmt::join(ids, ", ")));
  }
  if (engine->pid == 0) throw ValueError(fmt::format("engine {} has no process now: it is {}", id, engine->state));
  if (!engine->host.empty())
    throw ValueError(
        fmt::format("engine {} runs on host {}, or in another pid namespace; attach to its process {} there", id,
                    engine->host, engine->pid));
  if (const int debugger = debugger_of(engine->pid))
    throw ValueError(fmt::format("engine {} (pid {}) is being debugged by pid {} already", id, engine->pid, debugger));
  fmt::print("gdb -p {}\n", engine->pid);
  if (attaching_is_restricted())
    fmt::print(stderr,
               "enginery: this host lets processes attach to their children only; run it with sudo, or allow it until "
               "the next start with `sudo sysctl kernel.yama.ptrace_scope=0`\n");
  return 0;
}

}  // namespace

void restart_command(CommandLine& line) {
  Command command = line.command("restart", "End an engine, start it anew with its id, and wait until it is back");
  const auto given = add_engine(command);
  add_timeout(command, &given->timeout, "Seconds until it must be back (default: 60)");
  command.option("--keep", &given->keep, {.what = "Keep its variables, as far as they can travel"});
  command.footer(
      "  enginery restart 3            an engine that hangs, died, or holds too much\n"
      "  enginery restart 3 --name b   of the cluster \"b\"\n"
      "  enginery restart 3 --keep     an engine whose code is to be replaced\n"
      "What it had in its namespace is gone without --keep, and tasks that it had not finished fail as EngineDied. "
      "Plugins that it had imported are imported again.\n");
  command.does([given] {
    const Client rc = given->client();
    const std::vector<std::string> lost =
        rc.restart(given->id, {.timeout = Seconds(given->timeout), .keep = given->keep});
    fmt::print("enginery: engine {} is back{}\n", given->id,
               lost.empty() ? "" : fmt::format(", without these, which cannot travel: {}", fmt::join(lost, ", ")));
    return 0;
  });
}

void kill_command(CommandLine& line) {
  Command command = line.command("kill", "Kill an engine at once, and start it anew");
  const auto given = add_engine(command);
  add_timeout(command, &given->timeout, "Seconds until it must be back (default: 60)");
  command.footer(
      "  enginery kill 3   as `enginery restart 3`, but with SIGKILL\n"
      "An engine that joined by itself (`enginery engine`) is not started anew.\n");
  command.does([given] {
    const Client rc = given->client();
    rc.kill(given->id, Seconds(given->timeout));
    const std::vector<int> ids = rc.ids();
    const bool back = std::ranges::find(ids, given->id) != ids.end();
    fmt::print("enginery: engine {} was killed{}\n", given->id, back ? ", and is back" : "");
    return 0;
  });
}

void interrupt_command(CommandLine& line) {
  Command command = line.command("interrupt", "Ask the task that an engine runs to stop, whichever client has sent it");
  const auto given = add_engine(command);
  given->timeout = 5;
  add_timeout(command, &given->timeout, "Seconds the engine has to answer (default: 5)");
  command.footer(
      "  enginery interrupt 0             a task that looks at stop_requested() returns\n"
      "  enginery interrupt 3 --name b    in the cluster \"b\"\n");
  command.does([given] {
    const bool asked = given->client().interrupt(given->id, Seconds(given->timeout));
    fmt::print("engine {} {}\n", given->id, asked ? "was asked to stop its task" : "runs no task");
    return 0;
  });
}

void debug_command(CommandLine& line) {
  Command command = line.command("debug", "Print the command that attaches gdb to an engine");
  const auto given = add_engine(command);
  command.footer(
      "  enginery debug 0      prints it\n"
      "  $(enginery debug 0)   runs it; no task is lost while the engine stands still\n");
  command.does([given] { return debug(*given); });
}

}  // namespace enginery::tools
