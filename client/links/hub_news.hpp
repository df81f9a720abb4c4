// client/links/hub_news.hpp: what the hub publishes, heard for as long as the client lives.
#pragma once

#include <chrono>
#include <functional>
#include <utility>

#include "client/links/client_clock.hpp"
#include "core/transport/subscription.hpp"
#include "core/wire/hub_wire.hpp"

namespace enginery {

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

}  // namespace enginery
