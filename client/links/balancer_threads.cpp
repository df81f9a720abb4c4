// client/links/balancer_threads.cpp: what a Balancer does by itself: it takes outcomes, keeps times, and gives up work
// for which no engine comes.
#include <algorithm>
#include <chrono>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "client/links/balancer_job.hpp"
#include "core/transport/forked.hpp"

namespace enginery {
namespace {

using namespace std::chrono_literals;
using scheduling::Actions;
using scheduling::JobId;

/// Between looks whether any engine may come, while something waits and there is none. So many must agree: the launcher
/// may be about to report that one comes back.
constexpr auto kUntilLonely = 500ms;
constexpr int kLonelyLooks = 2;

}  // namespace

void Balancer::begin() {
  transport::refuse_if_forked();
  if (begun_.load(std::memory_order_acquire)) return;
  const std::lock_guard lock(ended_mutex_);
  if (thread_.joinable() || stop_) return;
  try {
    thread_ = std::thread([this] { run(); });
    looker_ = std::thread([this] { look_for_nobody(); });
  } catch (const std::system_error& error) {
    throw ConnectionError(
        fmt::format("no thread could be started for load-balanced views: {}; `ulimit -u` limits how many there may be",
                    error.what()));
  }
  clock_->add(weak_from_this());
  begun_.store(true, std::memory_order_release);
}

void Balancer::engines_changed() {
  const std::lock_guard lock(ended_mutex_);
  changed_ = true;
  work_.notify_one();
}

session::Time Balancer::tick() {
  session::Time next = session::kNever;
  handle([&](Actions& actions) {
    scheduler_.tick(ClientClock::now(), actions);
    perform(actions);
    next = scheduler_.next_deadline();
  });
  return next;
}

void Balancer::ended(std::shared_ptr<Attempt> attempt) {
  const std::lock_guard lock(ended_mutex_);
  ended_.push_back(std::move(attempt));
  work_.notify_one();
}

void Balancer::run() {
  for (;;) {
    {
      std::unique_lock lock(ended_mutex_);
      work_.wait(lock, [this] { return stop_ || changed_ || !ended_.empty() || !settled_.empty(); });
      if (stop_) return;
    }
    try {
      take_all();
    } catch (const std::exception&) {
      // For want of memory. Whoever waits for what was not done has its own time.
    }
  }
}

void Balancer::take_all() {
  std::unique_lock waiting(ended_mutex_);
  const auto taken = std::exchange(ended_, {});
  const auto settled = std::exchange(settled_, {});
  // A result may have come from an engine that has just joined.
  const bool looks = std::exchange(changed_, false) || !settled.empty();
  waiting.unlock();
  const auto links = looks ? cluster_.links() : std::vector<std::shared_ptr<EngineLink>>();
  for (const auto& attempt : taken)
    if (attempt->is_map && attempt->pending.has_outcome())
      attempt->chunk = MapChunk::of(attempt->pending, attempt->asked.label, attempt->piece.items.count);
  handle([&](Actions& actions) {
    // First those that ended: their errors say how an engine died.
    for (const auto& attempt : taken) {
      take(*attempt, actions);
      perform(actions);
      end_if_over(attempt->piece.job);
    }
    if (looks) know_engines(links, actions);
    for (const auto& [number, result] : settled) settle(number, result, actions);
  });
}

void Balancer::look_for_nobody() {
  using Ids = std::optional<std::vector<int>>;
  std::unique_lock waiting(ended_mutex_);
  while (!looking_.wait_for(waiting, kUntilLonely, [this] { return stop_; })) {
    waiting.unlock();
    const auto is_lonely = [this](const Job& job) {
      return std::ranges::none_of(
          engines_, [&](const auto& one) { return job.placement.options.targets.take(one.second->engine().id); });
    };
    std::map<Ids, std::optional<std::string>> why;
    {
      const Lock lock(mutex_);
      for (const auto& [id, job] : jobs_) {
        if (is_lonely(*job))
          why[job->placement.options.targets.only];
        else
          job->looks = 0;
      }
    }
    for (auto& [ids, words] : why) {
      try {
        words = cluster_.nobody_comes(ids);
      } catch (const std::exception&) {
        words = std::nullopt;  // the next look may tell
      }
    }
    if (!why.empty())
      handle([&](Actions& actions) {
        std::vector<JobId> given_up;
        for (const auto& [id, job] : jobs_) {
          const auto& words = why[job->placement.options.targets.only];
          job->looks = words && is_lonely(*job) ? job->looks + 1 : 0;
          if (job->looks < kLonelyLooks) continue;
          job->nobody = *words;
          given_up.push_back(id);
        }
        for (const JobId id : given_up) {
          scheduler_.abort(id, ClientClock::now(), actions);
          perform(actions);
          end_if_over(id);
        }
      });
    waiting.lock();
  }
}

void Balancer::end() {
  {
    const std::lock_guard lock(ended_mutex_);
    stop_ = true;
    work_.notify_one();
    looking_.notify_one();
  }
  for (std::thread* thread : {&thread_, &looker_})
    if (thread->joinable()) thread->join();
  Lock lock(mutex_);
  over_ = true;
  attempts_.clear();
  const auto jobs = std::exchange(jobs_, {});
  maps_.clear();
  lock.unlock();
  for (const auto& [id, job] : jobs) {
    const auto error = std::make_exception_ptr(ConnectionError(
        fmt::format("the client of '{}' was destroyed before its result came; keep it alive", job->placement.label)));
    if (job->call) (*job->call)[0].fail(error);
    if (job->map) job->map->fail_rest(error);
  }
}

}  // namespace enginery
