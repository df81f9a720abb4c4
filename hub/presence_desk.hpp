// hub/presence_desk.hpp: the requests by which engines show that they are there.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <vector>

#include <enginery/uuid.hpp>

#include "core/transport/responder.hpp"

namespace enginery::hub {

/// Each engine has one request open at the hub. It is answered after a while, and the engine asks again; whichever of
/// the two dies, the other one notices.
///
/// Threads: belongs to one thread at a time.
class PresenceDesk {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Ticket = transport::Responder::Ticket;

  /// Holds a request. The one that was held for this engine, if any, is to be answered: its connection was given up.
  std::optional<Ticket> take(const Uuid& engine, Ticket ticket, Time now);
  /// Gives back those that were held for `patience`, to be answered.
  std::vector<Ticket> due(Time now, Time::duration patience);
  /// Gives back the one of this engine, if any, to be answered.
  std::optional<Ticket> dismiss(const Uuid& engine);
  std::size_t size() const { return held_.size(); }

 private:
  struct Held {
    Ticket ticket;
    Time since;
  };
  std::map<Uuid, Held> held_;
};

}  // namespace enginery::hub
