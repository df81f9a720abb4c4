// tests/unit/scheduling/simulated_engine.cpp: a process that runs pieces, one after another.
#include "simulated_engine.hpp"

#include <algorithm>

#include "scheduling_simulator.hpp"

namespace enginery::scheduling::simulation {

SimulatedEngine::SimulatedEngine(Simulator& world, EngineKey key_, int id_) : key(key_), id(id_), world_(world) {}

void SimulatedEngine::answer(std::function<void()> what) {
  last_answer_ = std::max(last_answer_, world_.now + world_.delay());
  world_.at(last_answer_, [this, what = std::move(what)] {
    if (!mute_) what();
  });
}

void SimulatedEngine::take(const Send& send) {
  if (!alive) return;
  queue_.push_back(send);
  begin_next();
}

void SimulatedEngine::begin_next() {
  if (running_ || queue_.empty()) return;
  running_ = Running{queue_.front(), world_.now, {}};
  queue_.pop_front();
  Time until{0};
  for (std::uint64_t i = 0; i < running_->piece.items.count; ++i) {
    until += world_.duration(running_->piece.job) * static_cast<std::int64_t>(slowness);
    running_->ends.push_back(until);
    if (world_.throws(running_->piece.job)) running_->failed.push_back(i);
  }
  const PieceId piece = running_->piece.piece;
  world_.after(until, [this, piece] { finish(piece); });
}

std::uint64_t SimulatedEngine::begun() const {
  const auto past = std::ranges::upper_bound(running_->ends, world_.now - running_->began);
  return std::min<std::uint64_t>(static_cast<std::uint64_t>(past - running_->ends.begin()) + 1, running_->ends.size());
}

void SimulatedEngine::tell_begun(std::uint64_t count) {
  for (std::uint64_t i = 0; i < count; ++i) world_.ledger.begin(running_->piece.piece, i);
}

void SimulatedEngine::finish(PieceId piece) {
  if (!alive || !running_ || running_->piece.piece != piece) return;
  if (!running_->aborted) tell_begun(running_->ends.size());
  told_[piece] = Progress::State::finished;
  answer([this, piece, ran = world_.now - running_->began, failed = running_->failed] {
    world_.on_done(piece, ran, failed);
  });
  running_.reset();
  begin_next();
}

void SimulatedEngine::give_back(PieceId piece) {
  if (!alive) return;
  const auto at = std::ranges::find(queue_, piece, &Send::piece);
  if (at == queue_.end()) return;  // it has begun, and its outcome comes or came
  queue_.erase(at);
  told_[piece] = Progress::State::not_begun;
  answer([this, piece] { world_.on_taken_back(piece); });
}

void SimulatedEngine::abort(PieceId piece) {
  if (!alive) return;
  if (running_ && running_->piece.piece == piece && !running_->aborted) {
    // It stops soon, and the rest has failed.
    const std::uint64_t count = begun();
    tell_begun(count);
    running_->aborted = true;
    for (std::uint64_t i = count; i < running_->ends.size(); ++i) running_->failed.push_back(i);
    std::ranges::sort(running_->failed);
    const auto twice = std::ranges::unique(running_->failed);
    running_->failed.erase(twice.begin(), twice.end());
    world_.after(world_.delay(), [this, piece] { finish(piece); });
    return;
  }
  const auto at = std::ranges::find(queue_, piece, &Send::piece);
  if (at == queue_.end()) return;
  std::vector<std::uint64_t> all(at->items.count);
  for (std::uint64_t i = 0; i < all.size(); ++i) all[i] = i;
  queue_.erase(at);
  told_[piece] = Progress::State::finished;
  answer([this, piece, all] { world_.on_done(piece, Time(0), all); });
}

void SimulatedEngine::die() {
  if (!alive) return;
  if (running_) {
    const std::uint64_t count = begun();
    if (!running_->aborted) tell_begun(count);
    at_death_[running_->piece.piece] = {Progress::State::running, count - 1};
  }
  alive = false;
  mute_ = world_.random.half();  // what it said last may be lost, or not
  // After what it said.
  last_answer_ = std::max(last_answer_, world_.now + world_.delay());
  world_.at(last_answer_, [this] { world_.on_death(*this); });
}

Progress SimulatedEngine::progress(PieceId piece) const {
  if (const auto at = at_death_.find(piece); at != at_death_.end()) return at->second;
  if (const auto at = told_.find(piece); at != told_.end()) return {at->second};
  return {Progress::State::not_begun};
}

}  // namespace enginery::scheduling::simulation
