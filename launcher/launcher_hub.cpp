// launcher/launcher_hub.cpp: the launcher and its hub.
//
// Once all engines were ready, a hub that dies is started again at the addresses of the first one, where engines and
// clients find it. The launcher knows what the new hub must know: which engines there are, by which uuids, and which
// ids were ever given. It tells the hub before the hub answers anybody.
#include "launcher/launcher.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <enginery/errors.hpp>

namespace enginery::tools {

void Launcher::start_hub() {
  Program program{options_.command,
                  {"hub", "--fd", "3", "--cluster", options_.name, "--directory", directory_.path().string()},
                  log_of("hub")};
  if (!options_.listen.empty()) program.add({"--listen", options_.listen});
  if (options_.insecure) program.add({"--insecure"});
  const Connection::Hub& former = connection_.hub;
  if (!former.requests.empty()) program.add({"--requests", former.requests, "--notifications", former.notifications});
  hub_policy_.began(Clock::now());
  hub_.emplace(program);
}

void Launcher::restart_hub() try {
  hub_start_at_.reset();
  look_after_folder();  // the hub reads in the connection file what proofs there are
  if (outcome_) return;
  start_hub();
  resume(*hub_->link());
} catch (const Error& error) {
  hub_start_at_ = hub_policy_.died(Clock::now());
  const std::string words = fmt::format("the hub of cluster '{}' cannot be started: {}", options_.name, error.what());
  hub_start_at_ ? warn(words) : fail(words);
}

void Launcher::resume(cluster::LauncherLink& link) {
  // First who is gone: another engine may have that id now.
  for (const auto& [id, engine] : engines_) {
    if (engine.process || !engine.death) continue;
    cluster::Died death = *engine.death;
    death.uuid.reset();  // this hub has never heard of it
    link.send(cluster::Spawned{id, death.pid});
    link.send(death);
  }
  for (const auto& [id, registered] : registered_) link.send(registered);
  for (const auto& [id, engine] : engines_)
    if (engine.process) link.send(cluster::Spawned{id, engine.process->pid()});
  link.send(cluster::Resumed{next_id_});
}

void Launcher::tell_hub(const cluster::LauncherMessage& message) {
  // A hub that does not listen yet reads this after what resume() has sent.
  if (hub_ && hub_->link()) hub_->link()->send(message);
}

void Launcher::hear_hub() {
  for (const cluster::LauncherMessage& message : hub_->link()->receive())
    std::visit([this](const auto& each) { on(each); }, message);
}

void Launcher::on(const cluster::Listening& listening) {
  connection_.hub = listening.hub;
  connection_.remote = listening.remote;
  hub_listens_ = true;
  try {
    connection_.save(directory_.path() / cluster::kConnectionFile);
  } catch (const ConnectionError& error) {
    if (!ready_) throw;
    warn(error.what());  // the former file names the same addresses
  }
  if (ready_) return say(fmt::format("the hub is back (pid {})", hub_->pid()));
  add_engines();
  ready_if_all_are();
}

void Launcher::on(const cluster::Registered& registered) {
  registered_[registered.id] = registered;
  next_id_ = std::max(next_id_, registered.id + 1);
  const auto engine = engines_.find(registered.id);
  if (engine == engines_.end() || !engine->second.process) return;
  if (engine->second.process->pid() != registered.process.pid) return;
  if (ready_ && engine->second.uuid != registered.uuid)
    say(fmt::format("engine {} is back (pid {})", registered.id, registered.process.pid));
  engine->second.uuid = registered.uuid;
  ready_if_all_are();
}

void Launcher::on(const cluster::Died& died) {
  const auto registered = registered_.find(died.id);
  if (registered != registered_.end() && registered->second.uuid == died.uuid) registered_.erase(registered);
}

void Launcher::hub_ended() {
  const int pid = hub_->pid();
  const std::string how = hub_->reap();
  const auto next = ready_ ? hub_policy_.died(Clock::now()) : std::nullopt;
  if (!next)
    return fail(fmt::format("the hub of cluster '{}' (pid {}) died: {}{}{}{}", options_.name, pid, how,
                            ready_ ? fmt::format(", and so did {} before it", hub_policy_.most_deaths() - 1) : "",
                            engines_.empty() ? "" : "; its engines are ended", last_words(hub_->log())));
  warn(fmt::format("the hub of cluster '{}' (pid {}) died: {}; it is started anew, and engines and clients go on",
                   options_.name, pid, how));
  hub_.reset();
  hub_listens_ = false;
  hub_start_at_ = next;
}

}  // namespace enginery::tools
