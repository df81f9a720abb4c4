// tests/unit/scheduling/scheduler_fixture.hpp: a scheduler, and what it answered last.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "core/scheduling/scheduler.hpp"

namespace enginery::scheduling {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

inline bool operator==(const Fail& a, const Fail& b) {
  return a.job == b.job && a.items == b.items && a.reason == b.reason && a.cause == b.cause;
}
inline void PrintTo(const Fail& fail, std::ostream* out) {
  *out << "job " << fail.job << " items " << fail.items.first << "+" << fail.items.count << " reason "
       << static_cast<int>(fail.reason) << " cause " << fail.cause;
}

class SchedulerTest : public testing::Test {
 protected:
  static constexpr Progress kNotBegun{Progress::State::not_begun}, kFinished{Progress::State::finished}, kUnknown{};
  static Progress running(std::uint64_t item) { return {Progress::State::running, item}; }
  static JobOptions map(std::uint64_t items) { return {.items = items}; }
  static JobOptions retried(std::uint64_t items, unsigned retries) { return {.items = items, .retries = retries}; }

  void join(EngineKey key) { fresh(), scheduler.join(key, static_cast<int>(key), now, out); }
  void leave(EngineKey key) { fresh(), scheduler.leave(key, now, out); }
  void submit(JobId id, JobOptions options = {}) { fresh(), scheduler.submit(id, std::move(options), now, out); }
  void settle(JobId id, bool ok, std::optional<EngineKey> on = std::nullopt) {
    fresh(), scheduler.settle(id, ok, on, now, out);
  }
  std::vector<std::uint64_t> done(PieceId piece, Time ran = 1ms, std::vector<std::uint64_t> failed = {}) {
    fresh();
    return scheduler.on_done(piece, ran, failed, now, out);
  }
  void died(PieceId piece, Progress progress) { fresh(), scheduler.on_died(piece, progress, now, out); }
  void taken_back(PieceId piece) { fresh(), scheduler.on_taken_back(piece, now, out); }
  void abort(JobId id) { fresh(), scheduler.abort(id, now, out); }
  void extend(JobId id, std::uint64_t items) { fresh(), scheduler.extend(id, items, now, out); }
  void close(JobId id) { fresh(), scheduler.close(id, now, out); }
  void no_more() { fresh(), scheduler.no_more_engines(now, out); }
  /// Time passes, and the shell ticks when it is asked to.
  void pass(Time time) {
    fresh();
    const Time until = now + time;
    while (scheduler.next_deadline() <= until) {
      now = std::max(now, scheduler.next_deadline());
      scheduler.tick(now, out);
    }
    now = until;
  }
  /// A kind's items take so long, as far as the scheduler knows. Requires an engine without work.
  void learn(Time takes, std::uint64_t kind = 0) {
    submit(++known, {.kind = kind});
    done(sends().back().piece, takes);
  }

  template <class A>
  std::vector<A> all() const {
    std::vector<A> some;
    for (const Action& action : out)
      if (const auto* one = std::get_if<A>(&action)) some.push_back(*one);
    return some;
  }
  std::vector<Send> sends() const { return all<Send>(); }
  std::vector<Fail> fails() const { return all<Fail>(); }
  /// Where the pieces went that were sent last.
  std::vector<EngineKey> engines() const {
    std::vector<EngineKey> keys;
    for (const Send& send : sends()) keys.push_back(send.engine);
    return keys;
  }
  std::vector<JobId> jobs() const {
    std::vector<JobId> ids;
    for (const Send& send : sends()) ids.push_back(send.job);
    return ids;
  }
  std::vector<Items> items() const {
    std::vector<Items> some;
    for (const Send& send : sends()) some.push_back(send.items);
    return some;
  }
  std::vector<PieceId> asked_back() const {
    std::vector<PieceId> pieces;
    for (const TakeBack& one : all<TakeBack>()) pieces.push_back(one.piece);
    return pieces;
  }
  void fresh() { out.clear(); }

  Scheduler scheduler;
  Actions out;
  Time now = 1h;
  JobId known = 0;  ///< jobs below 100 are learn()'s
};

}  // namespace enginery::scheduling
