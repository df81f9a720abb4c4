// core/session/engine_sessions.cpp: the engine's side of all its sessions, a pure state machine.
//
// The plot. An Exchange brings tasks, an acknowledgement and aborts, and is itself the only way in which the engine can
// speak to its client: by answering it. So the newest one of each session is parked (EngineSession), and all others are
// answered at once. The parked one is answered when there is something worth saying: results, and no more of them to
// come soon; a limit that rose after the client had used it up; or that nothing is owed at all, so that the client need
// not wait. Else after `poll`, which tells both sides that the other still lives.
//
// Tasks pass the reorder buffer into the queue of their session (Inbox) and are taken from there in turns (Turns).
// Outcomes go into the ResultLog, where they stay until they are acknowledged: once on every link they are put into an
// answer, since an answer may be lost with its link.
//
// A task may have a time limit. Whether it is queued or runs when its time is over, its result is there at once; a
// queued one is not run, and one that runs is asked to stop, and what it gives later is dropped. Credit that it used is
// free again at once, for its client has the outcome and may send what needs it.
//
// No task may run twice. Three gates see to that. The envelope names the engine's incarnation, since a request goes to
// whoever listens at an address. A task whose seq was admitted before is dropped. And a session that ended is never
// opened again: it is remembered, or it came through a door that has closed (Forgotten).
//
// Nothing that comes from outside is believed. A client that oversteps a limit that it was granted is faulty or
// hostile, and its session ends.
//
// Places are few. When all are taken, a newcomer gets the place of a client that has something here, be it a result
// that stays, and was not heard for `unheard`: it would have been heard if it lived. If there is none, the newcomer
// gets the place of a client that has nothing here: on the host that has most places, the one that was silent longest.
//
// The budget: what a session may still send, what it has at the engine, and the results that it has not acknowledged
// count against `engine_bytes`. A session is granted a quarter of what is left, at most `bytes_ahead`; what was granted
// once is not taken back. When nothing is granted, tasks come one at a time, and such a lone task may be as large as a
// machine holds. Over all sessions only one task beyond this budget may come at a time, and only while its chunks keep
// coming.
#include "core/session/engine_sessions.hpp"

#include <algorithm>
#include <new>
#include <unordered_map>
#include <utility>

#include "core/session/engine_session.hpp"
#include "core/session/forgotten.hpp"

namespace enginery::session {

struct EngineSessions::State {
  struct Active {
    EngineSession* session;  // nothing once it is forgotten
    Uuid id;
    std::uint64_t seq, bytes;
    Time deadline;
    bool decided = false;  // its client has its outcome, though it still runs
  };

  const Uuid engine;
  const Limits limits;
  std::unordered_map<Uuid, std::unique_ptr<EngineSession>> all{};
  Turns turns{limits};
  Forgotten forgotten{limits.forgotten};
  std::optional<Active> active{};
  const EngineSession* giant = nullptr;   // whose task is larger than all budgets
  std::uint64_t committed = 0, held = 0;  // over all sessions
  Time deadline = kNever;                 // not later than the earliest of any session
  Standstill standstill{Time(0), limits.standstill};

  EngineSession* find(const Uuid& session) {
    const auto place = all.find(session);
    return place == all.end() ? nullptr : place->second.get();
  }
  bool runs(const EngineSession& s) const { return active && active->session == &s; }
  /// The seq of its task that runs and whose outcome is open, or 0.
  std::uint64_t running(const EngineSession& s) const { return runs(s) && !active->decided ? active->seq : 0; }

  void raise_limits(EngineSession& s) {
    held += s.results.bytes() - s.held;
    s.held = s.results.bytes();
    const std::uint64_t used = committed - s.committed + held;
    const std::uint64_t left = limits.engine_bytes > used ? limits.engine_bytes - used : 0;
    s.inbox.raise_limits(s.results.acknowledged(), std::min(limits.bytes_ahead, left / 4));
    committed += s.inbox.committed() - s.committed;
    s.committed = s.inbox.committed();
  }

  /// To be called after everything that changes a session.
  void settle(EngineSession& s, Time now, EngineActions& out) {
    raise_limits(s);
    if (s.runnable() && turns.add(s)) out.emplace_back(WorkReady{});
    s.settle(running(s) > 0, now, out);
    deadline = std::min(deadline, s.deadline());
  }

  void forget(EngineSession& s, Farewell why, EngineActions& out) {
    s.dismiss(Status::unknown, words_of(why, limits), out);
    if (runs(s)) {
      out.emplace_back(StopTask{s.id, active->seq});
      active->session = nullptr;
    }
    turns.remove(s);
    if (giant == &s) giant = nullptr;
    committed -= s.committed;
    held -= s.held;
    forgotten.add(s.id, why);
    out.emplace_back(SessionEnded{s.id, why});
    all.erase(Uuid(s.id));
  }

  /// Decides the running task's outcome if its time is over.
  void overrun(Time now, EngineActions& out) {
    if (!active || !active->session || active->decided || now < active->deadline) return;
    active->decided = true;
    active->session->inbox.finished(active->bytes);
    active->session->results.add(active->seq, Ending::overran, {}, {}, now);
    out.emplace_back(StopTask{active->id, active->seq});
  }
  Time overrun_at() const { return active && active->session && !active->decided ? active->deadline : kNever; }

  void refuse(Ticket ticket, std::uint64_t x, Status status, std::string words, EngineActions& out) const {
    out.emplace_back(
        AnswerExchange{ticket, {.status = status, .x = x, .words = std::move(words), .door = forgotten.door()}});
  }

  /// The session of an Exchange, opened if need be. Nothing when it was refused.
  EngineSession* admit(Ticket ticket, const Exchange& exchange, Time now, EngineActions& out) {
    if (EngineSession* s = find(exchange.session)) return s;
    const std::optional<Farewell> ended = forgotten.find(exchange.session);
    if (ended || !exchange.open) {
      refuse(ticket, exchange.x, Status::unknown, ended ? words_of(*ended, limits) : "it ended long ago", out);
      return nullptr;
    }
    if (!forgotten.is_open(exchange.door)) {
      refuse(ticket, exchange.x, Status::closed_door, "so many sessions have ended that it cannot know this one", out);
      return nullptr;
    }
    if (all.size() >= limits.sessions) make_room(exchange.origin, now, out);
    if (all.size() >= limits.sessions) {
      refuse(ticket, exchange.x, Status::busy,
             "it serves " + std::to_string(all.size()) +
                 " clients, which is its limit, and all have work there; end one of them or start more engines",
             out);
      return nullptr;
    }
    auto& place = all[exchange.session];
    place = std::make_unique<EngineSession>(exchange.session, limits, now);
    place->origin = exchange.origin;
    return place.get();
  }

  /// Frees one place for a client of `origin`, if some session can be ended for it.
  void make_room(std::uint64_t origin, Time now, EngineActions& out) {
    std::unordered_map<std::uint64_t, std::size_t> places{{origin, 1}};  // by origin, with the one to come
    for (const auto& [id, s] : all) ++places[s->origin];
    EngineSession *unheard = nullptr, *idle = nullptr;
    const auto sooner = [&](const EngineSession& s, const EngineSession& other) {
      const std::size_t its = places[s.origin], others = places[other.origin];
      return its != others ? its > others : s.heard < other.heard;
    };
    for (const auto& [id, s] : all) {
      if (!s->idle() && now - s->heard >= limits.unheard && (!unheard || sooner(*s, *unheard))) unheard = s.get();
      if (s->idle() && (!idle || sooner(*s, *idle))) idle = s.get();
    }
    if (unheard)
      forget(*unheard, Farewell::unheard, out);
    else if (idle)
      forget(*idle, Farewell::newcomer, out);
  }

  /// To be called first in every event: no client was silent in the time in which this process stood still.
  void look(Time now) {
    const Time stood_still = standstill.since_last_look(now);
    if (stood_still == Time(0)) return;
    for (const auto& [id, s] : all) s->heard += stood_still;
  }

  /// What `s` may have beyond its credit. One session at a time, the giant, gets all that it asks for, so that at least
  /// one transfer always completes; the others share the budget.
  std::uint64_t room_beyond_credit(const EngineSession& s) {
    if (giant && giant->inbox.beyond_credit() == 0) giant = nullptr;
    std::uint64_t others = 0;
    for (const auto& [id, other] : all) {
      const std::uint64_t bytes = other.get() == &s ? 0 : other->inbox.beyond_credit();
      if (!giant && bytes > 0) giant = other.get();
      if (giant != other.get()) others += bytes;
    }
    if (!giant) giant = &s;
    if (giant == &s) return limits.largest_task;
    return limits.engine_bytes > others ? limits.engine_bytes - others : 0;
  }
};

EngineSessions::EngineSessions(const Uuid& engine, const Limits& limits) : state_(new State{engine, limits}) {}
EngineSessions::~EngineSessions() = default;

void EngineSessions::on_exchange(Ticket ticket, Exchange exchange, Time now, EngineActions& out) {
  State& state = *state_;
  state.look(now);
  const std::uint64_t x = exchange.x;
  if (exchange.engine != state.engine)
    return state.refuse(ticket, x, Status::wrong_engine, "another engine is at this address now; connect again", out);
  if (exchange.bye) {
    if (EngineSession* s = state.find(exchange.session))
      state.forget(*s, Farewell::bye, out);
    else
      state.forgotten.add(exchange.session, Farewell::bye);
    return state.refuse(ticket, x, Status::ok, {}, out);
  }
  EngineSession* s = state.admit(ticket, exchange, now, out);
  if (!s) return;
  if (exchange.link < s->link) return state.refuse(ticket, x, Status::stale, "this link was replaced", out);
  if (exchange.link > s->link) s->change_link(exchange.link, out);
  s->heard = now;
  if (s->seen.plausible(x) && !s->seen.note(x)) {
    out.emplace_back(AnswerExchange{ticket, s->reply(x, false)});
    return;
  }
  s->door = state.forgotten.door();
  s->client_pid = exchange.client_pid;
  s->client_start = exchange.client_start;
  if (!s->seen.plausible(x) || !s->process(exchange, state.running(*s), now, out)) {
    state.forget(*s, Farewell::broken, out);
    return state.refuse(ticket, x, Status::unknown, words_of(Farewell::broken, state.limits), out);
  }
  state.raise_limits(*s);
  s->park(ticket, x, now, out);
  state.settle(*s, now, out);
}

void EngineSessions::on_chunk(Ticket ticket, Chunk chunk, Time now, EngineActions& out) {
  State& state = *state_;
  state.look(now);
  const auto answer = [&](Status status) { out.emplace_back(AnswerChunk{ticket, {status}}); };
  if (chunk.engine != state.engine) return answer(Status::wrong_engine);
  EngineSession* s = state.find(chunk.session);
  if (!s) return answer(Status::unknown);
  s->heard = now;
  try {
    const Status status = s->inbox.receive(chunk, state.room_beyond_credit(*s));
    if (status == Status::ok) state.deadline = std::min(state.deadline, s->deadline());
    if (status != Status::unknown) return answer(status);
  } catch (const std::bad_alloc&) {
    return answer(Status::no_memory);  // the client puts an empty entry into the task's place
  }
  state.forget(*s, Farewell::broken, out);
  answer(Status::unknown);
}

void EngineSessions::on_fetch(Ticket ticket, Fetch fetch, Time now, EngineActions& out) {
  State& state = *state_;
  state.look(now);
  const auto answer = [&](Fetched fetched) { out.emplace_back(AnswerFetch{ticket, std::move(fetched)}); };
  if (fetch.engine != state.engine) return answer({Status::wrong_engine, {}});
  EngineSession* s = state.find(fetch.session);
  if (!s) return answer({Status::unknown, {}});
  s->heard = now;
  std::optional<Bytes> part = s->results.part(fetch);
  if (!part) return answer({Status::unknown, {}});
  answer({Status::ok, std::move(*part)});
}

std::optional<Running> EngineSessions::next(Time now, EngineActions& out) {
  State& state = *state_;
  tick(now, out);
  if (state.active) return std::nullopt;
  EngineSession* s = state.turns.next(now);
  if (!s) return std::nullopt;
  auto [seq, task] = s->inbox.take();
  state.active = State::Active{s, s->id, seq, task.bytes, task.deadline};
  return Running{s->id, seq, std::move(task.body), std::move(task.bulk)};
}

void EngineSessions::finished(const Uuid& session, std::uint64_t seq, Bytes body, std::vector<Bytes> bulk, Time now,
                              EngineActions& out) {
  State& state = *state_;
  if (!state.active || state.active->id != session || state.active->seq != seq) return;
  const State::Active done = *state.active;
  state.active.reset();
  if (!done.session || done.decided) return;
  done.session->inbox.finished(done.bytes);
  done.session->results.add(seq, Ending::done, std::move(body), std::move(bulk), now);
  state.settle(*done.session, now, out);
}

void EngineSessions::forget(const Uuid& session, Time, EngineActions& out) {
  if (EngineSession* s = state_->find(session)) state_->forget(*s, Farewell::gone, out);
}

void EngineSessions::keeps(const Uuid& session, bool any) {
  if (EngineSession* s = state_->find(session)) s->keeps = any;
}

void EngineSessions::tick(Time now, EngineActions& out) {
  State& state = *state_;
  state.look(now);
  if (now < state.deadline) return;
  std::vector<std::pair<EngineSession*, Farewell>> silent;
  for (const auto& [id, s] : state.all) {
    if (now - s->heard >= state.limits.silence)
      silent.emplace_back(s.get(), Farewell::silent);
    else if (s->inbox.half_given() && now - s->heard >= state.limits.unheard)
      silent.emplace_back(s.get(), Farewell::half_given);
  }
  for (const auto& [s, why] : silent) state.forget(*s, why, out);
  state.overrun(now, out);
  state.deadline = state.overrun_at();
  for (const auto& [id, s] : state.all) {
    s->expire(now);
    state.settle(*s, now, out);
  }
}

Time EngineSessions::next_deadline() const { return state_->deadline; }

std::size_t EngineSessions::count() const { return state_->all.size(); }

std::vector<EngineSessions::Summary> EngineSessions::sessions() const {
  std::vector<Summary> summaries;
  summaries.reserve(state_->all.size());
  for (const auto& [id, s] : state_->all)
    summaries.push_back({id, s->client_pid, s->client_start, s->inbox.queued(), s->results.unacknowledged(),
                         s->inbox.held_bytes(), s->results.bytes()});
  return summaries;
}

}  // namespace enginery::session
