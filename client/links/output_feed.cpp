// client/links/output_feed.cpp: what engines publish of their tasks' output, brought to the streams of a client.
#include "client/links/output_feed.hpp"

#include <algorithm>

#include <enginery/errors.hpp>

namespace enginery {

using namespace std::chrono_literals;
/// After an answer the mark comes at once or not at all. So long after it, the mark is asked for again.
constexpr auto kFirstPause = 2ms, kLongestPause = 50ms;

void OutputFeed::subscribe(const std::shared_ptr<EngineLink>& link) {
  // Destroyed after the lock is released: the destructor waits for callbacks.
  std::vector<std::shared_ptr<Source>> ended;
  const std::lock_guard subscribing(subscribing_);
  {
    const std::lock_guard lock(mutex_);
    std::erase_if(sources_, [&](const auto& one) {
      const bool dead = one.second->link->dead();
      if (dead) ended.push_back(one.second);
      return dead;
    });
    if (sources_.contains(link->engine().uuid)) return;
  }
  auto source = std::make_shared<Source>();
  source->link = link;
  source->subscription = std::make_unique<transport::Subscription>(
      link->reach().output, wire::kOutputTopic,
      [this, from = source.get()](const Bytes& message) { on_message(*from, message); },
      transport::Subscription::Peer::speaks_at_any_time);
  const std::lock_guard lock(mutex_);
  sources_.emplace(link->engine().uuid, std::move(source));
}

void OutputFeed::attach(std::shared_ptr<Listener> listener) {
  const std::lock_guard lock(mutex_);
  listeners_.push_back(std::move(listener));
}

void OutputFeed::detach(const std::shared_ptr<Listener>& listener) {
  const std::lock_guard lock(mutex_);
  std::erase(listeners_, listener);
}

void OutputFeed::engines_changed() {
  for (const auto& listener : listeners()) listener->on_engines_changed();
}

std::vector<std::shared_ptr<OutputFeed::Listener>> OutputFeed::listeners() const {
  const std::lock_guard lock(mutex_);
  return listeners_;
}

void OutputFeed::on_message(Source& from, const Bytes& message) {
  try {
    const wire::Opened opened = wire::open_frame(message);
    const wire::Printed printed = wire::decode_printed(opened);
    if (printed.engine != from.link->engine().uuid) return;
    const int engine = from.link->engine().id;
    const std::uint64_t lost = from.number == 0 ? 0 : printed.number - from.number - 1;
    from.number = printed.number;
    const bool ours = printed.stream != wire::Stream::none && from.link->owns(printed.session);
    for (const auto& listener : listeners()) {
      if (lost > 0) listener->on_loss(engine, lost);
      if (ours) listener->on_text(engine, printed);
      if (printed.stream == wire::Stream::none) listener->on_mark(printed.mark);
    }
  } catch (const ProtocolError&) {
    // The next number shows that a message is missing.
  }
}

bool OutputMarks::meet(const std::vector<std::shared_ptr<EngineLink>>& links, std::chrono::milliseconds timeout) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  auto pause = kFirstPause;
  std::unique_lock lock(mutex_);
  for (const auto& link : links) awaited_[Uuid::random()] = {link, false};
  for (;;) {
    std::erase_if(awaited_, [](const auto& one) { return one.second.link->dead(); });
    if (awaited_.empty()) return true;
    if (std::chrono::steady_clock::now() >= deadline) break;
    std::vector<std::pair<Uuid, std::shared_ptr<EngineLink>>> asked;
    for (auto& [mark, one] : awaited_)
      if (!std::exchange(one.asking, true)) asked.emplace_back(mark, one.link);
    lock.unlock();
    for (const auto& [mark, link] : asked) ask(mark, link);
    lock.lock();
    changed_.wait_for(lock, pause, [this] { return awaited_.empty(); });
    pause = std::min(pause * 2, kLongestPause);
  }
  awaited_.clear();
  return false;
}

void OutputMarks::ask(const Uuid& mark, const std::shared_ptr<EngineLink>& link) {
  link->tasks().send_if_up(wire::encode(wire::MarkRequest{link->engine().uuid, mark}),
                           [alive = weak_from_this(), mark](messages::Message, const char*) {
                             const auto self = alive.lock();
                             if (!self) return;
                             const std::lock_guard lock(self->mutex_);
                             if (const auto one = self->awaited_.find(mark); one != self->awaited_.end())
                               one->second.asking = false;
                           });
}

void OutputMarks::arrived(const Uuid& mark) {
  const std::lock_guard lock(mutex_);
  if (awaited_.erase(mark) > 0 && awaited_.empty()) changed_.notify_all();
}

}  // namespace enginery
