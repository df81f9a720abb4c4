// client/links/engines.cpp: the engines that a client knows of, always current, and its links to them.
//
// The hub numbers its changes. Whoever has the snapshot of number n and all changes since knows the engines; when a
// number is missing, a thread asks for a new snapshot. A new hub has a new epoch, and counts from the beginning. It may
// not have heard of all engines yet: those that it still awaits count as alive.
#include "client/links/engines.hpp"

#include <algorithm>
#include <set>
#include <system_error>
#include <thread>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/clusters/address.hpp"
#include "core/transport/forked.hpp"

namespace enginery {
namespace {

using namespace std::chrono_literals;
constexpr auto kFarewell = 500ms;
/// For a snapshot that a gap asked for.
constexpr Seconds kSnapshot = 2s;

/// Engines find a new hub within moments, or after the 2 s that they give a silent one.
constexpr Seconds kSettling = 3s;
constexpr auto kUntilSettled = 50ms;

const wire::HubReply& checked(const wire::HubReply& snapshot) {
  if (!snapshot.ok)
    throw ConnectionError("the hub refused to list its engines: " + snapshot.words +
                          "; use one version of enginery on both sides");
  return snapshot;
}

/// Whether the hub replaced one that died, and has not yet heard of all engines.
bool awaits_some(const wire::HubReply& snapshot) {
  return std::ranges::any_of(snapshot.absent, [](const auto& one) { return one.state == wire::Absence::awaited; });
}

/// Whether the hub says that this very process is there, or may be.
bool is_known(const wire::HubReply& snapshot, int id, const Uuid& uuid) {
  const auto is_it = [&](const auto& engine) { return engine.id == id && engine.uuid == uuid; };
  return std::ranges::any_of(snapshot.engines, is_it) ||
         std::ranges::any_of(snapshot.absent, [&](const wire::AbsentEngine& engine) {
           return engine.state == wire::Absence::awaited && is_it(engine);
         });
}

}  // namespace

std::shared_ptr<Engines> Engines::connect(Connection connection, std::chrono::milliseconds timeout) {
  transport::refuse_if_forked();
  // A forked child has neither the threads nor the sockets that the destructor would end.
  const std::shared_ptr<Engines> engines(new Engines(std::move(connection)), [](Engines* done) {
    transport::forked() ? transport::abandon(done) : delete done;
  });
  engines->start(timeout);
  return engines;
}

Engines::Engines(Connection connection)
    : connection_(std::move(connection)),
      clock_(std::make_shared<ClientClock>()),
      continuations_(std::make_shared<Continuations>()),
      hub_(std::make_shared<HubLine>(connection_)) {}

void Engines::start(Seconds timeout) {
  // First subscribe, then ask for the snapshot: so a change in between is in one of the two.
  const cluster::HubAddresses hub = cluster::hub_addresses(connection_);
  news_ = std::make_shared<HubNews>(
      hub.notifications, [this](const Bytes& message) { on_change(message); },
      [weak = weak_from_this()] {
        const auto begins = [&] {
          const auto self = weak.lock();
          return self && self->begin_to_ask();
        };
        if (begins()) ask_for_snapshot(weak);
      });
  clock_->add(news_);
  clock_->arm(news_->tick());
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  const Seconds young = std::clamp<Seconds>(kSettling - connection_.hub.process.age(), Seconds(0), kSettling);
  const auto settled = std::chrono::steady_clock::now() + std::min(timeout, young);
  wire::HubReply snapshot = checked(hub_->ask({}, timeout));
  while (awaits_some(snapshot) && std::chrono::steady_clock::now() < settled) {
    std::this_thread::sleep_for(kUntilSettled);
    snapshot = checked(hub_->ask({}, deadline - std::chrono::steady_clock::now()));
  }
  apply(snapshot);
}

Balancer& Engines::balancer() {
  const auto lock = hold();
  if (!balancer_)
    balancer_ = std::make_shared<Balancer>(
        Balancer::Cluster{[this] { return links(); },
                          [this](const std::optional<std::vector<int>>& ids) { return nobody_comes(ids); }},
        clock_, continuations_);
  return *balancer_;
}

void Engines::tell_of_change() {
  output_feed_->engines_changed();
  const std::lock_guard lock(mutex_);
  if (balancer_) balancer_->engines_changed();
}

Engines::~Engines() {
  if (balancer_) balancer_->end();
  if (news_) news_->end();
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
  const auto deadline = std::chrono::steady_clock::now() + kFarewell;
  for (const auto& link : links) link->end(deadline);
  hub_->end(deadline);
  clock_->stop();
  continuations_->finish();
}

std::vector<int> Engines::living() const {
  std::vector<int> ids;
  ids.reserve(alive_.size());
  for (const auto& [id, link] : alive_)
    if (!link->dead()) ids.push_back(id);
  return ids;
}

std::unique_lock<std::mutex> Engines::hold() const {
  transport::refuse_if_forked();
  return std::unique_lock(mutex_);
}

std::vector<int> Engines::ids() const {
  const auto lock = hold();
  return living();
}

std::shared_ptr<EngineLink> Engines::link(int id) const {
  const auto lock = hold();
  for (const auto* known : {&alive_, &dead_})
    if (const auto found = known->find(id); found != known->end()) return found->second;
  throw IndexError(fmt::format("there is no engine {}; the engines of cluster '{}' are [{}]", id, connection_.cluster,
                               fmt::join(living(), ", ")));
}

NoEnginesRegistered Engines::none(std::string_view who) const {
  const auto lock = hold();
  const std::string& cluster = connection_.cluster;
  std::set<int> ids;
  for (const auto* known : {&alive_, &dead_})
    for (const auto& [id, link] : *known)
      if (link->dead()) ids.insert(id);
  if (ids.empty())
    return NoEnginesRegistered(fmt::format(
        "{} has no engines; `enginery engine --name {}` adds one, wait_for_engines(n) waits for some", who, cluster));
  return NoEnginesRegistered(
      fmt::format("{} has no engines left: [{}] died. `enginery status --name {}` shows whether they are started anew, "
                  "and wait_for_engines(n) waits for them; `enginery engine --name {}` adds one",
                  who, fmt::join(ids, ", "), cluster, cluster));
}

int Engines::resolve(int id) const {
  auto lock = hold();
  if (alive_.contains(id) || dead_.contains(id)) return id;
  const std::vector<int> ids = living();
  lock.unlock();
  if (ids.empty()) throw none(fmt::format("cluster '{}'", connection_.cluster));
  if (id >= 0) return link(id)->engine().id;  // throws, unless it has just joined
  const std::size_t from_end = -static_cast<std::size_t>(id);
  if (from_end <= ids.size()) return ids[ids.size() - from_end];
  throw IndexError(fmt::format("index {} counts beyond the {} engines [{}]; -{} is the first", id, ids.size(),
                               fmt::join(ids, ", "), ids.size()));
}

std::vector<std::shared_ptr<EngineLink>> Engines::links() const {
  const auto lock = hold();
  std::vector<std::shared_ptr<EngineLink>> links;
  for (const auto& [id, link] : alive_)
    if (!link->dead()) links.push_back(link);
  return links;
}

Uuid Engines::known(int id) const {
  const auto found = alive_.find(id);
  return found == alive_.end() ? Uuid{} : found->second->engine().uuid;
}

void Engines::wake() const {
  const std::lock_guard lock(mutex_);
  changed_.notify_all();
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
  const char* how = "the hub no longer lists it";
  {
    const std::lock_guard lock(mutex_);
    heard_ = ClientClock::now();
    asking_ = false;
    if (epoch_ == snapshot.epoch && snapshot.number < number_) return;  // a change came while it was on its way
    if (epoch_ && *epoch_ != snapshot.epoch) how = "it ended while the cluster had no hub";
    epoch_ = snapshot.epoch;
    number_ = snapshot.number;
    for (const wire::EngineEntry& engine : snapshot.engines) add(engine, replaced);
    std::erase_if(alive_, [&](const auto& known) {
      if (is_known(snapshot, known.first, known.second->engine().uuid)) return false;
      replaced.push_back(known.second);
      dead_[known.first] = known.second;
      return true;
    });
    changed_.notify_all();
  }
  for (const auto& link : replaced) link->die(how);
  tell_of_change();
}

bool Engines::begin_to_ask() {
  const std::lock_guard lock(mutex_);
  return !std::exchange(asking_, true);
}

void Engines::ask_for_snapshot(const std::weak_ptr<Engines>& engines) {
  std::shared_ptr<HubLine> hub;
  if (const auto self = engines.lock()) hub = self->hub_;
  wire::HubReply snapshot;
  snapshot.ok = false;
  try {
    if (hub) snapshot = hub->ask({}, kSnapshot);
  } catch (const std::exception&) {
    // There is no hub, or no descriptor to ask it with. The next heartbeat or the next silence tries again.
  }
  const auto self = engines.lock();
  if (!self) return;
  if (snapshot.ok) return self->apply(snapshot);
  for (const auto& link : self->links()) link->look();  // without a hub, nobody else reports deaths
  const std::lock_guard lock(self->mutex_);
  self->asking_ = false;
}

void Engines::on_change(const Bytes& message) {
  wire::Change change;
  try {
    change = wire::decode_change(wire::open_frame(message));
  } catch (const ProtocolError&) {
    return;  // the next number shows that a change is missing
  }
  std::vector<std::shared_ptr<EngineLink>> replaced;
  std::shared_ptr<EngineLink> left;
  bool ask = false;
  {
    const std::lock_guard lock(mutex_);
    heard_ = ClientClock::now();
    if (!epoch_) return;  // the first snapshot is on its way and has this change
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
  if (ask) {
    try {
      std::thread([weak = weak_from_this()] { ask_for_snapshot(weak); }).detach();
    } catch (const std::system_error&) {  // there are no more threads
      const std::lock_guard lock(mutex_);
      asking_ = false;
    }
  }
  if (left) left->die(change.how, std::move(change.last));
  for (const auto& link : replaced) link->die("it was restarted");
  if (change.event != wire::ChangeEvent::heartbeat) tell_of_change();
}

}  // namespace enginery
