// client/links/engines.hpp: the engines that a client knows of, always current, and its links to them.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <vector>

#include <enginery/connection.hpp>
#include <enginery/errors.hpp>
#include <enginery/task_handle.hpp>

#include "client/links/balancer.hpp"
#include "client/links/client_threads.hpp"
#include "client/links/engine_link.hpp"
#include "client/links/hub_line.hpp"
#include "client/links/output_feed.hpp"
#include "core/wire/hub_wire.hpp"

namespace enginery {

/// One snapshot by REQ/REP, then the hub's numbered changes by PUB/SUB. After a gap, or when a new hub replaces one
/// that died, the client asks for a new snapshot. Reading costs no round trip. A dead hub says nothing about its
/// engines.
///
/// Threads: all functions from any. In a forked child each throws ConnectionError.
class Engines : public std::enable_shared_from_this<Engines> {
 public:
  /// Connects to the hub and knows its engines. Throws ConnectionError, TimeoutError.
  static std::shared_ptr<Engines> connect(Connection connection, std::chrono::milliseconds timeout);

  /// Sorted.
  std::vector<int> ids() const;
  /// The link to engine `id`. If the engine died: its last link, on which every task fails. Throws IndexError if there
  /// never was one.
  std::shared_ptr<EngineLink> link(int id) const;
  /// The engine that a user means by `id`: negative ones count from the end of ids(). Throws IndexError,
  /// NoEnginesRegistered.
  int resolve(int id) const;
  /// The error when there is no engine: `who` "has no engines", which ones died, and what to do.
  NoEnginesRegistered none(std::string_view who) const;
  /// The links to engines that take tasks, by id.
  std::vector<std::shared_ptr<EngineLink>> links() const;
  /// Of load-balanced views; lives as long as this.
  Balancer& balancer();
  const std::shared_ptr<Continuations>& continuations() const { return continuations_; }
  /// For the streams of this client's output; lives as long as this.
  OutputFeed& output_feed() { return *output_feed_; }
  /// Throws TimeoutError, which says how many there are; ConnectionError once the cluster has ended, or its hub is
  /// silent for long; NoEnginesRegistered when all that were started have died and stay dead.
  void wait_for(std::size_t count, std::optional<std::chrono::steady_clock::time_point> deadline);

  /// Ends engine `id`; `how` is restart or kill. Waits until the engine is back, or gone if nobody starts it anew.
  /// Throws IndexError, ValueError (it joined by itself), EngineDied (it died before it took tasks again, and is not
  /// started any more), TimeoutError, ConnectionError.
  void restart(int id, wire::HubOp how, Seconds timeout);
  /// Why no engine will come any more, of `ids` if there are some; nothing if one may. Waits for the hub.
  std::optional<std::string> nobody_comes(const std::optional<std::vector<int>>& ids);

  const Connection& connection() const { return connection_; }

 private:
  explicit Engines(Connection connection);
  /// Says good-bye to the engines and closes what can be closed safely.
  ~Engines();
  /// Locks, for public functions. Throws in a forked child, where another thread may have held the lock for ever.
  std::unique_lock<std::mutex> hold() const;
  void start(Seconds timeout);
  void on_change(const Bytes& message);
  /// False if a snapshot is already asked for.
  bool begin_to_ask();
  /// Asks the hub for a snapshot. A failure is no harm: the next heartbeat, or the next silence, shows the gap again.
  /// Not from NNG's threads. Requires: begin_to_ask().
  static void ask_for_snapshot(const std::weak_ptr<Engines>& engines);
  /// Engines that neither the hub nor their link reports as dead. Requires: mutex_ is held.
  std::vector<int> living() const;
  /// Which engine `id` is there; nil if none is. Requires: mutex_ is held.
  Uuid known(int id) const;
  /// Makes threads that wait for engines look again.
  void wake() const;
  void apply(const wire::HubReply& snapshot);
  /// Engines have come or gone.
  void tell_of_change();
  /// Requires: mutex_ is held. The caller tells the `replaced` links of their death after it has released the lock.
  void add(const wire::EngineEntry& engine, std::vector<std::shared_ptr<EngineLink>>& replaced);

  const Connection connection_;
  const std::shared_ptr<ClientClock> clock_;
  const std::shared_ptr<Continuations> continuations_;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::map<int, std::shared_ptr<EngineLink>> alive_, dead_;
  std::optional<Uuid> epoch_;
  std::uint64_t number_ = 0;
  session::Time heard_{};  // the hub, last
  bool asking_ = false;
  std::unique_ptr<OutputFeed> output_feed_ = std::make_unique<OutputFeed>();
  const std::shared_ptr<HubLine> hub_;  // shared with threads that ask for a snapshot
  std::shared_ptr<HubNews> news_;
  std::shared_ptr<Balancer> balancer_;
};

}  // namespace enginery
