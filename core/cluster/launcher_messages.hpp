// core/cluster/launcher_messages.hpp: what the launcher and its hub tell each other, one JSON object per line.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include <enginery/connection.hpp>
#include <enginery/export.hpp>

namespace enginery::cluster {

/// Launcher to hub: the process of engine `id` was started.
struct Spawned {
  int id = 0;
  int pid = 0;
  friend bool operator==(const Spawned&, const Spawned&) = default;
};

/// Launcher to hub: the process of engine `id` ended. `uuid` if the hub had reported its registration.
struct Died {
  int id = 0;
  int pid = 0;
  std::optional<Uuid> uuid;
  /// "signal 9 (Killed)", "exit status 3".
  std::string how;
  friend bool operator==(const Died&, const Died&) = default;
};

/// Hub to launcher: the sockets are bound, engines may come; `remote` ones too if it was told to.
struct Listening {
  Connection::Hub hub;
  std::optional<Connection::Remote> remote{};
  friend bool operator==(const Listening&, const Listening&) = default;
};

/// Hub to launcher: engine `id` takes tasks.
struct Registered {
  int id = 0;
  Uuid uuid;
  friend bool operator==(const Registered&, const Registered&) = default;
};

using LauncherMessage = std::variant<Spawned, Died, Listening, Registered>;

/// One line of JSON without the newline: {"event":"spawned","id":0,"pid":7}.
ENGINERY_API std::string to_line(const LauncherMessage& message);
/// The inverse. Throws ProtocolError that names the event and the field.
ENGINERY_API LauncherMessage parse_line(std::string_view line);

}  // namespace enginery::cluster
