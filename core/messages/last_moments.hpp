// core/messages/last_moments.hpp: what is told of the end of an engine.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <enginery/errors.hpp>
#include <enginery/uuid.hpp>

namespace enginery::messages {

/// The end of what a process recorded.
struct LastMoments {
  struct Task {
    Uuid session;
    std::uint64_t seq = 0;
    std::string name;
    std::optional<std::uint64_t> item{};  ///< of the chunk of a map: the one that it was at, from 0 on
  };
  /// The last task that a session began, whether it ended or not.
  struct Begun {
    Uuid session;
    std::uint64_t seq = 0;
    friend bool operator==(const Begun&, const Begun&) = default;
  };
  std::optional<Task> running;
  std::string words;        ///< the last lines that the running task wrote to stderr; any bytes
  std::string traceback{};  ///< where it was when a fatal signal came; empty for other ends
  std::vector<Begun> begun{};
  /// Any other session had begun nothing, or had said good-bye.
  bool begun_is_all = false;

  /// How far a task had come. A session's tasks run in their order.
  AtDeath state_of(const Uuid& session, std::uint64_t seq) const {
    if (running && running->session == session && running->seq == seq) return AtDeath::running;
    for (const Begun& last : begun)
      if (last.session == session) return seq > last.seq ? AtDeath::not_started : AtDeath::finished;
    return begun_is_all ? AtDeath::not_started : AtDeath::unknown;
  }
};

}  // namespace enginery::messages
