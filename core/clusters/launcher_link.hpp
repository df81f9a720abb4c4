// core/clusters/launcher_link.hpp: one end of the socketpair between the launcher and its hub, and what they tell each
// other.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <enginery/connection.hpp>
#include <enginery/export.hpp>

#include "core/processes/descriptor.hpp"

namespace enginery::cluster {

/// Launcher to hub: the process of engine `id` was started.
struct Spawned {
  int id = 0;
  int pid = 0;
  friend bool operator==(const Spawned&, const Spawned&) = default;
};

/// What the launcher does about an engine that died.
enum class AfterDeath : std::uint8_t { nothing, starts_anew, gives_up };

/// Launcher to hub: the process of engine `id` ended; with its `uuid` if the hub had reported its registration. Hub to
/// launcher: an engine that the launcher did not start is gone.
struct Died {
  int id = 0;
  int pid = 0;
  std::optional<Uuid> uuid;
  /// "signal 9 (Killed)", "exit status 3".
  std::string how;
  AfterDeath next = AfterDeath::nothing;
  friend bool operator==(const Died&, const Died&) = default;
};

/// Hub to launcher: the sockets are bound, engines may come; also from other hosts if there is a `remote`.
struct Listening {
  Connection::Hub hub;
  std::optional<Connection::Remote> remote{};
  friend bool operator==(const Listening&, const Listening&) = default;
};

/// Hub to launcher: engine `id` takes tasks. Launcher to a hub that follows one that died: what that one had reported.
struct Registered {
  int id = 0;
  Uuid uuid;
  ProcessId process{};
  bool local = true;  ///< its pid means the same to hub and launcher
  friend bool operator==(const Registered&, const Registered&) = default;
};

/// Launcher to a hub that follows one that died: the last message. Ids below `next_id` are not for new engines.
struct Resumed {
  int next_id = 0;
  friend bool operator==(const Resumed&, const Resumed&) = default;
};

/// Hub to launcher: end engine `id`, at once if `kill`, and start it again.
struct Restart {
  int id = 0;
  bool kill = false;
  friend bool operator==(const Restart&, const Restart&) = default;
};

using LauncherMessage = std::variant<Spawned, Died, Listening, Registered, Resumed, Restart>;

/// One line of JSON without the newline: {"event":"spawned","id":0,"pid":7}.
ENGINERY_API std::string to_line(const LauncherMessage& message);
/// The inverse. Throws ProtocolError that names the event and the field.
ENGINERY_API LauncherMessage parse_line(std::string_view line);

/// Messages as lines, both ways, on a socket that it owns and makes close-on-exec. End of file means that the other
/// process is gone; a child then ends itself.
///
/// To use: poll fd() for POLLIN (and POLLOUT while wants_write()); then call receive() or flush().
/// Threads: belongs to one thread.
class ENGINERY_API LauncherLink {
 public:
  explicit LauncherLink(int fd);

  int fd() const noexcept { return fd_.get(); }
  /// True once the other end is gone and all that it had sent was received.
  bool closed() const noexcept { return closed_; }
  bool wants_write() const noexcept { return !closed_ && !unsent_.empty(); }

  /// Never blocks: what the socket does not take at once goes with the next flush(). To a closed link it does nothing.
  void send(const LauncherMessage& message);
  void flush();
  /// All messages that have come whole; never blocks. Throws ProtocolError for a line that is none or exceeds 1 MiB.
  std::vector<LauncherMessage> receive();

 private:
  Descriptor fd_;
  bool closed_ = false;
  std::string unsent_, partial_;
};

}  // namespace enginery::cluster
