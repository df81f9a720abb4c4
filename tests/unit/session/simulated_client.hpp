// tests/unit/session/simulated_client.hpp: a program that submits tasks, and the shell around its session.
#pragma once

#include <map>
#include <optional>
#include <unordered_map>

#include "simulator.hpp"

namespace enginery::session::simulation {

class SimulatedClient {
 public:
  SimulatedClient(Simulator& world, unsigned number);

  void start();
  void receive(const RequestPtr& request, Answer& answer);
  void failed(const RequestPtr& request);
  /// The process ends without a word; the engine may be told.
  void die();
  /// The session ends in words; then the program goes on with a new one.
  void bye();

  std::uint32_t link() const { return link_; }
  std::uint64_t generation() const { return generation_; }
  const Uuid& session() const { return session_; }
  bool alive() const { return alive_; }
  bool connected() const { return machine_.has_value(); }
  bool done() const { return !alive_ || (left_ == 0 && known_.empty()); }

 private:
  void connect();
  void user();
  void submit();
  void perform(ClientActions& actions);
  void act(SendExchange& action);
  void act(SendChunk& action);
  void act(SendFetch& action);
  void act(Relink& action);
  void act(RenewBulk& action);
  void act(Deliver& action);
  void act(Lost& action);
  void check_time_limit(const Story& story, const Deliver& action);
  void after_event();
  void give_up(bool lost);

  Simulator& world_;
  unsigned number_;
  unsigned left_;
  bool alive_ = true;
  std::uint64_t generation_ = 0;
  Uuid engine_, session_;
  std::uint64_t door_ = 0;
  std::uint32_t link_ = 1;
  std::optional<ClientSession> machine_;
  std::map<std::uint64_t, std::uint64_t> known_;  // seq to story, of what is outstanding
  std::uint64_t last_seq_ = 0;
  unsigned open_chunks_ = 0;
  Time alarm_ = kNever;
};

}  // namespace enginery::session::simulation
