// engine/presence.cpp: an engine's place at the hub, also at one that follows a hub that died.
//
// The engine always has one request open at the hub, which the hub answers about once a second. So each side notices
// the death of the other: the hub by a broken connection or by silence, the engine by a request that fails. After a
// failure the engine registers again under its old id and uuid, for as long as no hub refuses it.
#include "engine/presence.hpp"

#include <chrono>
#include <exception>
#include <memory>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "core/transport/failures.hpp"

namespace enginery::engine {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto kRegistration = 10s;
/// To reach a hub, which the launcher may be starting again.
constexpr auto kReach = 3s;
/// The hub answers a presence within a second; after longer silence the connection leads nowhere. A request that is
/// made just after the hub died fails only by this limit.
constexpr auto kSilence = 2s;
constexpr auto kFarewell = 500ms;
/// After a failure; the line itself pauses longer and longer between dials.
constexpr auto kRetry = 20ms;

/// The hub refused the engine.
class Refused : public ConnectionError {
  using ConnectionError::ConnectionError;
};

/// The hub's last answer: its cluster has ended.
class ClusterEnded : public Refused {
  using Refused::Refused;
};

wire::HubReply ask(transport::Line& hub, wire::HubOp op, const wire::EngineEntry& self, Clock::duration time,
                   const transport::Line::GoOn& go_on = {}) {
  messages::Message answer =
      hub.ask(wire::encode(wire::HubRequest{op, self}), Clock::now() + time, transport::Line::Repeat::no, go_on);
  wire::HubReply reply = wire::decode_hub_reply(wire::open_frame(std::move(answer).share()));
  if (!reply.ok && reply.ename == wire::kClusterEnded) throw ClusterEnded(reply.words);
  return reply;
}

/// Registers; the id that the hub gives.
int enlist(transport::Line& hub, const wire::EngineEntry& self) {
  const wire::HubReply reply = ask(hub, wire::HubOp::register_engine, self, kReach);
  if (!reply.ok) throw Refused("the hub refused this engine: " + reply.words);
  return reply.id;
}

void say_goodbye(transport::Line& hub, const wire::EngineEntry& self) noexcept try {
  ask(hub, wire::HubOp::goodbye, self, kFarewell, [] { return false; });
} catch (const std::exception&) {
  // Without a goodbye the hub notices the silence.
}

/// Until the hub is silent. `heard`: when it answered last.
[[noreturn]] void stay(transport::Line& hub, const wire::EngineEntry& self, Clock::time_point& heard) {
  for (;; heard = Clock::now())
    if (!ask(hub, wire::HubOp::presence, self, kSilence).ok) enlist(hub, self);
}

}  // namespace

Presence::Presence(cluster::Address hub, wire::EngineEntry self)
    : self_(std::move(self)), hub_(std::make_shared<transport::Line>(std::move(hub))) {
  for (const auto deadline = Clock::now() + kRegistration;;) {
    try {
      self_.id = enlist(*hub_, self_);
      return;
    } catch (const Refused&) {
      throw;
    } catch (const transport::NotOfThisCluster&) {
      throw;
    } catch (const Error&) {
      if (Clock::now() > deadline) throw;
      hub_->renew();
    }
  }
}

void Presence::keep(std::optional<std::chrono::milliseconds> patience,
                    std::function<void(End end, const std::string& words)> on_end) {
  std::thread([hub = hub_, self = self_, patience, on_end = std::move(on_end)] {
    auto heard = Clock::now();
    for (bool enlisted = true;;) {
      try {
        if (!std::exchange(enlisted, true)) enlist(*hub, self);
        stay(*hub, self, heard);
      } catch (const ClusterEnded& ended) {
        say_goodbye(*hub, self);
        return on_end(End::cluster_ended, ended.what());
      } catch (const Refused& refused) {
        return on_end(End::unwanted, refused.what());
      } catch (const std::exception&) {
        enlisted = false;  // the hub is gone or stopped, and another one will listen there; or memory was short
        hub->renew();
      }
      if (patience && Clock::now() - heard > *patience)
        return on_end(End::silence, fmt::format("nothing was heard of its hub for {:g} s",
                                                std::chrono::duration<double>(*patience).count()));
      std::this_thread::sleep_for(kRetry);
    }
  }).detach();
}

void Presence::leave() const noexcept { say_goodbye(*hub_, self_); }

}  // namespace enginery::engine
