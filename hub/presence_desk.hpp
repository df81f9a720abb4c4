// hub/presence_desk.hpp: the requests by which engines show that they are there.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include <enginery/uuid.hpp>

#include "core/transport/responder.hpp"

namespace enginery::hub {

/// Each engine has one request open at the hub. The hub answers it after a while, and the engine asks again; if one of
/// the two dies, the other one notices.
///
/// Threads: belongs to one thread at a time.
class PresenceDesk {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Ticket = transport::Responder::Ticket;

  /// Holds a request. Returns the request that was held for this engine, if any, to be answered: the engine gave its
  /// connection up.
  std::optional<Ticket> take(const Uuid& engine, Ticket ticket, Time now) {
    const auto [known, fresh] = held_.try_emplace(engine, Held{ticket, now});
    if (fresh) return std::nullopt;
    return std::exchange(known->second, Held{ticket, now}).ticket;
  }
  /// Returns those that were held for `patience`, to be answered.
  std::vector<Ticket> due(Time now, Time::duration patience) {
    std::vector<Ticket> tickets;
    std::erase_if(held_, [&](const auto& entry) {
      if (now - entry.second.since < patience) return false;
      tickets.push_back(entry.second.ticket);
      return true;
    });
    return tickets;
  }
  /// Returns the request of this engine, if any, to be answered.
  std::optional<Ticket> dismiss(const Uuid& engine) {
    const auto held = held_.extract(engine);
    return held ? std::optional(held.mapped().ticket) : std::nullopt;
  }
  std::size_t size() const { return held_.size(); }

 private:
  struct Held {
    Ticket ticket;
    Time since;
  };
  std::map<Uuid, Held> held_;
};

}  // namespace enginery::hub
