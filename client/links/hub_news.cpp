// client/links/hub_news.cpp: what the hub publishes, heard for as long as the client lives.
#include "client/links/hub_news.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "core/wire/hub_wire.hpp"

namespace enginery {
namespace {

using namespace std::chrono_literals;
/// Six times what lies between two heartbeats.
constexpr session::Time kHubSilence = 3s;
constexpr session::Time kLongestSilence = 1min;
/// So many subscriptions at once: those of a hub that is stopped for minutes.
constexpr std::size_t kMost = 8;

}  // namespace

HubNews::HubNews(cluster::Address hub, transport::Subscriber::OnMessage on_message, std::function<void()> on_silence)
    : hub_(std::move(hub)),
      on_message_(std::move(on_message)),
      on_silence_(std::move(on_silence)),
      heard_(ClientClock::now()),
      patience_(kHubSilence) {}

HubNews::~HubNews() { end(); }

void HubNews::subscribe() {
  auto subscriber =
      std::make_unique<transport::Subscriber>(hub_, wire::kHubTopic, [this](const Bytes& message) { hear(message); });
  std::unique_ptr<transport::Subscriber> oldest;  // ended after the lock is let go: that waits for hear()
  const std::lock_guard lock(mutex_);
  subscribers_.push_back(std::move(subscriber));
  if (subscribers_.size() <= kMost) return;
  oldest = std::move(subscribers_.front());
  subscribers_.erase(subscribers_.begin());
}

void HubNews::end() {
  std::vector<std::unique_ptr<transport::Subscriber>> subscribers;  // likewise
  const std::lock_guard lock(mutex_);
  ended_ = true;
  subscribers.swap(subscribers_);
}

void HubNews::hear(const Bytes& message) {
  {
    const std::lock_guard lock(mutex_);
    heard_ = ClientClock::now();
    patience_ = kHubSilence;
  }
  on_message_(message);
}

session::Time HubNews::tick() {
  const session::Time now = ClientClock::now();
  std::unique_lock lock(mutex_);
  if (ended_) return session::kNever;
  const bool silent = now >= heard_ + patience_;
  if (silent) {
    heard_ = now;
    patience_ = std::min(2 * patience_, kLongestSilence);
  }
  // Also while its patience is long: when something is heard meanwhile, it is short again.
  const session::Time next = std::min(heard_ + patience_, now + kHubSilence);
  lock.unlock();
  if (silent) on_silence_();
  return next;
}

}  // namespace enginery
