// tools/status.cpp: how a cluster's state is shown.
#include "tools/status.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace enginery::tools {
namespace {

using Row = std::vector<std::string>;

constexpr const char* kBold = "\033[1m";
constexpr const char* kPlain = "\033[0m";

/// "0.42 s", "17 s", "3 min 5 s", "2 h 7 min", "4 d 3 h".
std::string duration_text(std::chrono::milliseconds duration) {
  const double seconds = std::max(0.0, std::chrono::duration<double>(duration).count());
  const auto whole = static_cast<long>(seconds);
  if (seconds < 10) return fmt::format("{:.2f} s", seconds);
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{} min {} s", whole / 60, whole % 60);
  if (whole < 86400) return fmt::format("{} h {} min", whole / 3600, whole / 60 % 60);
  return fmt::format("{} d {} h", whole / 86400, whole / 3600 % 24);
}

std::string memory_text(std::uint64_t bytes) {
  const double mebibytes = static_cast<double>(bytes) / (1 << 20);
  if (mebibytes < 1024) return fmt::format("{:.1f} MiB", mebibytes);
  return fmt::format("{:.1f} GiB", mebibytes / 1024);
}

/// Control characters of a foreign name do not reach the terminal.
std::string printable(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 32 || c == 127; }, '?');
  return text;
}

Row row_of(const EngineStatus& engine, std::chrono::system_clock::time_point now) {
  std::string since;
  if (engine.running_since)
    since = duration_text(std::chrono::duration_cast<std::chrono::milliseconds>(now - *engine.running_since));
  return {std::to_string(engine.id),
          std::to_string(engine.pid),
          printable(engine.state),
          printable(engine.task),
          since,
          std::to_string(engine.queued),
          std::to_string(engine.finished),
          std::to_string(engine.sessions),
          memory_text(engine.resident_bytes),
          engine.uuid.text().substr(0, 8)};
}

const char* colour_of(const std::string& state) {
  if (state == "busy") return "\033[33m";
  if (state == "idle") return "\033[32m";
  return "\033[31m";
}

}  // namespace

std::string status_table(const ClusterStatus& status, std::chrono::system_clock::time_point now, bool colours) {
  constexpr std::size_t kState = 2;
  // Words go to the left of their column, numbers to the right.
  constexpr std::array<bool, 10> kLeft{false, false, true, true, false, false, false, false, false, true};
  std::string text =
      fmt::format("cluster '{}': hub pid {}, up {}, {} engine{}\n", status.cluster, status.hub_pid,
                  duration_text(status.uptime), status.engines.size(), status.engines.size() == 1 ? "" : "s");
  if (status.engines.empty()) return text;
  std::vector<Row> rows{{"id", "pid", "state", "task", "for", "queued", "finished", "sessions", "memory", "uuid"}};
  for (const EngineStatus& engine : status.engines) rows.push_back(row_of(engine, now));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::string line;
    for (std::size_t column = 0; column < kLeft.size(); ++column) {
      std::size_t width = 0;
      for (const Row& row : rows) width = std::max(width, row[column].size());
      const std::string& cell = rows[i][column];
      const std::string room(width - cell.size(), ' ');
      std::string shown = kLeft[column] ? cell + room : room + cell;
      if (colours && i > 0 && column == kState) shown = colour_of(cell) + shown + kPlain;
      line += (column == 0 ? "" : "  ") + shown;
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += colours && i == 0 ? kBold + line + kPlain + "\n" : line + "\n";
  }
  return text;
}

std::string status_json(const ClusterStatus& status) {
  using nlohmann::json;
  json engines = json::array();
  for (const EngineStatus& engine : status.engines) {
    json each = {{"id", engine.id},
                 {"pid", engine.pid},
                 {"uuid", engine.uuid.text()},
                 {"state", engine.state},
                 {"task", nullptr},
                 {"running_since", nullptr},
                 {"queued", engine.queued},
                 {"finished", engine.finished},
                 {"sessions", engine.sessions},
                 {"resident_bytes", engine.resident_bytes}};
    if (!engine.task.empty()) each["task"] = engine.task;
    if (engine.running_since) {
      const auto since = std::chrono::time_point_cast<std::chrono::milliseconds>(*engine.running_since);
      const auto millis = since.time_since_epoch().count() % 1000;
      each["running_since"] =
          fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(std::chrono::system_clock::to_time_t(since)), millis);
    }
    engines.push_back(std::move(each));
  }
  const json root = {{"cluster", status.cluster},
                     {"hub", {{"pid", status.hub_pid}}},
                     {"uptime", std::chrono::duration<double>(status.uptime).count()},
                     {"engines", engines}};
  return root.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

}  // namespace enginery::tools
