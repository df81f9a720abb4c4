// core/clusters/launcher_link.hpp: one end of the socketpair between the launcher and a child.
#pragma once

#include <string>
#include <vector>

#include <enginery/export.hpp>

#include "core/clusters/launcher_messages.hpp"
#include "core/processes/descriptor.hpp"

namespace enginery::cluster {

/// Messages as lines, both ways, on a socket that it owns and makes close-on-exec. End of file means
/// that the other process is gone: a child then ends itself.
///
/// To use: poll fd() for POLLIN (and POLLOUT while wants_write()); then call receive() or flush().
/// Threads: belongs to one thread.
class ENGINERY_API LauncherLink {
 public:
  explicit LauncherLink(int fd);

  int fd() const noexcept { return fd_.get(); }
  /// True once the other end is gone. What it had sent has then been received.
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
