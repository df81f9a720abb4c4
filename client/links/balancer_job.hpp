// client/links/balancer_job.hpp: what a Balancer has of a call or a map, and of one of their pieces on an engine.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "client/links/balancer.hpp"

namespace enginery {

struct Balancer::Job {
  scheduling::JobId id;
  Work work;
  Placement placement;
  std::shared_ptr<Future> call{};  // one of the two
  std::shared_ptr<MapFuture> map{};
  MapItems items{};
  std::optional<wire::Packed> packed{};
  std::map<scheduling::JobId, AwaitedResult> awaited{};
  std::vector<ResultArgument> arguments{};
  std::map<std::uint64_t, std::vector<std::string>> deaths{};  // of items that took engines along
  std::uint64_t ahead = 0;                                     // items of an open map
  int looks = 0;                                               // in a row that found nobody who comes
  std::string nobody{};                                        // why no engine comes

  std::string what(scheduling::Items these) const {
    if (!map) return fmt::format("task '{}'", placement.label);
    if (these.count == 1) return fmt::format("item {} of '{}'", these.first, placement.label);
    return fmt::format("items {} to {} of '{}'", these.first, these.end() - 1, placement.label);
  }
};

/// A piece on an engine.
struct Balancer::Attempt : TaskObserver, std::enable_shared_from_this<Attempt> {
  Attempt(std::weak_ptr<Balancer> given, const scheduling::Send& sent, Asked given_asked, bool given_is_map)
      : balancer(std::move(given)), piece(sent), asked(std::move(given_asked)), is_map(given_is_map) {}
  void on_end() override {
    if (const auto alive = balancer.lock()) alive->ended(shared_from_this());
  }

  const std::weak_ptr<Balancer> balancer;
  const scheduling::Send piece;
  const Asked asked;
  const bool is_map;
  Pending pending;
  std::shared_ptr<const MapChunk> chunk{};  // of a map, once it has ended
};

template <class Event>
void Balancer::handle(const Event& event) {
  scheduling::Actions actions;
  Lock lock(mutex_);
  if (over_) return;
  event(actions);
  perform(actions);
  release(lock);
}

}  // namespace enginery
