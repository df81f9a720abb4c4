// launcher/launcher.cpp: one thread that waits for everything at once.
//
// The start: hold the runtime folder; spawn the hub; it says "listening"; write the connection file; spawn all engines;
// the hub says "registered" for each; ready. From the first spawn on, every wait is one poll() over the signals, the
// pidfd of each child, the hub's link and the owner. So no death and no Ctrl-C goes unseen at any moment, and nothing
// is polled at an interval, except the runtime folder: the launcher looks at it every second.
//
// A hub or an engine that dies is started anew in the same poll (launcher_hub.cpp, launcher_engines.cpp).
//
// The end: close all links. End of file tells a child to end, also when this process was killed. Children that are
// still there after seven seconds are killed with their process groups; a second Ctrl-C kills them at once.
#include "launcher/launcher.hpp"

#include <poll.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <enginery/errors.hpp>

#include "core/processes/host.hpp"

namespace enginery::tools {

using namespace std::chrono_literals;

/// A descriptor from which the signals that end a cluster are read. Those that the parent ignored (nohup) stay ignored.
static cluster::Descriptor watch_signals() {
  sigset_t set;
  ::sigemptyset(&set);
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction action;
    ::sigaction(number, nullptr, &action);
    if (action.sa_handler != SIG_IGN) ::sigaddset(&set, number);
  }
  ::sigprocmask(SIG_BLOCK, &set, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
  return cluster::Descriptor(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
}

static int milliseconds_until(std::chrono::steady_clock::time_point end) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
  return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 1'000'000'000));
}

void say(const std::string& words) {
  fmt::print(stdout, "enginery: {}\n", words);
  std::fflush(stdout);
}

void warn(const std::string& words) { fmt::print(stderr, "enginery: {}\n", words); }

Launcher::Launcher(LaunchOptions options)
    : options_(std::move(options)),
      directory_(options_.name = cluster::cluster_name(options_.name)),
      signals_(watch_signals()),
      started_(Clock::now()),
      next_look_(started_ + kLookInterval) {
  if (const std::string remark = cluster::runtime_base_remark(); !remark.empty()) warn(remark);
  connection_.cluster = options_.name;
  connection_.launcher = ProcessId::self();
  connection_.directory = directory_.path();
  const cluster::Host& host = cluster::Host::self();
  connection_.hostname = host.name;
  connection_.boot = host.boot;
  connection_.pid_namespace = host.pids;
}

Launcher::~Launcher() { end_children(); }

int Launcher::run() {
  start_hub();
  while (!outcome_) turn();
  end_children();
  return *outcome_;
}

std::filesystem::path Launcher::log_of(const std::string& child) const {
  return options_.logs ? directory_.path() / (child + ".log") : std::filesystem::path();
}

void Launcher::turn() {
  cluster::LauncherLink* const link = hub_ ? hub_->link() : nullptr;
  const bool hears = link && !link->closed();
  const short link_events = static_cast<short>(POLLIN | (hears && link->wants_write() ? POLLOUT : 0));
  std::vector<pollfd> waits{{signals_.get(), POLLIN, 0},
                            {options_.owner_fd, POLLIN, 0},
                            {hears ? link->fd() : -1, link_events, 0},
                            {hub_ ? hub_->pidfd() : -1, POLLIN, 0}};
  std::vector<int> ids;
  for (const auto& [id, engine] : engines_) {
    if (!engine.process) continue;
    ids.push_back(id);
    waits.push_back({engine.process->pidfd(), POLLIN, 0});
  }
  for (const int id : ids) {
    Engine& engine = engines_.at(id);
    cluster::LauncherLink* const to_engine = engine.unlinked ? nullptr : engine.process->link();
    waits.push_back({to_engine ? to_engine->fd() : -1, POLLIN, 0});
  }
  const int came = ::poll(waits.data(), waits.size(), patience());
  if (came < 0 && errno != EINTR) throw Error("OSError", fmt::format("poll failed: {}", std::strerror(errno)));
  if (came < 0) return;
  const Clock::time_point now = Clock::now();
  if (!ready_ && came == 0 && now >= started_ + options_.timeout) return too_late();

  if (const int signal = waits[0].revents ? take_signal() : 0) {
    if (!ready_) warn("stopped before all engines were ready");
    outcome_ = ready_ ? 0 : 128 + signal;
    return;
  }
  if (waits[1].revents) {
    outcome_ = 0;
    return;
  }
  // What the hub said before it or an engine died comes first.
  if (waits[2].revents) {
    link->flush();
    hear_hub();
  }
  for (std::size_t i = 0; i < ids.size() && !outcome_; ++i) {
    if (waits[4 + ids.size() + i].revents) engine_unlinked(ids[i]);
    if (waits[4 + i].revents) engine_ended(ids[i]);
  }
  if (waits[3].revents && !outcome_) hub_ended();
  if (now >= next_look_ && !outcome_) look_after_folder();
  if (hub_start_at_ && now >= *hub_start_at_ && !outcome_) restart_hub();
  if (!outcome_) serve_engines(now);
}

int Launcher::patience() const {
  Clock::time_point next = next_look_;
  const auto also = [&next](const std::optional<Clock::time_point>& time) {
    if (time) next = std::min(next, *time);
  };
  also(hub_start_at_);
  if (!ready_) also(started_ + options_.timeout);
  for (const auto& [id, engine] : engines_) {
    also(engine.kill_at);
    if (hub_listens_) also(engine.start_at);
  }
  return milliseconds_until(next);
}

void Launcher::look_after_folder() try {
  next_look_ = Clock::now() + kLookInterval;
  const std::filesystem::path file = directory_.path() / cluster::kConnectionFile;
  const auto is_gone = [](const std::filesystem::path& path) {
    struct stat status;
    return ::lstat(path.c_str(), &status) != 0 && errno == ENOENT;
  };
  const bool lost = directory_.restore();
  if (ready_ && options_.on_lost_log && is_gone(log_of("launcher"))) options_.on_lost_log(connection_);
  const bool file_lost = !connection_.hub.requests.empty() && is_gone(file);
  if (file_lost) connection_.save(file);
  if (hub_) hub_->restore_log();
  for (const auto& [id, engine] : engines_)
    if (engine.process) engine.process->restore_log();
  if (lost || file_lost)
    warn(fmt::format("somebody removed files from {}, without which no command finds this cluster; they are back",
                     directory_.path().string()));
} catch (const ConnectionError& error) {
  fail(fmt::format(
      "the folder of cluster '{}' was removed, and without it no command finds the cluster: {}. The cluster ends",
      options_.name, error.what()));
}

void Launcher::ready_if_all_are() {
  const bool all = std::all_of(engines_.begin(), engines_.end(), [](const auto& entry) { return entry.second.uuid; });
  if (ready_ || !all) return;
  ready_ = true;
  std::error_code none;
  while (const auto log = cluster::kept_log(options_.name))
    if (!std::filesystem::remove(*log, none)) break;
  const std::chrono::duration<double> took = Clock::now() - started_;
  const std::size_t count = engines_.size();
  say(fmt::format("{} engine{} of cluster '{}' {} ready ({:.2f} s)", count, count == 1 ? "" : "s", options_.name,
                  count == 1 ? "is" : "are", took.count()));
  if (!options_.logs && ::isatty(STDOUT_FILENO)) say("Ctrl-C ends the cluster");
  if (connection_.remote)
    say(fmt::format("other hosts join at {} with a copy of {}", connection_.remote->requests,
                    (directory_.path() / cluster::kConnectionFile).string()));
  if (options_.insecure)
    warn(
        "whoever reaches this host's network can run anything as this user: --insecure asks for no proof, and hides "
        "nothing");
  if (options_.on_ready) options_.on_ready(connection_);
  if (options_.owner_lets_go) options_.owner_fd = -1;
}

void Launcher::too_late() {
  const double limit = std::chrono::duration<double>(options_.timeout).count();
  if (engines_.empty())
    return fail(
        fmt::format("the hub of cluster '{}' (pid {}) did not listen within {:g} s. --timeout gives it longer{}",
                    options_.name, hub_->pid(), limit, last_words(hub_->log())));
  std::vector<int> missing;
  for (const auto& [id, engine] : engines_)
    if (!engine.uuid) missing.push_back(id);
  fail(fmt::format(
      "of {} engines of cluster '{}', these were not ready within {:g} s: {}. --timeout gives them longer{}",
      engines_.size(), options_.name, limit, fmt::join(missing, ", "),
      missing.empty() ? "" : last_words(engines_.at(missing[0]).program.log)));
}

int Launcher::take_signal() {
  signalfd_siginfo signal;
  return ::read(signals_.get(), &signal, sizeof signal) == sizeof signal ? static_cast<int>(signal.ssi_signo) : 0;
}

void Launcher::fail(const std::string& words) {
  warn(words);
  failure_ = words;
  outcome_ = 1;
}

void Launcher::end_children() {
  std::vector<Child*> children;
  for (auto& [id, engine] : engines_)
    if (engine.process) children.push_back(&*engine.process);
  if (hub_) children.push_back(&*hub_);
  for (Child* child : children) child->ask_to_end();

  const Clock::time_point limit = Clock::now() + kGrace;
  for (;;) {
    std::erase_if(children, [](const Child* child) { return !child->running(); });
    if (children.empty()) break;
    std::vector<pollfd> waits{{signals_.get(), POLLIN, 0}};
    for (const Child* child : children) waits.push_back({child->pidfd(), POLLIN, 0});
    const int came = ::poll(waits.data(), waits.size(), milliseconds_until(limit));
    if (came < 0 && errno == EINTR) continue;
    if (came <= 0 || take_signal() != 0) {
      for (Child* child : children) child->kill();
      for (Child* child : children) child->reap();
      continue;
    }
    for (std::size_t i = 0; i < children.size(); ++i)
      if (waits[1 + i].revents) children[i]->reap();
  }
  engines_.clear();
  hub_.reset();
}

}  // namespace enginery::tools
