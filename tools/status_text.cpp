// tools/status_text.cpp: how a cluster's state is shown.
#include "tools/status_text.hpp"

#include <fmt/format.h>

#include "core/clusters/json.hpp"
#include "core/clusters/runtime_directory.hpp"
#include "tools/table.hpp"

namespace enginery::tools {
namespace {

using nlohmann::json;

json text_or_null(const std::string& text) { return text.empty() ? json() : json(text); }

std::string memory_text(std::uint64_t bytes) {
  const double mebibytes = static_cast<double>(bytes) / (1 << 20);
  if (mebibytes < 1024) return fmt::format("{:.1f} MiB", mebibytes);
  return fmt::format("{:.1f} GiB", mebibytes / 1024);
}

const char* colour_of_engine(const std::string& state) {
  if (state == "busy") return kYellow;
  if (state == "idle") return kGreen;
  return kRed;
}

}  // namespace

std::string status_table(const ClusterStatus& status, bool colours) {
  const std::size_t all = status.engines.size();
  const std::size_t there = status.engines_there();
  const std::string heading = fmt::format("cluster '{}': hub pid {}, up {}, {}{} engine{}\n", status.cluster,
                                          status.hub_pid, duration_text(status.uptime),
                                          there == all ? "" : fmt::format("{} of ", there), all, all == 1 ? "" : "s");
  if (status.engines.empty()) return heading;
  Table table({{"id", Align::right},
               {"pid", Align::right},
               {"state"},
               {"task"},
               {"for", Align::right},
               {"queued", Align::right},
               {"finished", Align::right},
               {"sessions", Align::right},
               {"memory", Align::right},
               {"uuid"}});
  std::string remedies;
  for (const EngineStatus& engine : status.engines) {
    std::string since;
    if (engine.running_since)
      since = duration_text(std::chrono::duration_cast<std::chrono::milliseconds>(engine.running_for));
    if (!engine.is_there()) {
      table.add({{std::to_string(engine.id)}, {}, {engine.state, colour_of_engine(engine.state)}});
      if (engine.state == "dead" || engine.state == "given up")
        remedies += fmt::format("engine {} died ({}); `enginery restart {}{}` starts it anew\n", engine.id, engine.how,
                                engine.id, cluster::name_option(status.cluster));
      continue;
    }
    table.add({{std::to_string(engine.id)},
               {engine.host.empty() ? std::to_string(engine.pid) : fmt::format("{}@{}", engine.pid, engine.host)},
               {engine.state, colour_of_engine(engine.state)},
               {engine.task},
               {since},
               {std::to_string(engine.queued)},
               {std::to_string(engine.finished)},
               {std::to_string(engine.sessions)},
               {memory_text(engine.resident_bytes)},
               {engine.uuid.text().substr(0, 8)}});
    if (engine.state == "stopped")
      remedies += fmt::format(
          "engine {0} is stopped, by a signal or a debugger, and calls on it wait; `kill -CONT {1}` lets it go on "
          "after a signal\n",
          engine.id, engine.pid);
  }
  return heading + table.text(colours) + remedies;
}

std::string status_json(const ClusterStatus& status) {
  json engines = json::array();
  for (const EngineStatus& engine : status.engines) {
    const bool runs = engine.running_since.has_value();
    // What is not known is null, not 0: a script that kills pid 0 ends its own process group.
    engines.push_back({{"id", engine.id},
                       {"pid", engine.is_there() ? json(engine.pid) : json()},
                       {"host", text_or_null(engine.host)},
                       {"uuid", engine.uuid.text()},
                       {"state", engine.state},
                       {"how", text_or_null(engine.how)},
                       {"task", text_or_null(engine.task)},
                       {"running_since", runs ? json(utc_text(*engine.running_since)) : json()},
                       {"running_for", runs ? json(std::chrono::duration<double>(engine.running_for).count()) : json()},
                       {"queued", engine.queued},
                       {"finished", engine.finished},
                       {"sessions", engine.sessions},
                       {"resident_bytes", engine.resident_bytes}});
  }
  const json root = {{"cluster", status.cluster},
                     {"hub", {{"pid", status.hub_pid}}},
                     {"uptime", std::chrono::duration<double>(status.uptime).count()},
                     {"engines", engines}};
  return cluster::json_text(root) + "\n";
}

}  // namespace enginery::tools
