// client/views/map_tasks.cpp: what the items of one map have in common: waiting for them, what became of each,
// progress.
#include <enginery/map_tasks.hpp>

#include <unistd.h>

#include <algorithm>
#include <iostream>

#include <fmt/format.h>

#include <enginery/balance_options.hpp>
#include <enginery/errors.hpp>

#include "client/links/balancer.hpp"
#include "client/links/client_threads.hpp"
#include "client/links/map_future.hpp"

namespace enginery {
namespace {

/// Between two looks of wait_interactive(), on a terminal and elsewhere.
constexpr Seconds kBar(0.1), kLine(2);

std::string time_text(double seconds) {
  if (seconds < 100) return fmt::format("{:.1f} s", seconds);
  const auto whole = static_cast<long long>(seconds);
  return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
}

std::string progress_text(const MapFuture& map, double elapsed) {
  const std::uint64_t size = map.size(), done = map.progress();
  const std::uint64_t failed = map.failed();
  std::string text = fmt::format("{}: {}/{}", map.label(), done, size);
  if (failed) text += fmt::format(", {} failed", failed);
  if (done && elapsed > 0) {
    const double rate = static_cast<double>(done) / elapsed;
    text += fmt::format(", {:.3g}/s", rate);
    text += done == size ? ", took " + time_text(elapsed)
                         : ", " + time_text(static_cast<double>(size - done) / rate) + " left";
  }
  if (const std::size_t busy = map.busy_engines()) text += fmt::format(", {} engines busy", busy);
  return text;
}

std::string bar(std::uint64_t done, std::uint64_t size) {
  constexpr std::uint64_t kWidth = 30;
  const std::size_t full = size ? done * kWidth / size : kWidth;
  return '[' + std::string(full, '#') + std::string(kWidth - full, '.') + "] ";
}

void require_ready(const MapFuture& map) {
  if (!map.ready()) throw ValueError("the map is not ready; wait() for it first");
}

}  // namespace

Dependency::Dependency(const AsyncMapTasks& result) : map_(result.map_) {}

std::size_t AsyncMapTasks::size() const noexcept { return map_->size(); }
std::size_t AsyncMapTasks::progress() const { return map_->progress(); }
bool AsyncMapTasks::ready() const { return map_->ready(); }
bool AsyncMapTasks::wait(std::optional<Seconds> timeout) const { return map_->wait_until(deadline_of(timeout)); }

bool AsyncMapTasks::successful() const {
  require_ready(*map_);
  return map_->failed() == 0;
}

void AsyncMapTasks::abort() const { map_->abort(); }
std::uint64_t AsyncMapTasks::seed() const noexcept { return map_->seed(); }
const std::string& AsyncMapTasks::label() const noexcept { return map_->label(); }

std::vector<Metadata> AsyncMapTasks::metadata() const {
  std::vector<Metadata> all;
  for (const auto& chunk : map_->chunks()) all.push_back(chunk->metadata);
  return all;
}

double AsyncMapTasks::wall_time() const {
  require_ready(*map_);
  return std::max(Seconds(map_->received() - map_->submitted().steady), Seconds(0)).count();
}

double AsyncMapTasks::serial_time() const {
  require_ready(*map_);
  Seconds sum(0);
  for (const auto& chunk : map_->chunks()) sum += chunk->ran;
  return sum.count();
}

double AsyncMapTasks::elapsed() const {
  if (ready()) return wall_time();
  return Seconds(std::chrono::steady_clock::now() - map_->submitted().steady).count();
}

void AsyncMapTasks::require(std::optional<Seconds> timeout) const {
  if (!wait(timeout)) throw TimeoutError("Result not ready.");
}

void AsyncMapTasks::check(std::optional<Seconds> timeout) const {
  require(timeout);
  std::vector<CompositeError::Failure> failures;
  for (const auto& [item, failure] : map_->failures()) {
    try {
      std::rethrow_exception(failure.second);
    } catch (const std::exception& thrown) {
      failures.push_back({failure.first, fmt::format("item {}: {}", item, thrown.what()), failure.second});
    }
  }
  if (!failures.empty()) throw CompositeError(std::move(failures), map_->size());
}

bool AsyncMapTasks::wait_interactive(std::ostream& stream, std::optional<Seconds> timeout) const {
  const bool terminal =
      (&stream == &std::cerr && ::isatty(STDERR_FILENO)) || (&stream == &std::cout && ::isatty(STDOUT_FILENO));
  const auto deadline = deadline_of(timeout);
  for (;;) {
    const auto look = deadline_of(terminal ? kBar : kLine);
    const bool done = map_->wait_until(deadline ? std::min(*deadline, look) : look);
    const std::string text = progress_text(*map_, elapsed());
    if (terminal)
      stream << "\r\033[K" << bar(map_->progress(), map_->size()) << text << (done ? "\n" : "") << std::flush;
    else
      stream << text << std::endl;
    if (done) return true;
    if (deadline && std::chrono::steady_clock::now() >= *deadline) {
      if (terminal) stream << std::endl;
      return false;
    }
  }
}
bool AsyncMapTasks::wait_interactive(std::optional<Seconds> timeout) const {
  return wait_interactive(std::cerr, timeout);
}

void AsyncMapTasks::on_ready(Continuation work) const { map_->then(std::move(work)); }

std::ostream& operator<<(std::ostream& stream, const AsyncMapTasks& map) {
  return stream << "<AsyncMapResult: " << map.label() << (map.ready() ? ":finished>" : ">");
}

bool AsyncMapTasks::wait_for(std::size_t item, std::optional<Seconds> timeout) const {
  return map_->wait_for(item, deadline_of(timeout));
}

std::optional<std::size_t> AsyncMapTasks::kth(std::size_t k) const { return map_->kth(k); }

Value AsyncMapTasks::value(std::size_t item) const {
  const MapFuture::Place at = map_->place_of(item);
  if (const std::exception_ptr error = at.chunk->error_at(at.place)) std::rethrow_exception(error);
  return at.chunk->values.at(Value::integer(static_cast<std::int64_t>(at.place)));
}

std::exception_ptr AsyncMapTasks::error(std::size_t item) const {
  const MapFuture::Place at = map_->place_of(item);
  return at.chunk->error_at(at.place);
}

int AsyncMapTasks::engine_id(std::size_t item) const { return map_->place_of(item).chunk->engine_id; }

AsyncMapTasks::Part AsyncMapTasks::part(std::size_t first) const {
  const MapFuture::Place at = map_->place_of(first);
  const auto& failed = at.chunk->failed;
  const auto next = failed.lower_bound(at.place);
  return {at.count, at.chunk->values, at.place,
          at.chunk->error || (next != failed.end() && next->first < at.place + at.count)};
}

namespace detail {

std::size_t MapFeeder::wanted() const {
  const auto balancer = map_->balancer();
  return balancer ? balancer->wanted(*map_) : 0;
}

void MapFeeder::feed(std::vector<Value> columns, std::size_t count) const {
  if (const auto balancer = map_->balancer()) return balancer->feed(*map_, std::move(columns), count);
  throw ConnectionError("the client of '" + map_->label() + "' was destroyed; keep it as long as you iterate");
}

void MapFeeder::close() const {
  if (const auto balancer = map_->balancer()) balancer->close(*map_);
}

void MapFeeder::abandon() const noexcept try { map_->abort(); } catch (const std::exception&) {
  // Then its items run for nobody.
}

void MapFeeder::passed(std::size_t item) const {
  map_->drop_below(item);
  if (const auto balancer = map_->balancer()) balancer->drop_items(*map_, item);
}

bool MapFeeder::wait_for(std::size_t item) const {
  for (std::uint64_t seen = map_->progress();; seen = map_->progress()) {
    if (map_->wait_for(item, std::chrono::steady_clock::time_point::min())) return true;
    if (map_->ready()) map_->refuse_more();
    if (wanted() > 0) return false;
    map_->wait_beyond(seen);
  }
}

}  // namespace detail
}  // namespace enginery
