// core/session/forgotten.hpp: the sessions that an engine must never open again.
#pragma once

#include <cstddef>
#include <deque>
#include <unordered_set>

#include <enginery/uuid.hpp>

namespace enginery::session {

/// The last few thousand sessions that ended. An Exchange marked `open` may be late: it would run its tasks once more.
class Forgotten {
 public:
  void add(const Uuid& session) {
    if (!known_.insert(session).second) return;
    order_.push_back(session);
    if (order_.size() <= kKept) return;
    known_.erase(order_.front());
    order_.pop_front();
  }
  bool contains(const Uuid& session) const { return known_.contains(session); }

 private:
  static constexpr std::size_t kKept = 16384;
  std::unordered_set<Uuid> known_;
  std::deque<Uuid> order_;
};

}  // namespace enginery::session
