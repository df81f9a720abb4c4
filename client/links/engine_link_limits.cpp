// client/links/engine_link_limits.cpp: time limits of tasks whose engine is not heard.
//
// An engine keeps the time limits of its tasks. One that is stopped, by a signal or by a debugger, or that cannot be
// reached keeps none. So a task fails here when its time is over and nothing was heard of its engine for two seconds,
// in which one that runs answers twice. While tasks wait at the gate, no Exchange need be on its way: then the engine
// is asked for its status. Time in which this process itself stood still is no silence of an engine.
#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "client/links/engine_link.hpp"

namespace enginery {
namespace {

using namespace std::chrono_literals;
constexpr session::Time kUnheard = 2s;

}  // namespace

void EngineLink::watch_limit(const Pending& pending) {
  if (pending.time_limit() == session::Time{0}) return;
  const session::Time now = ClientClock::now();
  if (first_limit_ == session::kNever) standstill_ = session::Standstill(now);
  first_limit_ = std::min(first_limit_, pending.time_over());
  clock_->arm(now + kLimitLook);
}

void EngineLink::give_up_unheard(Lock& lock) {
  const session::Time now = ClientClock::now();
  if (standstill_.since_last_look(now) > session::Time::zero()) heard_ = now;
  if (now < first_limit_) return;
  first_limit_ = session::kNever;
  std::vector<std::shared_ptr<Pending>> late;
  session::ClientActions actions;
  for (std::uint64_t seq = first_seq_; seq < first_seq_ + pending_.size(); ++seq) {
    std::shared_ptr<Pending>& pending = pending_[seq - first_seq_];
    if (!pending || pending->time_limit() == session::Time{0}) continue;
    if (now < pending->time_over() || now < std::max(heard_, pending->submitted()) + kUnheard) {
      first_limit_ = std::min(first_limit_, pending->time_over());
    } else if (!gate_.empty() && seq >= gate_.front().seq) {
      late.push_back(settle(gate_[seq - gate_.front().seq]));
    } else {
      session_->abort(seq, now, actions);
      late.push_back(std::move(pending));
    }
  }
  const auto at_gate = [this] { return !gate_.empty() && gate_.front().seq == first_seq_; };
  for (; !pending_.empty() && !pending_.front() && !at_gate(); ++first_seq_) pending_.pop_front();
  const bool asks = !gate_.empty() && first_limit_ <= now && !std::exchange(asks_, true);
  perform(lock, actions);
  for (const auto& pending : late) pending->fail(unheard(*pending));
  if (asks)
    tasks_.send_if_up(wire::encode_status_request(engine_.uuid),
                      [self = weak_from_this()](messages::Message, const char* failure) {
                        const auto link = self.lock();
                        if (!link) return;
                        const Lock answered(link->mutex_);
                        link->asks_ = false;
                        if (!failure) link->heard_ = ClientClock::now();
                      });
  if (!late.empty()) room_.notify_all();
  lock.lock();
}

}  // namespace enginery
