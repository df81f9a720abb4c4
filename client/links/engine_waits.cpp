// client/links/engine_waits.cpp: waits for engines to come, or to come back, which end once none can.
//
// The hub's news wake whoever waits here, and so does a request that its own task stop. Every half second a waiter also
// looks at what no news tells: whether the cluster still lives, and whether the hub has given up the engine that it
// waits for.
#include <algorithm>
#include <string>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "client/links/engines.hpp"
#include "core/clusters/runtime_directory.hpp"
#include "core/tasks/task_wait.hpp"

namespace enginery {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
/// Between looks whether what is awaited will come at all.
constexpr auto kUntilLook = 500ms;
/// So many looks must agree that all engines have died: the launcher may be about to report that one comes back.
constexpr int kLooks = 2;

/// How the engines died, if all did and none is started anew; nothing if one lives or may come.
std::optional<std::string> how_all_died(const wire::HubReply& snapshot) {
  std::vector<std::string> deaths;
  for (const wire::AbsentEngine& engine : snapshot.absent) {
    if (engine.state != wire::Absence::dead && engine.state != wire::Absence::given_up) return std::nullopt;
    deaths.push_back(fmt::format("engine {}: {}", engine.id, engine.how));
  }
  if (!snapshot.engines.empty() || deaths.empty()) return std::nullopt;
  return fmt::format("{}", fmt::join(deaths, "; "));
}

/// How engine `id` died, if the hub says that it is not started any more.
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

void Engines::wait_for(std::size_t count, std::optional<Clock::time_point> deadline) {
  const tasks::StoppableWait stoppable([this] { wake(); });
  auto lock = hold();
  ClusterWatch watch(connection_, ClientClock::now());
  const auto there = [&] { return living().size() >= count; };
  const auto over = [&] { return there() || stoppable.must_end(); };
  for (int looks = 0;;) {
    const auto look = Clock::now() + kUntilLook;
    changed_.wait_until(lock, deadline ? std::min(*deadline, look) : look, over);
    if (there()) return;
    const std::size_t living = this->living().size();
    const session::Time heard = heard_;
    lock.unlock();
    stoppable.check([count] { return fmt::format("{} engines", count); });
    if (const auto words = watch.ended(ClientClock::now(), heard))
      throw ConnectionError(
          fmt::format("{} of {} engines are registered, and no more will be: {}", living, count, *words));
    if (deadline && Clock::now() >= *deadline)
      throw TimeoutError(fmt::format("{} of {} engines registered in time; `enginery status --name {}` shows them",
                                     living, count, connection_.cluster));
    const auto snapshot = living == 0 ? hub_->look(deadline) : std::nullopt;
    const auto deaths = snapshot ? how_all_died(*snapshot) : std::nullopt;
    looks = deaths ? looks + 1 : 0;
    if (looks == kLooks)
      throw NoEnginesRegistered(fmt::format(
          "none of {} engines is registered, and none comes: all of cluster '{}' have died and are not started anew "
          "({}). `enginery engine{}` adds one, and `enginery start --restart` begins a cluster whose engines come back",
          count, connection_.cluster, *deaths, cluster::name_option(connection_.cluster)));
    lock.lock();
  }
}

std::optional<std::string> Engines::nobody_comes(const std::optional<std::vector<int>>& ids) {
  if (!cluster::launcher_lives(connection_).value_or(true))
    return fmt::format("cluster '{}' has ended: its launcher (pid {}) is gone", connection_.cluster,
                       connection_.launcher.pid);
  const auto snapshot = hub_->look(std::nullopt);
  if (!snapshot) return std::nullopt;
  if (!ids) {
    const auto deaths = how_all_died(*snapshot);
    if (!deaths) return std::nullopt;
    return fmt::format(
        "all engines of cluster '{}' have died and are not started anew ({}). `enginery engine{}` adds one",
        connection_.cluster, *deaths, cluster::name_option(connection_.cluster));
  }
  std::vector<std::string> deaths;
  for (const int id : *ids) {
    const auto death = given_up(*snapshot, id);
    if (!death) return std::nullopt;
    deaths.push_back(fmt::format("engine {}: {}", id, *death));
  }
  return fmt::format("the engines of its view have died and are not started anew ({})", fmt::join(deaths, "; "));
}

void Engines::restart(int id, wire::HubOp how, Seconds timeout) {
  timeout = std::clamp(timeout, Seconds(0), kLongestWait);
  const auto deadline = deadline_of(timeout);
  wire::HubRequest request{how, {}};
  request.engine.id = id;
  const tasks::StoppableWait stoppable([this] { wake(); });
  ClusterWatch watch(connection_, ClientClock::now());
  auto lock = hold();
  const Uuid before = known(id);
  lock.unlock();
  const wire::HubReply reply = hub_->ask(request, timeout);
  if (!reply.ok && reply.ename == "IndexError") throw IndexError(reply.words);
  if (!reply.ok) throw ValueError(reply.words);
  const bool comes_back = reply.id >= 0;
  const char* const awaited = comes_back ? "back" : "gone";
  const std::string log = (connection_.directory / fmt::format("engine-{}.log", id)).string();
  const auto done = [&] {
    const Uuid now = known(id);
    return now.nil() ? !comes_back : now != before && now != reply.former;
  };
  const auto over = [&] { return done() || stoppable.must_end(); };
  for (;;) {
    lock.lock();
    changed_.wait_until(lock, std::min(deadline, Clock::now() + kUntilLook), over);
    if (done()) return;
    const session::Time heard = heard_;
    lock.unlock();
    stoppable.check([id] { return fmt::format("engine {}", id); });
    if (Clock::now() >= deadline)
      throw TimeoutError(
          fmt::format("engine {} is not {} within {} s; `enginery status --name {}` shows it, and {} what it wrote", id,
                      awaited, timeout.count(), connection_.cluster, log));
    if (const auto words = watch.ended(ClientClock::now(), heard))
      throw ConnectionError(fmt::format("engine {} is not {}: {}", id, awaited, *words));
    const auto snapshot = comes_back ? hub_->look(deadline) : std::nullopt;
    if (const auto death = snapshot ? given_up(*snapshot, id) : std::nullopt)
      throw EngineDied(id, fmt::format("{}; see {}", *death, log), "");
  }
}

}  // namespace enginery
