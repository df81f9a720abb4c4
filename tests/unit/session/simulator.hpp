// tests/unit/session/simulator.hpp: a world of clients, one engine's address and a bad network, made from a seed.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <queue>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/session/client_session.hpp"
#include "core/session/engine_sessions.hpp"
#include "simulation_plan.hpp"

namespace enginery::session::simulation {

class SimulatedClient;
class SimulatedEngine;

/// What the rules forbid has happened.
class Violation : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The story of one task, over all sessions and incarnations. Tasks are known by a number in their body.
struct Story {
  std::uint64_t id = 0;
  Bytes body;
  std::vector<Bytes> bulk;
  Bytes result;
  std::vector<Bytes> result_bulk;
  Time duration{0};
  Time time_limit{0};      ///< none when 0
  Time deadline = kNever;  ///< at the engine that got it; exact in a calm world
  bool ran = false, delivered = false, lost = false;
  Time abort_asked = kNever, finished = kNever;
  std::uint64_t result_backlog = 0;  ///< results and chunks before and with its own, when it finished
};

/// A request that a client waits for.
struct Request {
  SimulatedClient* client;
  std::uint64_t generation;  ///< of the client's session
  std::uint32_t link;        ///< 0: the bulk socket
  std::variant<Exchange, Chunk, Fetch> message;
  bool failed = false;  ///< the client was told so
  bool answered = false;
  bool twice = false;          ///< the network delivers it twice
  bool lost = false;           ///< will not be delivered any more
  std::optional<bool> mute{};  ///< once it failed: no answer comes any more
};
using RequestPtr = std::shared_ptr<Request>;
using Answer = std::variant<Reply, ChunkAnswer, Fetched>;

/// Runs one seed. Deterministic.
class Simulator {
 public:
  explicit Simulator(std::uint64_t seed, bool tracing = false);
  ~Simulator();

  /// Until every task has its outcome and everything is quiet. Throws Violation.
  void run();
  const std::deque<std::string>& trace() const { return trace_; }
  std::uint64_t events() const { return events_; }

  // The world, for those who live in it.
  Plan plan;
  Random random;
  std::vector<Story> stories;
  Time now{std::chrono::hours(1)};
  Time progress{now};

  void at(Time when, std::function<void()> what);
  void after(Time delay, std::function<void()> what) { at(now + delay, std::move(what)); }
  Time delay();
  Uuid uuid();
  Bytes bytes(std::uint64_t size);
  bool troubled() const { return now < trouble_end_; }

  /// Carries a request to whoever is at the engine's address when it arrives, or not.
  void send(RequestPtr request);
  void answer(const RequestPtr& request, Answer answer);
  void fail(const RequestPtr& request, Time delay);
  /// A request whose answer goes nowhere.
  static RequestPtr from_nobody(Exchange exchange);
  /// Strangers' sessions end at the engine, as many as move its door.
  void crowd();

  Story& new_story();
  Story& story(const Bytes& body);
  SimulatedEngine& engine() { return *engine_; }
  bool client_lives(const Uuid& session) const;

  static std::string name(const Uuid& uuid) { return std::to_string(uuid.bytes[0] << 8 | uuid.bytes[1]); }

  template <class Make>
  void note(Make make) {
    if (!tracing_) return;
    trace_.push_back(std::to_string((now - start_).count() / 1000) + " us: " + make());
    if (trace_.size() > 80) trace_.pop_front();
  }
  void demand(bool holds, const char* rule) {
    if (!holds) throw Violation(rule);
  }

 private:
  struct Event {
    Time when;
    std::uint64_t order;
    std::function<void()> what;
    bool operator<(const Event& other) const { return when != other.when ? when > other.when : order > other.order; }
  };
  void cut(SimulatedClient& client, std::uint32_t link);
  void deliver(const RequestPtr& request);
  /// Sends an Exchange once more that the engine has had.
  void replay();
  void replace_engine();
  void plan_faults();
  void step();
  bool finished() const;

  bool tracing_;
  const Time start_{now};
  Time trouble_end_;
  std::uint64_t events_ = 0, order_ = 0, at_this_time_ = 0;
  std::priority_queue<Event> queue_;
  std::vector<std::weak_ptr<Request>> open_;
  std::vector<Exchange> past_;  // those that were marked open
  std::vector<std::unique_ptr<SimulatedClient>> clients_;
  std::unique_ptr<SimulatedEngine> engine_;
  std::vector<std::unique_ptr<SimulatedEngine>> dead_;
  std::deque<std::string> trace_;
};

}  // namespace enginery::session::simulation
