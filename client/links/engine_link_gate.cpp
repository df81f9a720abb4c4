// client/links/engine_link_gate.cpp: what waits, in order, until an engine has the code that it needs.
//
// A call may need code that the engine is not known to have. Such a call closes the gate: it and all later ones queue
// here, each with the seq that it will have. A separate thread brings the code. Then the gate opens, and the calls go
// into the session in their order. A call whose code cannot be brought, or which is aborted meanwhile, gets its outcome
// at once. An empty task goes to the engine in its place, so that the seqs of later calls stay right.
#include <system_error>
#include <thread>
#include <utility>

#include "client/links/engine_link.hpp"
#include "client/links/module_delivery.hpp"

namespace enginery {

bool EngineLink::has_room(std::uint64_t bytes) const {
  if (gate_.empty()) return session_->has_room(bytes);
  return gate_.size() < limits_.queue_tasks && gate_bytes_ + bytes <= limits_.queue_bytes;
}

void EngineLink::open_gate(session::ClientActions& actions) {
  while (!gate_.empty()) {
    Gated& first = gate_.front();
    if (first.needs && !modules_.contains(first.needs->fingerprint())) return deliver(first.needs);
    const std::uint64_t bytes = first.call.size();
    if (!session_->has_room(bytes)) return;
    const session::Time now = ClientClock::now();
    session_->submit(std::move(first.call.body), std::move(first.call.bulk), now, actions, first.time_limit);
    if (first.settled) session_->abort(first.seq, now, actions);
    gate_bytes_ -= bytes;
    gate_.pop_front();
  }
}

std::shared_ptr<Pending> EngineLink::settle(Gated& gated) {
  gate_bytes_ -= gated.call.size();
  gated.call = {};
  gated.needs = nullptr;
  gated.settled = true;
  return std::move(pending_[gated.seq - first_seq_]);
}

void EngineLink::deliver(const std::shared_ptr<const modules::ModuleFiles>& needs) {
  if (std::exchange(delivering_, true)) return;
  clock_->arm(ClientClock::now());  // without an exchange on its way, nothing else shows that the process is gone
  try {
    std::thread([self = weak_from_this(), engine = engine_, line = reach_.bulk, needs] {
      ModuleDelivery delivery(engine, line, needs, [&self](std::chrono::milliseconds time) {
        const auto link = self.lock();
        if (!link) return false;
        Lock lock(link->mutex_);
        return !link->room_.wait_for(lock, time, [&] { return link->death_.has_value(); });
      });
      std::exception_ptr error;
      try {
        delivery.run();
      } catch (...) {
        error = std::current_exception();
      }
      if (const auto link = self.lock()) link->on_delivered(needs->fingerprint(), error);
    }).detach();
    lack_.clear();
  } catch (const std::system_error& error) {
    delivering_ = false;  // the clock tries again
    lack_.note(error, std::chrono::steady_clock::now());
  }
}

void EngineLink::on_delivered(const modules::ContentHash& module, std::exception_ptr error) {
  std::vector<std::shared_ptr<Pending>> failed;
  session::ClientActions actions;
  Lock lock(mutex_);
  delivering_ = false;
  clock_->arm(ClientClock::now());
  if (death_) return;
  if (error) {
    for (Gated& gated : gate_)
      if (gated.needs && gated.needs->fingerprint() == module) failed.push_back(settle(gated));
  } else {
    modules_.insert(module);
  }
  open_gate(actions);
  perform(lock, actions);
  room_.notify_all();
  for (const auto& pending : failed) pending->fail(error);
}

}  // namespace enginery
