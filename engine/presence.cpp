// engine/presence.cpp: an engine's place at the hub, also at one that follows a hub that died.
#include "engine/presence.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <memory>
#include <thread>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include <enginery/errors.hpp>

#include "core/transport/check.hpp"

namespace enginery::engine {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto kRegistration = 10s;
constexpr double kDialSeconds = 3;
/// The hub answers a presence within a second; longer silence is a connection that leads nowhere. A request that is
/// made just after the hub died fails by nothing else.
constexpr double kSilenceSeconds = 2;
constexpr double kFarewellSeconds = 0.5;
/// Between attempts to reach a hub that is being started anew.
constexpr std::chrono::milliseconds kRetry = 20ms, kLongestRetry = 1s;

/// The hub's answer was no.
class Refused : public ConnectionError {
  using ConnectionError::ConnectionError;
};

/// It was the hub's last.
class ClusterEnded : public ConnectionError {
  using ConnectionError::ConnectionError;
};

wire::HubReply ask(transport::Requester& hub, wire::HubOp op, const wire::EngineEntry& self, double seconds) {
  messages::Message answer = transport::request(hub, wire::encode(wire::HubRequest{op, self}), seconds);
  wire::HubReply reply = wire::decode_hub_reply(wire::open_frame(std::move(answer).share()));
  if (!reply.ok && reply.ename == wire::kClusterEnded) throw ClusterEnded(reply.words);
  return reply;
}

/// Registers over a line that is there; the id that the hub gives.
int enlist(transport::Requester& hub, const wire::EngineEntry& self) {
  const wire::HubReply reply = ask(hub, wire::HubOp::register_engine, self, kSilenceSeconds);
  if (!reply.ok) throw Refused("the hub refused this engine: " + reply.words);
  return reply.id;
}

/// Registers over a new line.
std::pair<std::shared_ptr<transport::Requester>, int> enlist(const cluster::Address& hub,
                                                             const wire::EngineEntry& self) {
  std::shared_ptr<transport::Requester> line = transport::connect(hub, kDialSeconds);
  const int id = enlist(*line, self);
  return {std::move(line), id};
}

void say_goodbye(transport::Requester& hub, const wire::EngineEntry& self) noexcept try {
  ask(hub, wire::HubOp::goodbye, self, kFarewellSeconds);
} catch (const std::exception&) {
  // Who is silent will be missed.
}

/// Until the connection breaks. `heard`: when the hub answered last.
[[noreturn]] void stay(transport::Requester& hub, const wire::EngineEntry& self, Clock::time_point& heard) {
  for (;; heard = Clock::now())
    if (!ask(hub, wire::HubOp::presence, self, kSilenceSeconds).ok) enlist(hub, self);
}

}  // namespace

Presence::Presence(cluster::Address hub, wire::EngineEntry self) : hub_(std::move(hub)), self_(std::move(self)) {
  for (const auto deadline = Clock::now() + kRegistration;;) {
    try {
      std::tie(line_, self_.id) = enlist(hub_, self_);
      return;
    } catch (const Refused&) {
      throw;
    } catch (const ClusterEnded&) {
      throw;
    } catch (const transport::NotOfThisCluster&) {
      throw;
    } catch (const Error&) {
      if (Clock::now() > deadline) throw;
    }
    std::this_thread::sleep_for(kRetry);  // a hub that died is being started anew
  }
}

void Presence::keep(std::optional<std::chrono::milliseconds> patience,
                    std::function<void(End end, const std::string& words)> on_end) {
  std::thread([hub = hub_, self = self_, line = std::move(line_), patience, on_end = std::move(on_end)]() mutable {
    auto heard = Clock::now();
    for (auto retry = kRetry;; retry = std::min(2 * retry, kLongestRetry)) {
      try {
        if (!line) line = enlist(hub, self).first;
        retry = kRetry;
        stay(*line, self, heard);
      } catch (const Refused& refused) {
        return on_end(End::unwanted, refused.what());
      } catch (const ClusterEnded& ended) {
        if (line) say_goodbye(*line, self);
        return on_end(End::cluster_ended, ended.what());
      } catch (const std::exception&) {
        line.reset();  // the hub is gone, or stopped, and another one will listen there; or memory was short
      }
      if (patience && Clock::now() - heard > *patience)
        return on_end(End::silence, fmt::format("nothing was heard of its hub for {:g} s",
                                                std::chrono::duration<double>(*patience).count()));
      std::this_thread::sleep_for(retry);
    }
  }).detach();
}

void Presence::leave() const noexcept try {
  say_goodbye(*transport::connect(hub_, kFarewellSeconds), self_);
} catch (const Error&) {
  // There is no hub to leave.
}

}  // namespace enginery::engine
