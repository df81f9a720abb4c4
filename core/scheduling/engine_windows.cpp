// core/scheduling/engine_windows.cpp: what engines are sent ahead of time, and what is taken back from them.
//
// An engine takes from the lanes that it serves whenever its window has room: when it joins, when a piece of it ends,
// and when work comes. So an event touches one engine and its lanes.
//
// The window is measured in time. Each kind of job has an estimate of an item's time, made of what past pieces took; as
// long as there is none, an engine gets one item and nothing ahead. What an engine holds ahead may turn out to wait for
// longer than that: an engine that has nothing to do takes half of it back. Each lane knows which of its engines have
// nothing to do and which of its pieces wait, by age, so that nobody is looked at in vain.
#include <algorithm>

#include "core/scheduling/scheduler_state.hpp"

namespace enginery::scheduling {
namespace {

using namespace std::chrono_literals;

/// A piece that waits for so long behind another is for whoever has nothing to do. Before, its engine may be about to
/// run it.
constexpr Time kWaits = Scheduler::kAhead;
/// An engine that asked for others' pieces asks again after so long, should none have come.
constexpr Time kAsksAgain = 5ms;
/// How many jobs of a lane, pieces of a job, and engines in vain are looked at.
constexpr int kLooks = 8;

}  // namespace

Time Lane::asks_at() const {
  if (hungry.empty() || waiting.empty()) return kNever;
  return std::max(hungry.begin()->first, waiting.begin()->first + kWaits);
}

void Scheduler::State::unlist(const Engine& engine) {
  for (Lane* lane : engine.lanes) {
    lane->open.erase(engine.room());
    lane->hungry.erase({engine.asks_from, engine.key});
  }
}

void Scheduler::State::list(const Engine& engine) const {
  if (!has_room(engine)) return;
  for (Lane* lane : engine.lanes) {
    lane->open.insert(engine.room());
    if (engine.pieces.empty()) lane->hungry.insert({engine.asks_from, engine.key});
  }
}

bool Scheduler::State::has_room(const Engine& engine) const {
  if (engine.pieces.empty()) return true;
  // Whose time nobody knows goes alone.
  if (engine.pieces.size() == 1) return estimates.contains(pieces.at(engine.pieces.front()).job->options.kind);
  return engine.ahead < kAhead && engine.pieces.size() <= kMostAhead;
}

bool Scheduler::State::refill(EngineKey key, Time now, Actions& out) {
  const auto at = engines.find(key);
  if (at == engines.end()) return false;
  Engine& engine = at->second;
  bool sent = false;
  while (has_room(engine) && send_one(engine, now, out)) sent = true;
  if (engine.pieces.empty())
    for (Lane* lane : engine.lanes) take_back(*lane, now, out);
  return sent;
}

void Scheduler::State::spread(Job& job, Time now, Actions& out) {
  if (!job.lane || !job.has_work()) return;
  // Engines may avoid some of its items, or keep their place for a job before it: not more than so many are asked in
  // vain. Those without work are first, and only those that its first items avoid refuse it.
  std::vector<EngineKey> roomy;
  const std::uint64_t most = job.waiting() + kLooks;
  for (auto at = job.lane->open.begin(); at != job.lane->open.end() && roomy.size() < most; ++at)
    roomy.push_back(std::get<3>(*at));
  int refusals = 0;
  for (const EngineKey key : roomy) {
    if (!job.has_work()) return;
    if (!refill(key, now, out) && ++refusals > kLooks) return;
  }
}

bool Scheduler::State::send_one(Engine& engine, Time now, Actions& out) {
  std::vector<Lane*> from;
  for (Lane* lane : engine.lanes)
    if (!lane->ready.empty()) from.push_back(lane);
  std::ranges::sort(from, {}, [](const Lane* lane) { return *lane->ready.begin(); });
  for (const Lane* lane : from) {
    int looks = 0;
    for (const auto& [_, id] : lane->ready) {
      if (++looks > kLooks) break;
      Job& job = jobs.at(id);
      const auto known = estimates.find(job.options.kind);
      const Time* const estimate = known == estimates.end() ? nullptr : &known->second;
      if (!estimate && !engine.pieces.empty()) return false;  // it is next, and waits until nothing is ahead of it
      const std::optional<Redo> taken = take(job, engine, estimate, now);
      if (!taken) continue;
      send(engine, job, *taken, estimate ? *estimate * static_cast<std::int64_t>(taken->items.count) : Time(0), now,
           out);
      return true;
    }
  }
  return false;
}

void Scheduler::State::send(Engine& engine, Job& job, const Redo& taken, Time expected, Time now, Actions& out) {
  const PieceId id = ++last_piece;
  pieces.emplace(id, Piece{&job, engine.key, taken.items, taken.tries, taken.deaths, expected, now});
  const bool ahead = !engine.pieces.empty();
  unlist(engine);
  if (ahead) engine.ahead += expected;
  engine.pieces.push_back(id);
  list(engine);
  if (ahead && !job.lane->key.pinned) {
    job.lane->waiting.insert({now, id});
    look = std::min(look, job.lane->asks_at());
  }
  job.pieces.insert(id);
  job.running += taken.items.count;
  sort_in(job);
  out.push_back(Send{id, engine.key, job.id, taken.items});
}

std::optional<Redo> Scheduler::State::take(Job& job, const Engine& engine, const Time* estimate, Time now) {
  const std::uint64_t most = [&]() -> std::uint64_t {
    if (job.options.chunk) return job.options.chunk;
    if (!estimate) return 1;
    const std::uint64_t share = 2 * std::max<std::size_t>(job.lane->engines, 1);
    const auto fit = static_cast<std::uint64_t>(kPieceTime / *estimate);
    return std::clamp<std::uint64_t>(fit, 1, std::max<std::uint64_t>((job.waiting() + share - 1) / share, 1));
  }();
  int looks = 0;
  for (auto redo = job.redo.rbegin(); redo != job.redo.rend() && looks < kLooks; ++redo, ++looks) {
    if (redo->avoid == engine.key && now < redo->avoid_until && job.lane->engines > 1) continue;
    Redo taken = *redo;
    taken.items.count = redo->singly ? 1 : std::min(redo->items.count, most);
    redo->items.first += taken.items.count;
    redo->items.count -= taken.items.count;
    if (redo->items.count == 0) job.redo.erase(std::next(redo).base());
    return taken;
  }
  if (job.next == job.options.items) return std::nullopt;
  Redo taken{{job.next, std::min(most, job.options.items - job.next)}};
  job.next += taken.items.count;
  return taken;
}

void Scheduler::State::take_back(Lane& lane, Time now, Actions& out) {
  while (lane.asks_at() <= now) {
    Engine& idle = engines.at(lane.hungry.begin()->second);
    const Engine& busy = engines.at(pieces.at(lane.waiting.begin()->second).engine);
    std::vector<PieceId> theirs;
    for (auto id = busy.pieces.begin() + 1; id != busy.pieces.end(); ++id)
      if (const Piece& piece = pieces.at(*id); piece.job->lane == &lane && !piece.taken_back) theirs.push_back(*id);
    // The later half: the engine comes to the others sooner.
    for (std::size_t i = theirs.size(); i-- > theirs.size() / 2;) {
      Piece& piece = pieces.at(theirs[i]);
      piece.taken_back = true;
      lane.waiting.erase({piece.sent, theirs[i]});
      out.push_back(TakeBack{theirs[i], busy.key});
    }
    unlist(idle);
    idle.asks_from = now + kAsksAgain;
    list(idle);
  }
  look = std::min(look, lane.asks_at());
}

Piece Scheduler::State::remove(PieceId id) {
  const auto at = pieces.find(id);
  const Piece piece = at->second;
  piece.job->pieces.erase(id);
  piece.job->running -= piece.items.count;
  piece.job->lane->waiting.erase({piece.sent, id});
  if (const auto holder = engines.find(piece.engine); holder != engines.end()) {
    Engine& engine = holder->second;
    unlist(engine);
    const bool first = engine.pieces.front() == id;
    engine.pieces.erase(std::ranges::find(engine.pieces, id));
    if (!first) {
      engine.ahead -= piece.estimate;
    } else if (!engine.pieces.empty()) {
      const PieceId next = engine.pieces.front();
      const Piece& begins = pieces.at(next);
      engine.ahead -= begins.estimate;
      begins.job->lane->waiting.erase({begins.sent, next});
    }
    pieces.erase(at);
    list(engine);
  } else {
    pieces.erase(at);
  }
  return piece;
}

}  // namespace enginery::scheduling
