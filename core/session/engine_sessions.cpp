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
// What must not happen twice is running a task. Three gates see to it: the envelope names the incarnation, for requests
// go to whoever listens at an address; what has a seq that was admitted is dropped; and a session that ended is
// remembered (Forgotten), for a late Exchange marked `open` would begin it anew.
//
// Nothing that comes from outside is believed. A client that oversteps a limit it was granted has an error in it or
// worse, and its session ends.
//
// The budget: what a session may still send or has at the engine, and the results it has not acknowledged, count
// against `engine_bytes`. A session is granted a quarter of what is left, at most `bytes_ahead`; what was granted once
// is not taken back. With nothing granted, tasks go one at a time.
#include "core/session/engine_sessions.hpp"

#include <algorithm>
#include <new>
#include <unordered_map>

#include "core/session/engine_session.hpp"
#include "core/session/forgotten.hpp"
#include "core/session/turns.hpp"

namespace enginery::session {

struct EngineSessions::State {
  struct Active {
    EngineSession* session;  // nothing once it is forgotten
    Uuid id;
    std::uint64_t seq, bytes;
    Time deadline;
    bool decided = false;  // its client has its outcome, though it still runs
  };

  State(const Uuid& uuid, const Limits& numbers) : engine(uuid), limits(numbers), turns(numbers) {}

  Uuid engine;
  Limits limits;
  std::unordered_map<Uuid, std::unique_ptr<EngineSession>> all;
  Turns turns;
  Forgotten forgotten;
  std::optional<Active> active;
  std::uint64_t committed = 0, held = 0;  // over all sessions
  Time deadline = kNever;                 // not later than the earliest of any session

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

  void forget(EngineSession& s, Status status, const std::string& words, EngineActions& out) {
    s.dismiss(status, words, out);
    if (runs(s)) {
      out.emplace_back(StopTask{s.id, active->seq});
      active->session = nullptr;
    }
    turns.remove(s);
    committed -= s.committed;
    held -= s.held;
    forgotten.add(s.id);
    out.emplace_back(SessionEnded{s.id});
    all.erase(Uuid(s.id));
  }

  /// The running task's outcome is decided if its time is over.
  void overrun(Time now, EngineActions& out) {
    if (!active || !active->session || active->decided || now < active->deadline) return;
    active->decided = true;
    active->session->inbox.finished(active->bytes);
    active->session->results.add(active->seq, Ending::overran, {}, {}, now);
    out.emplace_back(StopTask{active->id, active->seq});
  }
  Time overrun_at() const { return active && active->session && !active->decided ? active->deadline : kNever; }

  static void refuse(Ticket ticket, std::uint64_t x, Status status, std::string words, EngineActions& out) {
    Reply reply;
    reply.status = status;
    reply.x = x;
    reply.words = std::move(words);
    out.emplace_back(AnswerExchange{ticket, std::move(reply)});
  }

  /// The session of an Exchange, opened if need be. Nothing when it was refused.
  EngineSession* admit(Ticket ticket, const Exchange& exchange, Time now, EngineActions& out) {
    if (EngineSession* s = find(exchange.session)) return s;
    if (!exchange.open || forgotten.contains(exchange.session)) {
      refuse(ticket, exchange.x, Status::unknown, "the engine does not know this session any more; connect again", out);
      return nullptr;
    }
    if (all.size() >= limits.sessions) {
      refuse(ticket, exchange.x, Status::busy,
             "the engine serves " + std::to_string(all.size()) +
                 " clients, which is its limit; end one of them or start more engines",
             out);
      return nullptr;
    }
    auto& place = all[exchange.session];
    place = std::make_unique<EngineSession>(exchange.session, limits, now);
    return place.get();
  }
};

namespace {
const std::string kBroken = "the session broke its limits; client and engine must be of the same release";
}  // namespace

EngineSessions::EngineSessions(const Uuid& engine, const Limits& limits)
    : state_(std::make_unique<State>(engine, limits)) {}
EngineSessions::~EngineSessions() = default;

void EngineSessions::on_exchange(Ticket ticket, Exchange exchange, Time now, EngineActions& out) {
  State& state = *state_;
  const std::uint64_t x = exchange.x;
  if (exchange.engine != state.engine)
    return State::refuse(ticket, x, Status::wrong_engine, "another engine is at this address now; connect again", out);
  if (exchange.bye) {
    forget(exchange.session, now, out);
    state.forgotten.add(exchange.session);
    return State::refuse(ticket, x, Status::ok, {}, out);
  }
  EngineSession* s = state.admit(ticket, exchange, now, out);
  if (!s) return;
  if (exchange.link < s->link) return State::refuse(ticket, x, Status::stale, "this link was replaced", out);
  if (exchange.link > s->link) s->change_link(exchange.link, out);
  s->heard = now;
  if (s->seen.plausible(x) && !s->seen.note(x)) {
    out.emplace_back(AnswerExchange{ticket, s->reply(x, false)});
    return;
  }
  s->client_pid = exchange.client_pid;
  s->client_start = exchange.client_start;
  if (!s->seen.plausible(x) || !s->process(exchange, state.running(*s), now, out)) {
    state.forget(*s, Status::unknown, kBroken, out);
    return State::refuse(ticket, x, Status::unknown, kBroken, out);
  }
  state.raise_limits(*s);
  s->park(ticket, x, now, out);
  state.settle(*s, now, out);
}

void EngineSessions::on_chunk(Ticket ticket, Chunk chunk, Time now, EngineActions& out) {
  State& state = *state_;
  const auto answer = [&](Status status) { out.emplace_back(AnswerChunk{ticket, {status}}); };
  if (chunk.engine != state.engine) return answer(Status::wrong_engine);
  EngineSession* s = state.find(chunk.session);
  if (!s) return answer(Status::unknown);
  s->heard = now;
  try {
    if (s->inbox.receive(chunk)) return answer(Status::ok);
  } catch (const std::bad_alloc&) {
    return answer(Status::no_memory);  // the client puts an empty entry into the task's place
  }
  state.forget(*s, Status::unknown, kBroken, out);
  answer(Status::unknown);
}

void EngineSessions::on_fetch(Ticket ticket, Fetch fetch, Time now, EngineActions& out) {
  State& state = *state_;
  Fetched fetched;
  if (fetch.engine != state.engine) {
    fetched.status = Status::wrong_engine;
  } else if (EngineSession* s = state.find(fetch.session)) {
    s->heard = now;
    if (auto part = s->results.part(fetch))
      fetched.bytes = std::move(*part);
    else
      fetched.status = Status::unknown;
  } else {
    fetched.status = Status::unknown;
  }
  out.emplace_back(AnswerFetch{ticket, std::move(fetched)});
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
  if (EngineSession* s = state_->find(session))
    state_->forget(*s, Status::unknown, "the engine forgot this session, whose client it takes for gone", out);
}

void EngineSessions::tick(Time now, EngineActions& out) {
  State& state = *state_;
  if (now < state.deadline) return;
  std::vector<Uuid> silent;
  for (const auto& [id, s] : state.all)
    if (now - s->heard >= state.limits.silence) silent.push_back(id);
  for (const Uuid& id : silent) forget(id, now, out);
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
