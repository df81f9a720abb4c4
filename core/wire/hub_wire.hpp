// core/wire/hub_wire.hpp: the hub's messages and an engine's status, as values and on the wire.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/messages/last_moments.hpp"
#include "core/wire/frame.hpp"

namespace enginery::wire {

/// What a client must know of an engine to talk to it.
struct EngineEntry {
  int id = -1;
  Uuid uuid;
  std::uint64_t pid = 0, start = 0;
  std::string endpoint{}, bulk_endpoint{}, hostname{};
  std::string output_endpoint{};  ///< where it publishes what its tasks print
  std::string boot{};             ///< of its host's kernel
  std::uint64_t pid_namespace = 0;
  /// The same three for other hosts; empty when it listens for its own only.
  std::string remote_endpoint{}, remote_bulk_endpoint{}, remote_output_endpoint{};
  friend bool operator==(const EngineEntry&, const EngineEntry&) = default;
};

/// `HubReply::ename` of a hub's last reply: its cluster has ended, and its engines end, too.
inline constexpr std::string_view kClusterEnded = "ClusterEnded";

enum class HubOp : std::uint8_t { snapshot, register_engine, goodbye, presence, restart, kill };

struct HubRequest {
  HubOp op = HubOp::snapshot;
  EngineEntry engine;
};

enum class Absence : std::uint8_t { starting, awaited, restarting, given_up, dead };

/// An engine that does not take tasks now.
struct AbsentEngine {
  int id = -1;
  Uuid uuid;
  Absence state = Absence::starting;
  std::string how{};  ///< it died
  friend bool operator==(const AbsentEngine&, const AbsentEngine&) = default;
};

struct HubReply {
  bool ok = true;
  std::string words{};
  int id = -1;
  Uuid epoch{};
  std::uint64_t number = 0;
  std::vector<EngineEntry> engines{};
  std::string ename{};  ///< of what `words` say
  std::vector<AbsentEngine> absent{};
  Uuid former{};  ///< of what is ended; nil if nothing had registered
};

enum class ChangeEvent : std::uint8_t { heartbeat, joined, left };

struct Change {
  ChangeEvent event = ChangeEvent::heartbeat;
  Uuid epoch;
  std::uint64_t number = 0;
  EngineEntry engine{};
  std::string how{};
  std::optional<messages::LastMoments> last{};
};

struct EngineStatus {
  Uuid uuid;
  int id = -1;
  std::uint64_t pid = 0;
  std::string task;
  std::int64_t running_since = 0;  ///< ns since 1970, UTC; 0 when idle
  std::uint64_t queued = 0, finished = 0, sessions = 0, resident_bytes = 0, code_bytes = 0;
  std::int64_t running_for = 0;  ///< ns of a steady clock
};

/// Goes in front of every published change.
inline constexpr std::string_view kHubTopic = "hub:";

messages::Message encode(const HubRequest&);
messages::Message encode(const HubReply&);
messages::Message encode(const Change&);
messages::Message encode_status_request(const Uuid& engine);
messages::Message encode(const EngineStatus&);

// Each throws ProtocolError.
HubRequest decode_hub_request(const Opened&);
HubReply decode_hub_reply(const Opened&);
Change decode_change(const Opened&);
Uuid decode_status_request(const Opened&);
EngineStatus decode_engine_status(const Opened&);

}  // namespace enginery::wire
