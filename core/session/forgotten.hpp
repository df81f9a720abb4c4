// core/session/forgotten.hpp: the sessions that an engine must never open again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include <enginery/uuid.hpp>

#include "core/session/limits.hpp"

namespace enginery::session {

/// Why an engine ended a session.
enum class Farewell : std::uint8_t {
  bye,         ///< the client said so
  gone,        ///< its client's process is gone
  silent,      ///< nothing was heard of it for `silence`
  newcomer,    ///< it was idle, and another client needed its place
  unheard,     ///< it was silent with work, and another client needed its place
  half_given,  ///< it was silent in the midst of a large payload
  broken,      ///< it broke its limits
};

/// For the client, should it live: what happened.
std::string words_of(Farewell why, const Limits& limits);

/// Sessions that ended, and the number of the door through which new ones come.
///
/// An Exchange marked `open` may be late, or somebody may send an old one again: it would run its tasks once more. So
/// it names the door that the engine had when it was made. Each time so many sessions have ended, the door before the
/// last one closes for ever, and only those that ended since must be remembered. However many end, none opens twice.
class Forgotten {
 public:
  explicit Forgotten(std::size_t kept) : each_(kept / 2 + 1) {}

  void add(const Uuid& session, Farewell why) {
    latest_.emplace(session, why);
    if (latest_.size() < each_) return;
    before_ = std::exchange(latest_, {});
    ++door_;
  }

  std::optional<Farewell> find(const Uuid& session) const {
    for (const auto* ended : {&latest_, &before_})
      if (const auto place = ended->find(session); place != ended->end()) return place->second;
    return std::nullopt;
  }

  /// The one for new sessions.
  std::uint64_t door() const { return door_; }
  /// Whether a session may still come through this one, which it knows from an earlier answer.
  bool is_open(std::uint64_t door) const { return door <= door_ && door_ - door <= 1; }

 private:
  std::size_t each_;
  std::uint64_t door_ = 0;
  std::unordered_map<Uuid, Farewell> latest_, before_;
};

}  // namespace enginery::session
