// client/links/delivery_turn.hpp: one delivery of a file to a host at a time.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "core/delivery/content_hash.hpp"

namespace enginery {

/// Waits for the given time, or until nobody wants the delivery any more; whether it is wanted.
using GoOn = std::function<bool(std::chrono::milliseconds)>;

/// The engines of a host share a cache, so whoever brings a file to one of them brings it to all, and the others wait
/// for that instead of sending it too: in this process, whichever client it is. A turn that moves nothing for 2 s is
/// passed on, so that a stopped engine holds up no other.
///
/// Threads: an object belongs to one thread.
class DeliveryTurn {
 public:
  /// Waits for the turn, or until it is not wanted any more.
  DeliveryTurn(const std::string& host, const modules::ContentHash& hash, const GoOn& go_on);
  ~DeliveryTurn();
  DeliveryTurn(const DeliveryTurn&) = delete;
  DeliveryTurn& operator=(const DeliveryTurn&) = delete;

  /// Somebody else had it, and may have brought the file.
  bool waited() const { return waited_; }
  void moved();

 private:
  struct Turns;
  using Key = std::pair<std::string, modules::ContentHash>;
  static Turns& turns();

  const Key key_;
  bool waited_ = false;
  std::uint64_t number_ = 0;
};

}  // namespace enginery
