// hub/presence_desk.cpp: the requests by which engines show that they are there.
#include "hub/presence_desk.hpp"

#include <utility>

namespace enginery::hub {

std::optional<PresenceDesk::Ticket> PresenceDesk::take(const Uuid& engine, Ticket ticket, Time now) {
  const auto [known, fresh] = held_.try_emplace(engine, Held{ticket, now});
  if (fresh) return std::nullopt;
  return std::exchange(known->second, Held{ticket, now}).ticket;
}

std::vector<PresenceDesk::Ticket> PresenceDesk::due(Time now, Time::duration patience) {
  std::vector<Ticket> tickets;
  std::erase_if(held_, [&](const auto& entry) {
    if (now - entry.second.since < patience) return false;
    tickets.push_back(entry.second.ticket);
    return true;
  });
  return tickets;
}

std::optional<PresenceDesk::Ticket> PresenceDesk::dismiss(const Uuid& engine) {
  const auto held = held_.extract(engine);
  return held ? std::optional(held.mapped().ticket) : std::nullopt;
}

}  // namespace enginery::hub
