// client/links/hub_news.hpp: what the hub publishes, heard for as long as the client lives.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "client/links/client_clock.hpp"
#include "core/clusters/address.hpp"
#include "core/session/limits.hpp"
#include "core/transport/subscriber.hpp"

namespace enginery {

/// A hub speaks every half second, and what follows one that died does so at its address. NNG dials again by itself,
/// but not for certain: the death of a peer can wedge the thread that does. So who hears nothing for a while is told,
/// subscribes anew, and asks the hub what it missed; again after twice that time, for a hub that is stopped.
///
/// Threads: all functions from any.
class HubNews : public Ticking {
 public:
  /// `on_message` is called as transport::Subscriber says; while there is more than one subscription, also by several
  /// threads at once and with the same again. `on_silence` must not block.
  HubNews(cluster::Address hub, transport::Subscriber::OnMessage on_message, std::function<void()> on_silence);
  ~HubNews() override;
  HubNews(const HubNews&) = delete;
  HubNews& operator=(const HubNews&) = delete;

  /// Subscribes once more. Former subscriptions stay for a while: that of a hub which was stopped is heard again when
  /// it goes on, and one that was never greeted would, by its end, kill the hub's listener. May block as an end does.
  void subscribe();
  /// No call of `on_message` runs any more, and none comes. Requires: subscribe() is not called then.
  void end();
  session::Time tick() override;

 private:
  void hear(const Bytes& message);

  const cluster::Address hub_;
  const transport::Subscriber::OnMessage on_message_;
  const std::function<void()> on_silence_;
  std::mutex mutex_;
  session::Time heard_, patience_;
  bool ended_ = false;
  std::vector<std::unique_ptr<transport::Subscriber>> subscribers_;  // the newest last
};

}  // namespace enginery
