// tests/unit/scheduling/simulated_engine.hpp: a process that runs pieces, one after another.
#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <unordered_map>
#include <vector>

#include "core/scheduling/scheduler.hpp"

namespace enginery::scheduling::simulation {

class Simulator;

class SimulatedEngine {
 public:
  SimulatedEngine(Simulator& world, EngineKey key, int id);

  // Messages, as they come.
  void take(const Send& send);
  void give_back(PieceId piece);
  void abort(PieceId piece);
  /// The process ends; the client learns of it later.
  void die();

  /// How far a piece of it had come, for who knows all.
  Progress progress(PieceId piece) const;

  const EngineKey key;
  const int id;
  bool alive = true;
  std::uint64_t slowness = 1;
  Time last_message{0};  ///< from the client, as it comes: they stay in order

 private:
  struct Running {
    Send piece;
    Time began;
    std::vector<Time> ends;  ///< of each item, from its beginning
    std::vector<std::uint64_t> failed{};
    bool aborted = false;
  };
  void begin_next();
  void finish(PieceId piece);
  /// Items that have begun until now are told to the ledger.
  std::uint64_t begun() const;
  void tell_begun(std::uint64_t count);
  void answer(std::function<void()> what);

  Simulator& world_;
  std::deque<Send> queue_;
  std::optional<Running> running_;
  std::unordered_map<PieceId, Progress::State> told_;  ///< what left the engine: finished, or given back
  std::unordered_map<PieceId, Progress> at_death_;
  Time last_answer_{0};
  bool mute_ = false;
};

}  // namespace enginery::scheduling::simulation
