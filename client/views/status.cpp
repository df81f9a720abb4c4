// client/views/status.cpp: asks hub and engines how they are.
#include "client/views/status.hpp"

#include <condition_variable>
#include <memory>
#include <mutex>

#include <enginery/errors.hpp>

#include "client/links/hub_line.hpp"
#include "client/links/reach.hpp"
#include "core/processes/host.hpp"
#include "core/processes/pid.hpp"
#include "core/transport/line.hpp"
#include "core/wire/hub_wire.hpp"

namespace enginery {
namespace {

using SteadyClock = std::chrono::steady_clock;

/// If no engine answers for so long, engines that cannot be reached are not waited for any more.
constexpr auto kUnreachable = std::chrono::milliseconds(500);

/// The answers so far. Shared with callbacks, which may come when nobody waits any more.
struct Answers {
  std::mutex mutex;
  std::condition_variable changed;
  std::size_t open = 0;
  std::vector<EngineStatus> engines;
};

EngineStatus to_status(const wire::EngineStatus& answer, EngineStatus engine) {
  engine.state = answer.task.empty() ? "idle" : "busy";
  engine.task = answer.task;
  if (answer.running_since != 0) engine.running_since = cluster::utc_time(answer.running_since);
  engine.running_for = std::chrono::nanoseconds(answer.running_for);
  engine.queued = answer.queued;
  engine.finished = answer.finished;
  engine.sessions = answer.sessions;
  engine.resident_bytes = answer.resident_bytes;
  engine.code_bytes = answer.code_bytes;
  return engine;
}

/// Whether a signal or a debugger has stopped the process.
bool is_stopped(int pid) {
  const auto stat = cluster::read_process_stat(pid);
  return stat && (stat->state == 'T' || stat->state == 't');
}

/// By wire::Absence: starting, awaited, restarting, given_up, dead.
constexpr const char* kAbsenceWords[] = {"starting", "suspect", "restarting", "given up", "dead"};

/// What the hub's snapshot says: the engines that take tasks in its order, then the absent ones.
ClusterStatus status_of(const Connection& connection, const wire::HubReply& snapshot) {
  ClusterStatus cluster{connection.cluster, connection.hub.process.pid, connection.launcher.age(), {}};
  for (const wire::EngineEntry& entry : snapshot.engines) {
    EngineStatus& engine = cluster.engines.emplace_back();
    engine.id = entry.id;
    engine.pid = static_cast<int>(entry.pid);
    engine.uuid = entry.uuid;
    if (!reach_of(entry, connection).same_pids) engine.host = entry.hostname;
  }
  for (const wire::AbsentEngine& absent : snapshot.absent) {
    EngineStatus& engine = cluster.engines.emplace_back();
    engine.id = absent.id;
    engine.uuid = absent.uuid;
    engine.state = kAbsenceWords[static_cast<std::size_t>(absent.state)];
    engine.how = absent.how;
  }
  return cluster;
}

}  // namespace

ClusterStatus query_hub(const Connection& connection, std::chrono::milliseconds timeout) {
  ClusterStatus cluster = status_of(connection, HubLine(connection).ask({}, timeout));
  std::ranges::sort(cluster.engines, {}, &EngineStatus::id);
  return cluster;
}

ClusterStatus query_status(const Connection& connection, std::chrono::milliseconds timeout) {
  const auto deadline = SteadyClock::now() + timeout;
  const wire::HubReply snapshot = HubLine(connection).ask({}, timeout);
  const std::vector<wire::EngineEntry>& entries = snapshot.engines;
  ClusterStatus cluster = status_of(connection, snapshot);

  auto answers = std::make_shared<Answers>();
  answers->open = entries.size();
  answers->engines = cluster.engines;
  for (std::size_t i = 0; i < entries.size(); ++i) answers->engines[i].state = "suspect";  // until it answers
  std::vector<std::unique_ptr<transport::Line>> lines;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    lines.push_back(std::make_unique<transport::Line>(reach_of(entries[i], connection).tasks));
    lines.back()->send(wire::encode_status_request(entries[i].uuid),
                       [answers, i](messages::Message message, const char* failure) {
                         const std::lock_guard lock(answers->mutex);
                         --answers->open;
                         answers->changed.notify_all();
                         if (failure) return;
                         try {
                           const auto status = wire::decode_engine_status(wire::open_frame(std::move(message).share()));
                           answers->engines[i] = to_status(status, answers->engines[i]);
                         } catch (const ProtocolError&) {
                           // It stays suspect.
                         }
                       });
  }
  std::unique_lock lock(answers->mutex);
  for (std::size_t open = answers->open; open > 0; open = answers->open) {
    const auto look = std::min(deadline, SteadyClock::now() + kUnreachable);
    if (answers->changed.wait_until(lock, look, [&] { return answers->open < open; })) continue;
    const auto waits = [](const auto& line) { return line->look(); };
    if (look == deadline || std::ranges::count_if(lines, waits) == static_cast<std::ptrdiff_t>(open)) break;
  }
  for (EngineStatus& engine : answers->engines)
    if (engine.state == "suspect" && engine.host.empty() && is_stopped(engine.pid)) engine.state = "stopped";
  cluster.engines = answers->engines;
  std::ranges::sort(cluster.engines, {}, &EngineStatus::id);
  return cluster;
}

}  // namespace enginery
