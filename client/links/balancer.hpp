// client/links/balancer.hpp: sends the tasks of load-balanced views to engines, and brings their outcomes.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include <enginery/errors.hpp>

#include "client/links/client_threads.hpp"
#include "client/links/engine_link.hpp"
#include "client/links/map_future.hpp"
#include "client/links/work.hpp"
#include "core/scheduling/scheduler.hpp"

namespace enginery {

/// The shell around a client's Scheduler: it sends pieces over the links that the client has, each as one task. A
/// thread of its own takes their outcomes; another one looks whether engines may come for work that has none.
///
/// Threads: all functions from any. One mutex guards the state. Links are called with it, and tell the ends of attempts
/// by on_end(), which takes another one.
class Balancer : public Ticking, public std::enable_shared_from_this<Balancer> {
 public:
  /// What it asks of the client's engines; called without a lock.
  struct Cluster {
    std::function<std::vector<std::shared_ptr<EngineLink>>()> links;
    /// Why no engine will come any more, of these ids if there are some; nothing if one may. May take seconds.
    std::function<std::optional<std::string>(const std::optional<std::vector<int>>& ids)> nobody_comes;
  };
  Balancer(Cluster cluster, std::shared_ptr<ClientClock> clock, std::shared_ptr<Continuations> continuations);
  ~Balancer() override;

  /// Throws TypeError and ValueError for what cannot be sent; a result among the arguments is waited for.
  std::shared_ptr<Future> submit(Work work, Placement placement);
  /// `columns`: one for each parameter that is no constant, with `count` elements. `open`: more come by feed().
  std::shared_ptr<MapFuture> submit_map(Work work, std::vector<Value> columns, std::uint64_t count, bool open,
                                        Placement placement);
  /// Throws why the map takes no more.
  void feed(const MapFuture& map, std::vector<Value> columns, std::uint64_t count);
  void close(const MapFuture& map);
  /// How many items an open map needs now so that no engine waits.
  std::uint64_t wanted(const MapFuture& map);
  /// Nobody needs the arguments of items below.
  void drop_items(const MapFuture& map, std::uint64_t below);
  std::size_t busy_engines(const MapFuture& map);
  void abort(std::uint64_t job);
  void abort(const MapFuture& map);

  /// Engines have come, or gone.
  void engines_changed();
  session::Time tick() override;
  /// The client ends: what has not ended fails.
  void end();

  Continuations& continuations() const { return *continuations_; }

 private:
  struct Job;
  struct Attempt;
  using Lock = std::unique_lock<std::mutex>;

  /// Starts the threads, once.
  void begin();
  /// Hands the job to the Scheduler.
  void enlist(std::unique_ptr<Job> job, std::uint64_t items, bool open);
  /// A result that is no job has come. Does not lock.
  void note(scheduling::JobId number, const AwaitedResult& result);
  void ended(std::shared_ptr<Attempt> attempt);
  void run();
  void take_all();
  void look_for_nobody();
  /// What an event does, under the lock; then what follows on it, without.
  template <class Event>
  void handle(const Event& event);

  // These require that mutex_ is held.
  void perform(scheduling::Actions& actions);
  void send(const scheduling::Send& piece);
  void fail(const scheduling::Fail& items);
  /// Throws ValueError if the result stays for another client.
  void check_own(const Pending& stays) const;
  std::pair<scheduling::JobId, bool> number_of(const AwaitedResult& result);
  void settle(scheduling::JobId number, const AwaitedResult& result, scheduling::Actions& actions);
  void take(Attempt& attempt, scheduling::Actions& actions);
  void take_dead(Attempt& attempt, Job& job, scheduling::Actions& actions);
  void take_call(Attempt& attempt, Job& job, scheduling::Actions& actions);
  void take_chunk(Attempt& attempt, Job& job, scheduling::Actions& actions);
  void end_if_over(scheduling::JobId id);
  void know_engines(const std::vector<std::shared_ptr<EngineLink>>& links, scheduling::Actions& actions);
  Job* job_of(const MapFuture& map);
  /// Unlocks, completes what has ended, and drops what is over.
  void release(Lock& lock);

  const Cluster cluster_;
  const std::shared_ptr<ClientClock> clock_;
  const std::shared_ptr<Continuations> continuations_;

  std::mutex mutex_;
  scheduling::Scheduler scheduler_;
  std::unordered_map<scheduling::JobId, std::unique_ptr<Job>> jobs_;
  std::unordered_map<const MapFuture*, scheduling::JobId> maps_;
  std::unordered_map<scheduling::PieceId, std::shared_ptr<Attempt>> attempts_;
  std::map<scheduling::EngineKey, std::shared_ptr<EngineLink>> engines_;
  std::map<Uuid, scheduling::EngineKey> keys_;
  std::unordered_map<std::string, std::uint64_t> kinds_;
  std::set<scheduling::JobId> empty_;  // maps without items, which end without a word
  scheduling::JobId last_number_ = 0;
  scheduling::EngineKey last_key_ = 0;
  std::vector<std::function<void()>> completions_;
  std::vector<std::unique_ptr<Job>> gone_;
  std::exception_ptr death_;  // of the attempt whose end is taken
  bool over_ = false;

  std::mutex ended_mutex_;
  std::condition_variable work_, looking_;
  std::vector<std::shared_ptr<Attempt>> ended_;
  std::vector<std::pair<scheduling::JobId, AwaitedResult>> settled_;
  bool changed_ = false, stop_ = false;
  std::atomic<bool> begun_{false};
  std::thread thread_, looker_;
};

}  // namespace enginery
