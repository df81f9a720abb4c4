// client/links/hub_line.hpp: what a client asks the hub and hears of it, and whether it is worth waiting for more.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include <enginery/connection.hpp>
#include <enginery/task_handle.hpp>

#include "client/links/client_clock.hpp"
#include "core/session/limits.hpp"
#include "core/session/standstill.hpp"
#include "core/transport/line.hpp"
#include "core/transport/subscription.hpp"
#include "core/wire/hub_wire.hpp"

namespace enginery {

/// Threads: all functions from any.
class HubLine {
 public:
  explicit HubLine(const Connection& connection);

  /// A hub that has just died is waited for, since its launcher starts it anew. What changes something is sent once.
  /// Throws ConnectionError: there is no hub, or what it says is not understood; TimeoutError. Whether the hub's answer
  /// is `ok` is for the caller to see.
  wire::HubReply ask(const wire::HubRequest& request, Seconds timeout);
  /// What the hub says within two seconds, and before `deadline`; nothing if none answers: it may be being started
  /// anew.
  std::optional<wire::HubReply> look(std::optional<std::chrono::steady_clock::time_point> deadline);
  /// The client ends.
  void end(std::chrono::steady_clock::time_point deadline) { line_.end(deadline); }

 private:
  const Connection connection_;
  transport::Line line_;
};

/// A hub speaks every half second, and what follows one that died does so at its address. Threads: all functions from
/// any.
class HubNews : public Ticking {
 public:
  /// `on_silence`, in a thread of its own: something was perhaps missed.
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

/// How long a hub has been silent. Time in which this process itself stood still does not count: it heard nobody.
class HubSilence {
 public:
  /// As of engines that are dead then; a hub that follows one that died speaks long before.
  static constexpr session::Time kDeadAfter = std::chrono::seconds(15);

  explicit HubSilence(session::Time now) : standstill_(now), since_(now) {}
  /// Whether it lasts for kDeadAfter; `heard`: when the hub was heard last. To be asked every second or more often.
  bool is_long(session::Time now, session::Time heard);

 private:
  session::Standstill standstill_;
  session::Time since_;
};

/// Of a wait that has no other end. Threads: one.
class ClusterWatch {
 public:
  /// Requires: `connection` outlives this.
  ClusterWatch(const Connection& connection, session::Time now);
  /// Why nothing comes any more, in words; nothing while something may. Where the launcher's process can be seen, that
  /// tells within a moment. To be asked every second or more often.
  std::optional<std::string> ended(session::Time now, session::Time heard);

 private:
  const Connection& connection_;
  HubSilence silence_;
};

}  // namespace enginery
