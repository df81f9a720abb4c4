// client/links/map_future.cpp: what stands behind the result of a map: its items and what became of each.
#include "client/links/map_future.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <enginery/errors.hpp>

#include "client/links/balancer.hpp"
#include "core/tasks/task_wait.hpp"
#include "core/transport/forked.hpp"

namespace enginery {

std::exception_ptr MapChunk::error_at(std::uint64_t place) const {
  if (error) return error;
  const auto found = failed.find(place);
  return found == failed.end() ? nullptr : found->second;
}

std::shared_ptr<const MapChunk> MapChunk::of(const Pending& task, const std::string& label, std::uint64_t count) {
  const auto chunk = std::make_shared<MapChunk>();
  chunk->engine_id = task.engine_id();
  try {
    const List parts = task.value().as_tuple();
    chunk->values = parts.at(0);
    if (chunk->values.size() != count) throw ProtocolError("an engine gave another number of results than items");
    for (const Value& failure : parts.at(1).as_list()) {
      const List said = failure.as_tuple();
      const auto place = static_cast<std::uint64_t>(said.at(0).as_integer());
      if (place >= count) throw ProtocolError("an engine tells of the failure of an item that it was not sent");
      chunk->failed[place] =
          std::make_exception_ptr(RemoteError(said.at(1).as_string(), said.at(2).as_string(), said.at(3).as_string(),
                                              task.engine_id(), task.msg_id(), label));
    }
  } catch (...) {
    chunk->error = std::current_exception();
  }
  chunk->ran = task.ran();
  chunk->metadata = task.metadata();
  return chunk;
}

void MapFuture::refuse_more() const { throw TaskAborted("the map '" + label_ + "' has ended, and runs no more items"); }

void MapFuture::abort() const {
  if (transport::forked()) return;
  if (const auto balancer = balancer_.lock()) return balancer->abort(*this);
  if (on_abort_) on_abort_();
}

std::size_t MapFuture::busy_engines() const {
  const auto balancer = balancer_.lock();
  return balancer ? balancer->busy_engines(*this) : 0;
}

void MapFuture::extend(std::uint64_t items) {
  const std::lock_guard lock(mutex_);
  size_ += items;
}

void MapFuture::close() {
  std::unique_lock lock(mutex_);
  if (!std::exchange(open_, false)) return;
  if (over()) finish(lock);
}

void MapFuture::add(std::uint64_t first, std::uint64_t count, std::shared_ptr<const MapChunk> chunk,
                    std::uint64_t place) {
  if (count == 0) return;
  const auto failed_from = chunk->failed.lower_bound(place);
  std::uint64_t failed = count;
  if (!chunk->error)
    failed = static_cast<std::uint64_t>(std::distance(failed_from, chunk->failed.lower_bound(place + count)));
  std::unique_lock lock(mutex_);
  failed_ += failed;
  parts_.emplace(first, Part{count, place, std::move(chunk)});
  arrived_.emplace_back(done_, first);
  done_ += count;
  received_ = std::chrono::steady_clock::now();
  if (over()) return finish(lock);
  changed_.notify_all();
}

void MapFuture::fail_rest(const std::exception_ptr& error) {
  close();
  const auto chunk = std::make_shared<MapChunk>();
  chunk->error = error;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> rest;  // first, count
  {
    const std::lock_guard lock(mutex_);
    std::uint64_t at = 0;
    for (const auto& [first, part] : parts_) {
      if (first > at) rest.emplace_back(at, first - at);
      at = first + part.count;
    }
    if (size_ > at) rest.emplace_back(at, size_ - at);
  }
  for (const auto& [first, count] : rest) add(first, count, chunk, 0);
}

void MapFuture::post(Continuation work) const { work.at_once ? work() : continuations_->post(std::move(work)); }

void MapFuture::finish(std::unique_lock<std::mutex>& lock) {
  std::vector<Continuation> following = std::move(following_);
  following_.clear();
  changed_.notify_all();
  lock.unlock();
  for (Continuation& work : following) post(std::move(work));
}

std::uint64_t MapFuture::size() const {
  const std::lock_guard lock(mutex_);
  return size_;
}
std::uint64_t MapFuture::progress() const {
  const std::lock_guard lock(mutex_);
  return done_;
}
std::uint64_t MapFuture::failed() const {
  const std::lock_guard lock(mutex_);
  return failed_;
}
void MapFuture::drop_below(std::uint64_t item) {
  const std::lock_guard lock(mutex_);
  while (!parts_.empty() && parts_.begin()->first + parts_.begin()->second.count <= item) parts_.erase(parts_.begin());
}
bool MapFuture::ready() const {
  const std::lock_guard lock(mutex_);
  return over();
}
std::chrono::steady_clock::time_point MapFuture::received() const {
  const std::lock_guard lock(mutex_);
  return received_;
}

template <class There>
bool MapFuture::wait(Deadline deadline, const There& there) const {
  transport::refuse_if_forked();
  std::unique_lock lock(mutex_);
  if (there()) return true;
  lock.unlock();
  for (const Uuid& engine : engines_) tasks::check_wait(engine, [this] { return fmt::format("'{}'", label_); });
  const tasks::StoppableWait stoppable([this] {
    const std::lock_guard held(mutex_);
    changed_.notify_all();
  });
  lock.lock();
  const auto over = [&] { return there() || stoppable.must_end(); };
  if (deadline)
    changed_.wait_until(lock, *deadline, over);
  else
    changed_.wait(lock, over);
  const bool come = there();
  const std::uint64_t done = done_, size = size_;
  lock.unlock();  // the wait's end takes it
  if (!come)
    stoppable.check([&] { return fmt::format("'{}', of which {} of {} items are there", label_, done, size); });
  return come;
}

bool MapFuture::wait_until(Deadline deadline) const {
  return wait(deadline, [this] { return over(); });
}

bool MapFuture::wait_for(std::uint64_t item, Deadline deadline) const {
  return wait(deadline, [this, item] {
    const auto after = parts_.upper_bound(item);
    if (after == parts_.begin()) return false;
    const auto& [first, part] = *std::prev(after);
    return item < first + part.count;
  });
}

void MapFuture::wait_beyond(std::uint64_t done) const {
  wait(std::nullopt, [this, done] { return done_ > done || over(); });
}

std::optional<std::uint64_t> MapFuture::kth(std::uint64_t k) const {
  std::optional<std::uint64_t> item;
  wait(std::nullopt, [&] {
    if (k >= done_) return over();
    const auto after = std::ranges::upper_bound(arrived_, k, {}, [](const auto& part) { return part.first; });
    const auto& [before, first] = *std::prev(after);
    item = first + (k - before);
    return true;
  });
  return item;
}

void MapFuture::then(Continuation work) {
  std::unique_lock lock(mutex_);
  if (!over()) return following_.push_back(std::move(work));
  lock.unlock();
  post(std::move(work));
}

MapFuture::Place MapFuture::place_of(std::uint64_t item) const {
  const std::lock_guard lock(mutex_);
  const auto& [first, part] = *std::prev(parts_.upper_bound(item));
  return {part.chunk, part.place + (item - first), part.count - (item - first)};
}

std::vector<std::shared_ptr<const MapChunk>> MapFuture::chunks() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::shared_ptr<const MapChunk>> chunks;
  for (const auto& [_, first] : arrived_) {
    const auto part = parts_.find(first);
    if (part == parts_.end()) continue;  // nobody asks for it
    const auto& chunk = part->second.chunk;
    if (chunks.empty() || chunks.back() != chunk) chunks.push_back(chunk);
  }
  return chunks;
}

std::map<std::uint64_t, std::pair<int, std::exception_ptr>> MapFuture::failures() const {
  const std::lock_guard lock(mutex_);
  std::map<std::uint64_t, std::pair<int, std::exception_ptr>> failures;
  for (const auto& [first, part] : parts_) {
    if (part.chunk->error) {
      for (std::uint64_t i = 0; i < part.count; ++i) failures[first + i] = {part.chunk->engine_id, part.chunk->error};
      continue;
    }
    const auto& failed = part.chunk->failed;
    for (auto at = failed.lower_bound(part.place); at != failed.end() && at->first < part.place + part.count; ++at)
      failures[first + (at->first - part.place)] = {part.chunk->engine_id, at->second};
  }
  return failures;
}

}  // namespace enginery
