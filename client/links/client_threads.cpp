// client/links/client_threads.cpp: the threads of a client: one keeps deadlines, one runs what is to follow on results.
//
// A continuation may hold the last handle of the client. Then the client ends in this thread, in the middle of run().
// So the thread shares its state with the client, and destroys each continuation before it takes the lock again.
#include "client/links/client_threads.hpp"

#include <deque>
#include <utility>

#include "core/processes/floating_point_scope.hpp"
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

struct Continuations::State {
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<Continuation> work;
  bool stop = false;
  std::thread thread;

  void run() {
    std::unique_lock lock(mutex);
    for (;;) {
      changed.wait(lock, [this] { return stop || !work.empty(); });
      if (work.empty()) return;
      {
        const FloatingPointScope scope;
        Continuation next = std::move(work.front());
        work.pop_front();
        lock.unlock();
        next();
      }
      lock.lock();
    }
  }
};

void Continuations::finish() {
  std::shared_ptr<State> state;
  {
    const std::lock_guard lock(mutex_);
    finished_ = true;
    state = std::move(state_);
  }
  if (!state) return;
  {
    const std::lock_guard lock(state->mutex);
    state->stop = true;
    state->changed.notify_one();
  }
  if (state->thread.get_id() == std::this_thread::get_id())
    state->thread.detach();
  else
    state->thread.join();
}

void Continuations::post(Continuation work) {
  {
    const std::lock_guard lock(mutex_);
    if (!finished_) {
      if (!state_) {
        const auto fresh = std::make_shared<State>();
        fresh->thread = std::thread([fresh] { fresh->run(); });  // where it cannot start, the next post tries again
        state_ = fresh;
      }
      const std::lock_guard queue(state_->mutex);
      state_->work.push_back(std::move(work));
      state_->changed.notify_one();
      return;
    }
  }
  const FloatingPointScope scope;
  work();
}

}  // namespace enginery
