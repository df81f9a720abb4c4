// hub/launcher_clerk.hpp: what the hub and its launcher tell each other.
#pragma once

#include <poll.h>

#include <map>
#include <vector>

#include "core/clusters/launcher_link.hpp"

namespace enginery::hub {

/// Knows which engines the launcher started, and holds the link to it. Without a launcher it sends nothing and receives
/// nothing.
///
/// Threads: belongs to one thread at a time.
class LauncherClerk {
 public:
  /// `link` may be null, and outlives this.
  explicit LauncherClerk(cluster::LauncherLink* link) : link_(link) {}

  /// The launcher's news, to be noted here before anything else is made of them.
  void note(const cluster::Spawned& spawned) { pids_[spawned.id] = spawned.pid; }
  void note(const cluster::Died& died) { pids_[died.id] = 0; }  // who joins under this id now is not its child

  /// True if the launcher can start an engine of this id.
  bool can_start(int id) const { return link_ && pids_.contains(id); }
  /// True if this process is the one that the launcher started last under this id, and has not ended.
  bool started(int id, int pid) const {
    const auto child = pids_.find(id);
    return child != pids_.end() && child->second == pid;
  }

  /// Never blocks.
  void tell(const cluster::LauncherMessage& message) {
    if (link_) link_->send(message);
  }
  /// All that has come; never blocks. Throws as LauncherLink::receive().
  std::vector<cluster::LauncherMessage> hear() {
    return link_ ? link_->receive() : std::vector<cluster::LauncherMessage>();
  }
  void flush() {
    if (link_) link_->flush();
  }
  bool gone() const { return link_ && link_->closed(); }
  bool wants_write() const { return link_ && link_->wants_write(); }
  /// What to poll for the link.
  pollfd polled() const {
    return {link_ ? link_->fd() : -1, static_cast<short>(POLLIN | (wants_write() ? POLLOUT : 0)), 0};
  }

 private:
  cluster::LauncherLink* link_;
  std::map<int, int> pids_;  // by id; 0: it ended
};

}  // namespace enginery::hub
