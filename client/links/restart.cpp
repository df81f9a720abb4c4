// client/links/restart.cpp: has an engine ended, and started anew.
#include "client/links/restart.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>

#include <fmt/format.h>

#include <enginery/errors.hpp>

#include "client/links/cluster_watch.hpp"
#include "client/links/deadline.hpp"
#include "core/tasks/task_wait.hpp"

namespace enginery {
namespace {

using RestartClock = std::chrono::steady_clock;
/// Between looks whether the engine will come at all.
constexpr std::chrono::milliseconds kUntilRestartLook(500);

/// How engine `id` died, if it is not started any more; by the hub's word.
std::optional<std::string> given_up(const wire::HubReply& snapshot, int id) {
  const auto is_it = [id](const auto& engine) { return engine.id == id; };
  if (std::ranges::any_of(snapshot.engines, is_it)) return std::nullopt;
  const auto absent = std::ranges::find_if(snapshot.absent, is_it);
  if (absent == snapshot.absent.end()) return std::nullopt;
  if (absent->state == wire::Absence::dead) return absent->how + ", as soon as it took tasks again";
  if (absent->state != wire::Absence::given_up) return std::nullopt;
  return absent->how + ", before it took tasks again";
}

}  // namespace

void restart(Engines& engines, int id, bool kill, Seconds timeout) {
  const auto deadline = deadline_of(timeout);
  const Connection& connection = engines.connection();
  wire::HubRequest request{kill ? wire::HubOp::kill : wire::HubOp::restart, {}};
  request.engine.id = id;
  const tasks::StoppableWait stoppable([&] { engines.wake(); });
  ClusterWatch watch(connection, ClientClock::now());
  const Uuid before = engines.alive(id);
  const wire::HubReply reply = engines.hub().ask(request, timeout);
  if (!reply.ok && reply.ename == "IndexError") throw IndexError(reply.words);
  if (!reply.ok) throw ValueError(reply.words);
  const bool comes_back = reply.id >= 0;
  const auto done = [&](const Uuid& now) { return now.nil() ? !comes_back : now != before && now != reply.former; };
  const std::string log = (connection.directory / fmt::format("engine-{}.log", id)).string();
  while (!engines.await(id, std::min(deadline, RestartClock::now() + kUntilRestartLook), done)) {
    stoppable.check([id] { return fmt::format("engine {}", id); });
    if (RestartClock::now() >= deadline)
      throw TimeoutError(
          fmt::format("engine {} is not {} within {} s; `enginery status --name {}` shows it, and {} what it wrote", id,
                      comes_back ? "back" : "gone", timeout.count(), connection.cluster, log));
    if (const auto words = watch.ended(ClientClock::now(), engines.hub_heard()))
      throw ConnectionError(fmt::format("engine {} is not {}: {}", id, comes_back ? "back" : "gone", *words));
    const auto snapshot = comes_back ? engines.hub().look(deadline) : std::nullopt;
    if (const auto how = snapshot ? given_up(*snapshot, id) : std::nullopt)
      throw EngineDied(id, fmt::format("{}; see {}", *how, log), "");
  }
}

}  // namespace enginery
