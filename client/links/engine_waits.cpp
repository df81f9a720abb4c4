// client/links/engine_waits.cpp: waits for engines to come, which end once none can.
#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <enginery/errors.hpp>

#include "client/links/cluster_watch.hpp"
#include "client/links/deadline.hpp"
#include "client/links/engines.hpp"
#include "core/clusters/runtime_directory.hpp"
#include "core/tasks/task_wait.hpp"

namespace enginery {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
/// Between looks whether what is awaited will come at all.
constexpr auto kUntilLook = 500ms;
/// So many looks agree that all engines have died: the launcher's word that one comes back may be on its way.
constexpr int kLooks = 2;

/// How all engines that were started have died, none of which is started anew; nothing if one lives, or may come.
std::optional<std::string> how_all_died(const wire::HubReply& snapshot) {
  std::vector<std::string> deaths;
  for (const wire::AbsentEngine& engine : snapshot.absent) {
    if (engine.state != wire::Absence::dead && engine.state != wire::Absence::given_up) return std::nullopt;
    deaths.push_back(fmt::format("engine {}: {}", engine.id, engine.how));
  }
  if (!snapshot.engines.empty() || deaths.empty()) return std::nullopt;
  return fmt::format("{}", fmt::join(deaths, "; "));
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

}  // namespace enginery
