// tests/unit/session/simulated_engine.hpp: one incarnation of the simulated engine.
#pragma once

#include <map>
#include <optional>
#include <unordered_map>
#include <unordered_set>

#include "simulator.hpp"

namespace enginery::session::simulation {

class SimulatedEngine {
 public:
  explicit SimulatedEngine(Simulator& world);

  const Uuid& uuid() const { return uuid_; }
  void receive(const RequestPtr& request);
  void forget(const Uuid& session);
  /// The process ends: requests that wait break, a task that runs is gone.
  void die();
  bool busy() const { return running_.has_value(); }
  bool owes_answers() const { return !tickets_.empty(); }
  bool knows(const Uuid& session) const;
  /// When the world is quiet: everything is acknowledged.
  void check_quiet();
  /// Long after: newcomers have all places that they can have. Whose results stay has its own, unless it died.
  void check_places();

 private:
  struct Waiting {
    RequestPtr request;
    Time since;
  };
  /// What the engine has said of a task.
  struct Told {
    std::uint64_t r;
    Ending ending;
  };
  /// What a session's client has sent.
  struct Sent {
    std::uint64_t admitted = 0;
    std::map<std::uint64_t, Bytes> early;  // bodies by seq
  };
  struct Now {
    Uuid session;
    std::uint64_t seq, story, token;
    bool overran = false;
  };
  void perform(EngineActions& actions);
  /// Tasks are admitted in the order of seq, whatever the order in which they come; their time begins then.
  void note_admissions(const Exchange& exchange);
  void act(AnswerExchange& action);
  void act(AnswerChunk& action);
  void act(AnswerFetch& action);
  void act(WorkReady& action);
  void act(StopTask& action);
  void act(SessionEnded& action);
  RequestPtr take(Ticket ticket);
  void run_next();
  void finish(std::uint64_t token);
  void after_event();
  void check_limits();

  Simulator& world_;
  Uuid uuid_;
  EngineSessions sessions_;
  bool alive_ = true, forgets_ = false;
  Ticket last_ticket_ = 0;
  std::uint64_t last_token_ = 0, largest_result_ = 0, largest_task_ = 0;
  std::unordered_map<Ticket, Waiting> tickets_;
  std::unordered_map<Uuid, std::uint64_t> last_started_;
  std::unordered_set<Uuid> ended_;
  std::unordered_map<Uuid, Sent> sent_;
  std::unordered_map<Uuid, std::map<std::uint64_t, Told>> told_;  // by seq
  std::unordered_set<Uuid> kept_;                                 // sessions whose results stay
  std::uint64_t door_ = 0;
  std::optional<Now> running_;
  Time alarm_ = kNever;
};

}  // namespace enginery::session::simulation
