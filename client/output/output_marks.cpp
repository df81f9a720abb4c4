// client/output/output_marks.cpp: marks in the output of engines, asked for and waited for.
#include "client/output/output_marks.hpp"

#include <algorithm>

#include "core/wire/output_wire.hpp"

namespace enginery {
namespace {

using namespace std::chrono_literals;
/// After an answer the mark comes at once, or not at all; so long is waited before it is asked for again.
constexpr auto kFirstPause = 2ms, kLongestPause = 50ms;

}  // namespace

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
