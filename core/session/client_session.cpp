// core/session/client_session.cpp: the client's side of a session, a pure state machine.
//
// The plot. A task is submitted into the queue and leaves it when the engine says that it admitted it. Between the two
// it may travel several times, because a link may break: the engine drops what it has admitted before. So a task runs
// at most once. Its result is numbered r and repeated by the engine on every new link until the client acknowledges
// it; the client drops an r that has come before. So an outcome is delivered exactly once.
//
// Everything else is about when to speak. pump() is called after each event and opens an Exchange, while fewer than
// `exchanges_open` are open, if there is something to say: tasks, aborts, or an acknowledgement that the engine waits
// for. It opens an empty one when nothing is open but the engine still owes results, since an engine can speak only by
// answering. It opens none when nothing is owed: a blocking call is one request and one reply, and its acknowledgement
// travels with the next call, or alone after `poll`. A client that has said nothing for a quarter of `silence` sends an
// empty Exchange to show that it lives, or the engine would forget it. While results of it stay at the engine, or
// chunks are under way, it does so after a third of `unheard`, or it might lose its place with them. Any answer may say
// that results stay; that none stay is believed only from an answer that is newer than all before.
//
// Large payloads go beside the Exchanges: a task waits in the queue until its chunks are answered, a result is
// delivered and acknowledged after its last chunk was fetched. A chunk can only reach a session that exists, so while
// a task with chunks waits and the engine has never answered, an empty Exchange marked `open` goes first.
//
// A session comes through the engine's door, whose number grows with the sessions that have ended there. When a door
// has closed, the engine refuses the Exchange and names the new door. If it has refused every Exchange of this session
// in that way, all is sent again on a new link. Otherwise it may have run some tasks in a session that it has forgotten
// since, and this session is lost.
//
// A task that is aborted before it was sent has its outcome at once, whatever the engine does; an empty entry takes its
// place. The same happens when the engine has no memory for a task's payloads. Other aborts are sent once on each link:
// an answered Exchange was processed, and an unanswered one breaks its link. A task that was sent once stays as it is
// and is sent again in full, so that both sides count the same bytes.
#include "core/session/client_session.hpp"

#include <algorithm>
#include <new>

#include "core/session/ledger.hpp"
#include "core/session/transfers.hpp"

namespace enginery::session {

struct ClientSession::State {
  const Uuid engine, session;
  const Limits limits;
  std::uint64_t door, latest_door = door;  // of this session, and of those to come
  std::uint64_t pid = 0, start = 0;
  std::uint64_t unrefused = 0;  // Exchanges that were sent and that no closed door has refused
  TaskQueue queue{limits};
  Outcomes outcomes{};
  Arrivals arrivals{};
  Link link{limits};
  Uploads uploads{engine, session, limits};
  Downloads downloads{engine, session, limits};
  std::vector<Abort> aborts{};       // to be sent on this link
  bool opened = false;               // the engine has answered once
  std::uint32_t knocked = 0;         // the link on which an Exchange was sent to open the session
  bool over = false;                 // lost, or bye
  bool keeps = false;                // results may stay at the engine
  Time quiet_since{0};               // nothing was said or heard since
  std::uint64_t ack_bytes_sent = 0;  // arrivals.ack_bytes() when it was last sent

  /// Results that the engine still owes for what was sent to it.
  bool owed() const { return queue.sent() > arrivals.count(); }
  bool news() const { return arrivals.ack() > link.ack_sent(); }
  /// When an idle session sends its next Exchange.
  Time idle_due() const {
    if (!opened || link.open_count() > 0) return kNever;
    // Lost chunks are sent again after ever longer pauses; without an Exchange the engine would hear nothing meanwhile.
    const bool has_something_there = keeps || uploads.under_way() || downloads.under_way();
    return quiet_since + (news() ? limits.poll : has_something_there ? limits.unheard / 3 : limits.silence / 4);
  }

  Exchange make_exchange() const {
    return {.engine = engine,
            .session = session,
            .link = link.number(),
            .open = !opened,
            .door = opened ? 0 : door,
            .result_ack = arrivals.ack(),
            .client_pid = pid,
            .client_start = start};
  }

  bool must_speak(Time now) const {
    if (link.open_count() == 0 && (owed() || now >= idle_due())) return true;
    if (!opened && queue.has_transfers() && knocked != link.number()) return true;
    // The engine cannot go on without these acknowledgements, or holds much memory for them.
    return news() &&
           (queue.blocked(outcomes.first()) || arrivals.ack_bytes() - ack_bytes_sent > limits.result_bytes / 2);
  }

  void fill(Exchange& exchange) {
    const std::uint64_t used = queue.take(limits.message_bytes, outcomes.first(), exchange.tasks);
    const std::uint64_t room = limits.message_bytes > used ? (limits.message_bytes - used) / 8 : 0;
    const std::uint64_t count = std::min<std::uint64_t>(aborts.size(), exchange.tasks.empty() ? room + 1 : room);
    exchange.aborts.assign(aborts.begin(), aborts.begin() + static_cast<std::ptrdiff_t>(count));
    aborts.erase(aborts.begin(), aborts.begin() + static_cast<std::ptrdiff_t>(count));
  }

  void send(Exchange exchange, Time now, ClientActions& out) {
    exchange.x = link.open(exchange.result_ack, now);
    ack_bytes_sent = arrivals.ack_bytes();
    quiet_since = now;
    ++unrefused;
    out.emplace_back(SendExchange{std::move(exchange)});
  }

  void pump(Time now, ClientActions& out) {
    if (over) return;
    if (opened) uploads.pump(queue, outcomes.first(), now, out);
    downloads.pump(now, out);
    while (link.usable(now) && link.open_count() < limits.exchanges_open) {
      Exchange exchange = make_exchange();
      fill(exchange);
      if (exchange.tasks.empty() && exchange.aborts.empty() && !must_speak(now)) break;
      if (!opened && exchange.tasks.empty()) knocked = link.number();
      send(std::move(exchange), now, out);
    }
  }

  void relink(Time now, ClientActions& out) {
    link.next(now);
    queue.rewind();
    aborts.clear();
    for (const Abort& abort : outcomes.aborts())
      if (abort.seq <= queue.ever_sent()) aborts.push_back(abort);
    out.emplace_back(Relink{link.number()});
  }

  /// The engine has refused an Exchange at its door.
  void refused_at_door(const Reply& reply, Time now, ClientActions& out) {
    --unrefused;
    link.answered(reply.x);
    if (link.open_count() > 0) return;  // the answers to the others will tell whether they were refused, too
    if (opened || unrefused > 0) return lose(reply.status, reply.words, out);
    door = latest_door;
    relink(now, out);
    pump(now, out);
  }

  void lose(Status why, std::string words, ClientActions& out) {
    over = true;
    out.emplace_back(Lost{why, std::move(words), outcomes.list()});
  }

  void arrive(Result result, ClientActions& out) {
    std::uint64_t bytes = result.body.size();
    for (const std::uint64_t size : result.bulk_sizes) bytes += size;
    if (!arrivals.note(result.r, bytes)) return;
    if (result.bulk_sizes.empty())
      deliver({result.r, {result.seq, result.ending, std::move(result.body), {}}}, out);
    else if (auto arrived = downloads.add(std::move(result)))
      deliver(std::move(*arrived), out);
  }

  void deliver(Downloads::Arrived arrived, ClientActions& out) {
    arrivals.complete(arrived.r);
    if (outcomes.finish(arrived.deliver.seq)) out.emplace_back(std::move(arrived.deliver));
  }

  /// An empty entry takes its place. Requires: it was not sent.
  void drop_unsent(std::uint64_t seq, Ending why, ClientActions& out) {
    if (!outcomes.outstanding(seq)) return;
    queue.abort_unsent(seq);
    outcomes.tell(seq);
    out.emplace_back(Deliver{seq, why, {}, {}});
  }

  /// Whether no engine that keeps the protocol can answer this.
  bool impossible(const Reply& reply) const {
    if (reply.admitted > queue.ever_sent()) return true;
    for (const Result& result : reply.results)
      if (result.r == 0 || result.r > reply.admitted || result.seq == 0 || result.seq > reply.admitted ||
          result.bulk_sizes.size() > kBulkPerEntry)
        return true;
    return false;
  }
};

ClientSession::ClientSession(const Uuid& engine, const Uuid& session, const Limits& limits, std::uint64_t door)
    : state_(new State{engine, session, limits, door}) {}
ClientSession::~ClientSession() = default;
ClientSession::ClientSession(ClientSession&&) noexcept = default;
ClientSession& ClientSession::operator=(ClientSession&&) noexcept = default;

void ClientSession::set_client_process(std::uint64_t pid, std::uint64_t start) {
  state_->pid = pid;
  state_->start = start;
}

bool ClientSession::has_room(std::uint64_t bytes) const { return state_->queue.has_room(bytes); }

std::uint64_t ClientSession::submit(Bytes body, std::vector<Bytes> bulk, Time now, ClientActions& out,
                                    Time time_limit) {
  State& s = *state_;
  s.queue.push(std::move(body), std::move(bulk), time_limit);
  const std::uint64_t seq = s.outcomes.add();
  s.pump(now, out);
  return seq;
}

void ClientSession::abort(Abort abort, Time now, ClientActions& out) {
  State& s = *state_;
  if (s.over || !s.outcomes.ask(abort)) return;
  if (abort.seq > s.queue.ever_sent())
    s.drop_unsent(abort.seq, Ending::aborted, out);
  else
    s.aborts.push_back(abort);
  s.pump(now, out);
}

void ClientSession::bye(Time now, ClientActions& out) {
  State& s = *state_;
  if (s.over) return;
  s.over = true;
  Exchange exchange = s.make_exchange();
  exchange.bye = true;
  s.send(std::move(exchange), now, out);
}

void ClientSession::on_reply(std::uint32_t link, Reply reply, Time now, ClientActions& out) {
  State& s = *state_;
  if (s.over) return;
  if (reply.status == Status::stale) {
    if (s.link.is_open(link, reply.x)) on_exchange_failed(link, reply.x, now, out);
    return;
  }
  s.latest_door = std::max(s.latest_door, reply.door);
  if (reply.status == Status::closed_door) {
    if (s.link.is_open(link, reply.x)) s.refused_at_door(reply, now, out);
    return;
  }
  if (reply.status != Status::ok) return s.lose(reply.status, std::move(reply.words), out);
  if (s.impossible(reply))
    return s.lose(Status::unknown, "the engine answered what it cannot know; restart it and connect again", out);
  // An answer from an older link is late, but still true: its counters are cumulative.
  s.opened = true;
  s.quiet_since = now;
  s.queue.admit(reply.admitted);
  s.queue.raise_limits(reply.task_limit, reply.byte_limit);
  if (reply.keeps || (link == s.link.number() && s.link.alone(reply.x))) s.keeps = reply.keeps;
  if (link == s.link.number()) s.link.answered(reply.x);
  out.reserve(out.size() + reply.results.size() + 1);
  for (Result& result : reply.results) s.arrive(std::move(result), out);
  s.pump(now, out);
}

void ClientSession::on_exchange_failed(std::uint32_t link, std::uint64_t x, Time now, ClientActions& out) {
  State& s = *state_;
  if (s.over || !s.link.is_open(link, x)) return;
  s.relink(now, out);
  s.pump(now, out);
}

void ClientSession::on_chunk_answered(std::uint64_t seq, std::uint32_t index, std::uint64_t offset, Status status,
                                      Time now, ClientActions& out) {
  State& s = *state_;
  if (s.over) return;
  if (status == Status::no_memory) {
    if (s.uploads.answered({seq, index, offset})) s.drop_unsent(seq, Ending::no_memory, out);
  } else if (status == Status::later) {
    s.uploads.failed({seq, index, offset}, now);
  } else if (status == Status::ok) {
    s.uploads.kept({seq, index, offset}, s.queue);
  } else {
    return s.lose(status, "the engine refused a payload of task " + std::to_string(seq), out);
  }
  s.pump(now, out);
}

void ClientSession::on_chunk_failed(std::uint64_t seq, std::uint32_t index, std::uint64_t offset, Time now,
                                    ClientActions& out) {
  State& s = *state_;
  s.uploads.failed({seq, index, offset}, now);
  s.pump(now, out);
}

void ClientSession::on_fetched(std::uint64_t r, std::uint32_t index, std::uint64_t offset, Fetched fetched, Time now,
                               ClientActions& out) {
  State& s = *state_;
  const Part part{r, index, offset};
  // A late answer that nobody waits for may be a refusal: the engine has long dropped the result.
  if (s.over || !s.downloads.answered(part)) return;
  if (fetched.status != Status::ok || !s.downloads.fits(part, fetched.bytes))
    return s.lose(fetched.status == Status::ok ? Status::unknown : fetched.status,
                  "the engine no longer has the payload of result " + std::to_string(r), out);
  s.quiet_since = now;
  try {
    if (auto arrived = s.downloads.fetched(part, std::move(fetched.bytes))) s.deliver(std::move(*arrived), out);
  } catch (const std::bad_alloc&) {
    return s.lose(Status::no_memory,
                  "no memory for the payload of result " + std::to_string(r) + "; ask for less at once", out);
  }
  s.pump(now, out);
}

void ClientSession::on_fetch_failed(std::uint64_t r, std::uint32_t index, std::uint64_t offset, Time now,
                                    ClientActions& out) {
  State& s = *state_;
  s.downloads.failed({r, index, offset}, now);
  s.pump(now, out);
}

void ClientSession::tick(Time now, ClientActions& out) {
  State& s = *state_;
  if (s.over) return;
  if (s.link.silent(now)) s.relink(now, out);
  const bool silent_up = s.uploads.expire(now), silent_down = s.downloads.expire(now);
  if (silent_up || silent_down) out.emplace_back(RenewBulk{});
  s.pump(now, out);
}

Time ClientSession::next_deadline() const {
  const State& s = *state_;
  if (s.over) return kNever;
  return std::min(
      {s.link.deadline(), std::max(s.idle_due(), s.link.resume_at()), s.uploads.deadline(), s.downloads.deadline()});
}

std::vector<std::uint64_t> ClientSession::outstanding() const { return state_->outcomes.list(); }
std::uint64_t ClientSession::outstanding_count() const { return state_->outcomes.outstanding_count(); }
std::uint64_t ClientSession::door() const { return state_->latest_door; }

}  // namespace enginery::session
