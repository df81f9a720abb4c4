// core/messages/last_moments.hpp: what is told of the end of an engine.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <enginery/uuid.hpp>

namespace enginery::messages {

/// The end of what a process recorded.
struct LastMoments {
  struct Task {
    Uuid session;
    std::uint64_t seq = 0;
    std::string name;
  };
  std::optional<Task> running;
  std::string words;        ///< the last lines that the running task wrote to stderr; any bytes
  std::string traceback{};  ///< where it was when a fatal signal came; empty for other ends
};

}  // namespace enginery::messages
