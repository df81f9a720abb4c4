// client/links/hub_line.hpp: what a client asks the hub and hears of it, and whether it is worth waiting for more.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include <enginery/connection.hpp>
#include <enginery/task_handle.hpp>

#include "client/links/client_threads.hpp"
#include "core/session/limits.hpp"
#include "core/transport/line.hpp"
#include "core/transport/subscription.hpp"
#include "core/wire/hub_wire.hpp"

namespace enginery {

/// Threads: all functions from any.
class HubLine {
 public:
  explicit HubLine(const Connection& connection);

  /// Waits also for a hub that has just died, since the launcher starts it anew. A request that changes something is
  /// sent once. Throws TimeoutError; ConnectionError if there is no hub or its answer is not understood. The caller
  /// checks whether the answer is `ok`.
  wire::HubReply ask(const wire::HubRequest& request, Seconds timeout);
  /// The hub's snapshot; nothing if it does not answer within two seconds, or before `deadline`: the launcher may be
  /// starting it anew.
  std::optional<wire::HubReply> look(std::optional<std::chrono::steady_clock::time_point> deadline);
  /// Closes the line, at the client's end.
  void end(std::chrono::steady_clock::time_point deadline) { line_.end(deadline); }

 private:
  const Connection connection_;
  transport::Line line_;
};

/// A hub publishes something every half second. A new hub does so at the address of the one that it replaces.
///
/// Threads: all functions from any.
class HubNews : public Ticking {
 public:
  /// `on_silence` is called in a thread of its own: perhaps a message was missed.
  HubNews(cluster::Address hub, transport::Subscription::OnMessage on_message, std::function<void()> on_silence)
      : subscription_(std::move(hub), wire::kHubTopic, std::move(on_message), {kSilence, std::move(on_silence)}) {}

  /// No message comes any more.
  void end() { subscription_.end(); }
  session::Time tick() override { return subscription_.tick(std::chrono::steady_clock::now()).time_since_epoch(); }

 private:
  /// Six times what lies between two heartbeats.
  static constexpr std::chrono::seconds kSilence{3};

  transport::Subscription subscription_;
};

/// How long a hub has been silent. Time in which this process itself stood still does not count: it could hear nobody.
class HubSilence {
 public:
  /// The same limit as for engines. A new hub that replaces a dead one speaks long before that.
  static constexpr session::Time kDeadAfter = std::chrono::seconds(15);

  explicit HubSilence(session::Time now) : standstill_(now), since_(now) {}
  /// Whether the silence has lasted for kDeadAfter. `heard`: when the hub was heard last. Call this at least every
  /// second.
  bool is_long(session::Time now, session::Time heard);

 private:
  session::Standstill standstill_;
  session::Time since_;
};

/// Whether it is worth waiting for a cluster any longer. Threads: one.
class ClusterWatch {
 public:
  /// Requires: `connection` outlives this.
  ClusterWatch(const Connection& connection, session::Time now);
  /// Why nothing can come any more, as a message; nothing while something may. Finds a dead launcher on this host at
  /// once. Call this at least every second.
  std::optional<std::string> ended(session::Time now, session::Time heard);

 private:
  const Connection& connection_;
  HubSilence silence_;
};

}  // namespace enginery
