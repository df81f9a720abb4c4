// client/engines.cpp: the engines that a client knows of, always current, and its links to them.
#include "client/engines.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <enginery/errors.hpp>
#include <enginery/task_handle.hpp>

#include "core/cluster/hub_addresses.hpp"

namespace enginery {
namespace {

using namespace std::chrono_literals;
constexpr auto kFarewell = 500ms;
constexpr Seconds kAttempt = 1s;

wire::HubReply to_snapshot(transport::Message answer) {
  wire::HubReply reply = wire::decode_hub_reply(wire::open_frame(std::move(answer).share()));
  if (!reply.ok)
    throw ConnectionError("the hub refused to list its engines: " + reply.words +
                          "; use one version of enginery on both sides");
  return reply;
}

}  // namespace

std::shared_ptr<Engines> Engines::connect(Connection connection, std::chrono::milliseconds timeout) {
  auto engines = std::make_shared<Engines>(std::move(connection));
  engines->start(timeout);
  return engines;
}

Engines::Engines(Connection connection)
    : connection_(std::move(connection)),
      clock_(std::make_shared<LinkClock>()),
      continuations_(std::make_shared<Continuations>()) {}

void Engines::start(Seconds timeout) {
  // First the changes, then the snapshot: whatever happens in between is repeated by one of them.
  const cluster::HubAddresses hub = cluster::hub_addresses(connection_);
  subscriber_ = std::make_unique<transport::Subscriber>(hub.notifications, wire::kHubTopic,
                                                        [this](const Bytes& message) { on_change(message); });
  // A listener that a stranger's probe has just ended lets us in and stays silent until its guard notices, so a short
  // silence is answered by a new connection.
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  for (;;) {
    const Seconds left = deadline - std::chrono::steady_clock::now();
    const double patience = std::max(std::min(kAttempt, left), Seconds(0.01)).count();
    try {
      hub_ = transport::connect(hub.requests, patience);
      apply(to_snapshot(transport::request(*hub_, wire::encode(wire::HubRequest{}), patience)));
      return;
    } catch (const TimeoutError&) {
      if (left <= kAttempt)
        throw TimeoutError(
            fmt::format("the hub of cluster '{}' did not answer within {} s; its process may be stopped, or have no "
                        "descriptors left (ulimit -n). `enginery stop --name {}` ends it",
                        connection_.cluster, timeout.count(), connection_.cluster));
    }
  }
}

Engines::~Engines() {
  subscriber_.reset();
  output_feed_.reset();
  std::vector<std::shared_ptr<EngineLink>> links;
  {
    const std::lock_guard lock(mutex_);
    for (auto* known : {&alive_, &dead_})
      for (const auto& [id, link] : *known) links.push_back(link);
    alive_.clear();
    dead_.clear();
  }
  for (const auto& link : links) link->close();
  // The farewells are answered at once, and then a socket must be silent for a while before NNG can close it.
  const auto deadline = std::chrono::steady_clock::now() + kFarewell;
  const auto quiet = [&] {
    if (hub_ && !hub_->quiet()) return false;
    for (const auto& link : links)
      if (!link->quiet()) return false;
    return true;
  };
  {
    std::unique_lock lock(mutex_);
    while (!quiet() && std::chrono::steady_clock::now() < deadline) changed_.wait_for(lock, 2ms);
  }
  clock_->stop();
  continuations_->finish();
}

std::vector<int> Engines::ids() const {
  const std::lock_guard lock(mutex_);
  std::vector<int> ids;
  ids.reserve(alive_.size());
  for (const auto& [id, link] : alive_) ids.push_back(id);
  return ids;
}

std::shared_ptr<EngineLink> Engines::link(int id) const {
  const std::lock_guard lock(mutex_);
  for (const auto* known : {&alive_, &dead_})
    if (const auto found = known->find(id); found != known->end()) return found->second;
  std::vector<int> ids;
  for (const auto& [known, link] : alive_) ids.push_back(known);
  throw IndexError(fmt::format("there is no engine {}; the engines of cluster '{}' are [{}]", id, connection_.cluster,
                               fmt::join(ids, ", ")));
}

std::vector<std::shared_ptr<EngineLink>> Engines::links() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::shared_ptr<EngineLink>> links;
  for (const auto& [id, link] : alive_) links.push_back(link);
  return links;
}

OutputFeed& Engines::output_feed() {
  const std::lock_guard lock(mutex_);
  if (!output_feed_) output_feed_ = std::make_unique<OutputFeed>();
  return *output_feed_;
}

void Engines::tell_output_feed() {
  std::unique_lock lock(mutex_);
  OutputFeed* const feed = output_feed_.get();
  lock.unlock();
  if (feed) feed->engines_changed();
}

void Engines::wait_for(std::size_t count, std::optional<std::chrono::steady_clock::time_point> deadline) const {
  std::unique_lock lock(mutex_);
  const auto there = [&] { return alive_.size() >= count; };
  if (!deadline) return changed_.wait(lock, there);
  if (!changed_.wait_until(lock, *deadline, there))
    throw TimeoutError(fmt::format("{} of {} engines registered in time; `enginery status --name {}` shows them",
                                   alive_.size(), count, connection_.cluster));
}

void Engines::add(const wire::EngineEntry& engine, std::vector<std::shared_ptr<EngineLink>>& replaced) {
  auto& slot = alive_[engine.id];
  if (slot && slot->engine().uuid == engine.uuid) return;
  if (slot) replaced.push_back(slot);
  slot = std::make_shared<EngineLink>(engine, reach_of(engine, connection_), clock_, continuations_);
  clock_->add(slot);
  dead_.erase(engine.id);
}

void Engines::apply(const wire::HubReply& snapshot) {
  std::vector<std::shared_ptr<EngineLink>> replaced;
  {
    const std::lock_guard lock(mutex_);
    asking_ = false;
    epoch_ = snapshot.epoch;
    number_ = snapshot.number;
    for (const wire::EngineEntry& engine : snapshot.engines) add(engine, replaced);
    std::erase_if(alive_, [&](const auto& known) {
      for (const wire::EngineEntry& engine : snapshot.engines)
        if (engine.id == known.first) return false;
      replaced.push_back(known.second);
      dead_[known.first] = known.second;
      return true;
    });
    changed_.notify_all();
  }
  for (const auto& link : replaced) link->die("the hub no longer lists it");
  tell_output_feed();
}

void Engines::ask_for_snapshot() {
  hub_->send(wire::encode(wire::HubRequest{}),
             [alive = weak_from_this()](transport::Message answer, const char* failure) {
               const auto self = alive.lock();
               if (!self) return;
               try {
                 if (!failure) return self->apply(to_snapshot(std::move(answer)));
               } catch (const Error&) {
                 // The next heartbeat shows the gap again.
               }
               const std::lock_guard lock(self->mutex_);
               self->asking_ = false;
             });
}

void Engines::on_change(const Bytes& message) {
  wire::Change change;
  try {
    change = wire::decode_change(wire::open_frame(message));
  } catch (const ProtocolError&) {
    return;  // the numbers show what was lost
  }
  std::vector<std::shared_ptr<EngineLink>> replaced;
  std::shared_ptr<EngineLink> left;
  bool ask = false;
  {
    const std::lock_guard lock(mutex_);
    if (!epoch_) return;  // the first snapshot is on its way and knows better
    const bool heartbeat = change.event == wire::ChangeEvent::heartbeat;
    if (change.epoch != *epoch_ || change.number > number_ + (heartbeat ? 0 : 1)) {
      ask = !std::exchange(asking_, true);
    } else if (!heartbeat && change.number == number_ + 1) {
      number_ = change.number;
      if (change.event == wire::ChangeEvent::joined) {
        add(change.engine, replaced);
      } else if (const auto found = alive_.find(change.engine.id);
                 found != alive_.end() && found->second->engine().uuid == change.engine.uuid) {
        left = found->second;
        dead_[change.engine.id] = left;
        alive_.erase(found);
      }
      changed_.notify_all();
    }
  }
  if (ask) ask_for_snapshot();
  if (left) left->die(change.how, std::move(change.last));
  for (const auto& link : replaced) link->die("it was restarted");
  if (change.event != wire::ChangeEvent::heartbeat) tell_output_feed();
}

}  // namespace enginery
