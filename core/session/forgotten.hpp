// core/session/forgotten.hpp: the sessions that an engine must never open again.
#pragma once

#include <chrono>
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

/// What the client is told about it, should the client live.
inline std::string words_of(Farewell why, const Limits& limits) {
  const auto seconds = [](Time time) {
    return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(time).count()) + " s";
  };
  const std::string places = "all its " + std::to_string(limits.sessions) + " places for clients were taken";
  switch (why) {
    case Farewell::bye:
      return "the client had ended it";
    case Farewell::gone:
      return "the client's process was taken for gone";
    case Farewell::silent:
      return "it heard nothing of this client for " + seconds(limits.silence) + ", as when a computer sleeps";
    case Farewell::newcomer:
      return places +
             ", and this client's was idle, so another client got it; end clients or start more engines if it happens "
             "again";
    case Farewell::unheard:
      return places + ", and it heard nothing of this client for " + seconds(limits.unheard) +
             ", so another client got its place; end clients or start more engines if it happens again";
    case Farewell::half_given:
      return "it heard nothing of this client for " + seconds(limits.unheard) + " in the midst of a large argument";
    case Farewell::broken:
      return "the session broke its limits; client and engine must be of the same release";
  }
  return "it has ended";
}

/// Sessions that ended, and the number of the door through which new ones come.
///
/// An Exchange marked `open` may be late, or somebody may send an old one again, and its tasks would run once more. So
/// it names the door that the engine had when the Exchange was made. Each time that half of `kept` sessions have ended,
/// the door's number grows by one, and the door before the last one closes for ever. Only sessions that ended since
/// then must be remembered: however many end, none opens twice.
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

  /// The door for new sessions.
  std::uint64_t door() const { return door_; }
  /// Whether a new session may still come through this door, which it knows from an earlier answer.
  bool is_open(std::uint64_t door) const { return door <= door_ && door_ - door <= 1; }

 private:
  std::size_t each_;
  std::uint64_t door_ = 0;
  std::unordered_map<Uuid, Farewell> latest_, before_;
};

}  // namespace enginery::session
