// client/links/map_future.hpp: what stands behind the result of a map: its items and what became of each.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <enginery/task_handle.hpp>
#include <enginery/value.hpp>

#include "client/links/client_threads.hpp"
#include "client/links/future.hpp"

namespace enginery {

/// What came for neighbouring items at once: the outcome of their chunk, or one error for all.
struct MapChunk {
  Value values{};                                        ///< a list or an array, an element for each item
  std::map<std::uint64_t, std::exception_ptr> failed{};  ///< by place in values
  std::exception_ptr error{};                            ///< of all
  int engine_id = -1;                                    ///< -1: none had them
  Metadata metadata{};
  std::chrono::nanoseconds ran{0};

  std::exception_ptr error_at(std::uint64_t place) const;
  /// Of `count` items that the task did. Requires: it is ready, and nobody has looked at its outcome.
  static std::shared_ptr<const MapChunk> of(const Pending& task, const std::string& label, std::uint64_t count);
};

/// The map's items, shared by its results and the balancer. Takes a few bytes for a chunk, nothing for an item.
///
/// Threads: all functions from any.
class MapFuture {
 public:
  MapFuture(std::string label, std::uint64_t seed, std::uint64_t size, bool open,
            std::shared_ptr<Continuations> continuations)
      : label_(std::move(label)), seed_(seed), continuations_(std::move(continuations)), size_(size), open_(open) {}

  const std::string& label() const noexcept { return label_; }
  std::uint64_t seed() const noexcept { return seed_; }
  const Moment& submitted() const noexcept { return submitted_; }

  /// The balancer that has it; null if none.
  std::shared_ptr<Balancer> balancer() const { return balancer_.lock(); }
  void place_by(std::weak_ptr<Balancer> balancer) { balancer_ = std::move(balancer); }
  /// What abort() does for a map that no balancer has.
  void on_abort(std::function<void()> how) { on_abort_ = std::move(how); }
  /// Throws TaskAborted: it has ended.
  [[noreturn]] void refuse_more() const;
  /// In a forked child, does nothing.
  void abort() const;
  /// Engines that have some of its items now.
  std::size_t busy_engines() const;

  // For whoever has it done.
  void extend(std::uint64_t items);
  void close();
  /// The engines that must do it; a task that one of them waits for does not wait for them.
  void must_run_on(std::vector<Uuid> engines) { engines_ = std::move(engines); }
  /// Nobody asks for items below any more.
  void drop_below(std::uint64_t item);
  /// Neighbouring items from `first` have ended; the first of them is at `place` of the chunk.
  void add(std::uint64_t first, std::uint64_t count, std::shared_ptr<const MapChunk> chunk, std::uint64_t place);
  /// All items that have not ended end so, and there come no more.
  void fail_rest(const std::exception_ptr& error);

  std::uint64_t size() const;
  std::uint64_t progress() const;
  std::uint64_t failed() const;
  bool ready() const;
  std::chrono::steady_clock::time_point received() const;

  using Deadline = std::optional<std::chrono::steady_clock::time_point>;
  /// Whether all have ended in time; throws as all waits in tasks do.
  bool wait_until(Deadline deadline) const;
  /// Whether the item has ended in time. Requires: it is below size(), or the map is open.
  bool wait_for(std::uint64_t item, Deadline deadline) const;
  /// Waits until more items than that have ended, or all.
  void wait_beyond(std::uint64_t done) const;
  /// The item that ended as the k-th, from 0. Nothing: there are no more.
  std::optional<std::uint64_t> kth(std::uint64_t k) const;
  /// Runs `work` once all have ended, in the client's thread of continuations.
  void then(Continuation work);

  /// Where an item that has ended is.
  struct Place {
    std::shared_ptr<const MapChunk> chunk;
    std::uint64_t place;  ///< in the chunk
    std::uint64_t count;  ///< of items from that one on, which came with it
  };
  Place place_of(std::uint64_t item) const;
  /// Of all parts, in the order in which they came.
  std::vector<std::shared_ptr<const MapChunk>> chunks() const;
  /// The errors of failed items, by item.
  std::map<std::uint64_t, std::pair<int, std::exception_ptr>> failures() const;

 private:
  struct Part {
    std::uint64_t count, place;
    std::shared_ptr<const MapChunk> chunk;
  };
  bool over() const { return !open_ && done_ == size_; }
  /// Waits with mutex_ held until `there` or the deadline; false for the latter.
  template <class There>
  bool wait(Deadline deadline, const There& there) const;
  void finish(std::unique_lock<std::mutex>& lock);
  void post(Continuation work) const;

  const std::string label_;
  const std::uint64_t seed_;
  const Moment submitted_ = Moment::now();
  const std::shared_ptr<Continuations> continuations_;
  std::weak_ptr<Balancer> balancer_;
  std::function<void()> on_abort_;
  std::vector<Uuid> engines_;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::uint64_t size_, done_ = 0, failed_ = 0;
  bool open_;
  std::map<std::uint64_t, Part> parts_;                           // by first item
  std::vector<std::pair<std::uint64_t, std::uint64_t>> arrived_;  // how many had ended before, and first item
  std::chrono::steady_clock::time_point received_{};
  std::vector<Continuation> following_;
};

}  // namespace enginery
