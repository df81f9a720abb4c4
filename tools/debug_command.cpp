// tools/debug_command.cpp: `enginery debug`.
#include <algorithm>
#include <fstream>
#include <memory>
#include <string>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <enginery/connection.hpp>
#include <enginery/errors.hpp>

#include "client/views/status.hpp"
#include "tools/command.hpp"

namespace enginery::tools {
namespace {

/// The process that debugs this one already; 0 if none does.
int debugger_of(int pid) {
  std::ifstream file(fmt::format("/proc/{}/status", pid));
  int tracer = 0;
  for (std::string word; file >> word;)
    if (word == "TracerPid:") file >> tracer;
  return tracer;
}

/// Where Yama is, a process may trace its children only, and engines are nobody's whom one could ask.
bool attaching_is_restricted() {
  std::ifstream file("/proc/sys/kernel/yama/ptrace_scope");
  int scope = 0;
  file >> scope;
  return scope > 0;
}

int debug(const std::string& name, int id) {
  const ClusterStatus cluster = query_hub(Connection::find(name), std::chrono::seconds(5));
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

void debug_command(CommandLine& line) {
  struct Given {
    std::string name;
    int id = 0;
  };
  const auto given = std::make_shared<Given>();
  Command command = line.command("debug", "Print the command that attaches gdb to an engine");
  add_id(command, given->id);
  add_name(command, given->name);
  command.footer(
      "  enginery debug 0      prints it\n"
      "  $(enginery debug 0)   runs it; no task is lost while the engine stands still\n");
  command.does([given] { return debug(given->name, given->id); });
}

}  // namespace enginery::tools
