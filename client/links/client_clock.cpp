// client/links/client_clock.cpp: the one thread of a client that keeps its deadlines.
#include "client/links/client_clock.hpp"

namespace enginery {

session::Time ClientClock::now() { return std::chrono::steady_clock::now().time_since_epoch(); }

void ClientClock::stop() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void ClientClock::add(std::weak_ptr<Ticking> one) {
  const std::lock_guard lock(mutex_);
  std::erase_if(ticking_, [](const auto& known) { return known.expired(); });
  ticking_.push_back(std::move(one));
  if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
}

void ClientClock::arm(session::Time time) {
  {
    const std::lock_guard lock(mutex_);
    if (time >= armed_) return;
    armed_ = time;
  }
  changed_.notify_one();
}

void ClientClock::run() {
  std::unique_lock lock(mutex_);
  while (!stop_) {
    if (armed_ == session::kNever) {
      changed_.wait(lock);
      continue;
    }
    if (now() < armed_) {
      changed_.wait_until(lock, std::chrono::steady_clock::time_point(
                                    std::chrono::duration_cast<std::chrono::steady_clock::duration>(armed_)));
      continue;
    }
    armed_ = session::kNever;
    const std::vector<std::weak_ptr<Ticking>> all = ticking_;
    lock.unlock();
    session::Time next = session::kNever;
    for (const auto& known : all)
      if (const auto one = known.lock()) next = std::min(next, one->tick());
    lock.lock();
    armed_ = std::min(armed_, next);
  }
}

}  // namespace enginery
