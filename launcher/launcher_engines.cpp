// launcher/launcher_engines.cpp: the launcher and its engines.
//
// An engine that died and is to come back has no process, but a time to start. A restart on request only ends the
// engine's process; its death then leads to the start, at once.
#include "launcher/launcher.hpp"

#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <enginery/errors.hpp>

namespace enginery::tools {

void Launcher::add_engines() {
  // OpenMP and most BLAS libraries otherwise take all cores in each engine.
  const int share = std::max(1, allowed_cores() / std::max(1, options_.engines));
  ::setenv("OMP_NUM_THREADS", std::to_string(share).c_str(), 0);
  const std::string file = (directory_.path() / cluster::kConnectionFile).string();
  for (int id = 0; id < options_.engines; ++id) {
    Program program{options_.command,
                    {"engine", "--fd", "3", "--id", std::to_string(id), "--connection", file},
                    log_of(fmt::format("engine-{}", id))};
    if (!options_.load.empty()) program.add({"--load", fmt::format("{}", fmt::join(options_.load, ","))});
    if (options_.memory_limit > 0) program.add({"--memory-limit", std::to_string(options_.memory_limit)});
    engines_.try_emplace(id, std::move(program), options_.restart);
    start_engine(id);
  }
  next_id_ = options_.engines;
}

void Launcher::start_engine(int id) {
  Engine& engine = engines_.at(id);
  engine.start_at.reset();
  engine.uuid.reset();
  engine.replaced = engine.unlinked = false;
  engine.policy.began(Clock::now());
  engine.process.emplace(engine.program);
  tell_hub(cluster::Spawned{id, engine.process->pid()});
}

void Launcher::on(const cluster::Restart& restart) {
  const auto found = engines_.find(restart.id);
  if (found == engines_.end()) return;
  Engine& engine = found->second;
  engine.policy.forget();
  if (!engine.process) {
    engine.start_at = Clock::now();
    if (engine.death) engine.death->next = cluster::AfterDeath::starts_anew;
    return;
  }
  engine.asked = restart.kill ? "killed on request" : "restarted on request";
  if (restart.kill) return engine.process->kill();
  engine.process->ask_to_end();
  if (!engine.kill_at) engine.kill_at = Clock::now() + kGrace;
}

void Launcher::engine_ended(int id) {
  Engine& engine = engines_.at(id);
  const int pid = engine.process->pid();
  const std::string ended = engine.process->reap();
  const std::string how = !engine.asked.empty() ? engine.asked
                          : engine.replaced     ? "a task replaced its program by exec(); start a process for that"
                                                : ended;
  if (!ready_ && engine.asked.empty())
    return fail(fmt::format("engine {} (pid {}) ended before all engines of cluster '{}' were ready: {}{}", id, pid,
                            options_.name, how, last_words(engine.program.log)));
  engine.process.reset();
  engine.kill_at.reset();
  const bool took_tasks = engine.uuid.has_value();  // an engine without a uuid was just started again
  const bool comes_back = options_.restart || !engine.asked.empty() || !took_tasks;
  if (!engine.asked.empty())
    engine.start_at = Clock::now();
  else if (options_.restart)
    engine.start_at = engine.policy.died(Clock::now());
  engine.asked.clear();

  const auto next = engine.start_at ? cluster::AfterDeath::starts_anew
                    : comes_back    ? cluster::AfterDeath::gives_up
                                    : cluster::AfterDeath::nothing;
  engine.death = cluster::Died{id, pid, engine.uuid, how, next};
  tell_hub(*engine.death);
  if (const auto known = registered_.find(id); known != registered_.end() && known->second.process.pid == pid)
    registered_.erase(known);
  std::string then;
  if (next == cluster::AfterDeath::starts_anew) then = "; it is started anew";
  if (next == cluster::AfterDeath::gives_up)
    then = fmt::format("; it {}, and is given up. `enginery restart {}{}` starts it again{}",
                       options_.restart ? fmt::format("died {} times in a row, each within {} s of its start",
                                                      engine.policy.most_deaths(), RestartPolicy::kGoodLife.count())
                                        : "did not take tasks",
                       id, cluster::name_option(options_.name), last_words(engine.program.log));
  const auto left = std::ranges::count_if(engines_, [](const auto& entry) { return entry.second.process.has_value(); });
  warn(fmt::format("engine {} (pid {}) died: {}; {} of {} engines left{}", id, pid, how, left, options_.engines, then));
}

void Launcher::engine_unlinked(int id) {
  Engine& engine = engines_.at(id);
  engine.unlinked = true;
  if (!engine.process || !engine.process->replaced()) return;
  engine.replaced = true;
  engine.process->kill();
}

void Launcher::serve_engines(Clock::time_point now) {
  for (auto& [id, engine] : engines_) {
    if (engine.process && engine.kill_at && now >= *engine.kill_at) {
      engine.kill_at.reset();
      engine.process->kill();
    }
    // Without a hub the engine could not register, and would end.
    if (!hub_listens_ || !engine.start_at || now < *engine.start_at) continue;
    try {
      start_engine(id);
    } catch (const Error& error) {
      warn(fmt::format("engine {} cannot be started: {}", id, error.what()));
      engine.start_at = engine.policy.died(now);
      if (engine.start_at || !engine.death) continue;
      engine.death->next = cluster::AfterDeath::gives_up;
      engine.death->how = error.what();
      engine.death->uuid.reset();
      tell_hub(*engine.death);
    }
  }
}

}  // namespace enginery::tools
