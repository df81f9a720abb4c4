// tests/unit/session/simulated_engine.cpp: one incarnation of the simulated engine.
#include "simulated_engine.hpp"

#include <algorithm>

namespace enginery::session::simulation {

using namespace std::chrono_literals;

SimulatedEngine::SimulatedEngine(Simulator& world)
    : world_(world), uuid_(world.uuid()), sessions_(uuid_, world.plan.limits) {}

bool SimulatedEngine::knows(const Uuid& session) const {
  const auto all = sessions_.sessions();
  return std::any_of(all.begin(), all.end(), [&](const auto& summary) { return summary.session == session; });
}

void SimulatedEngine::receive(const RequestPtr& request) {
  const Ticket ticket = ++last_ticket_;
  tickets_[ticket] = {request, world_.now};
  EngineActions actions;
  if (const auto* exchange = std::get_if<Exchange>(&request->message)) {
    world_.note([&] {
      return "engine gets exchange x=" + std::to_string(exchange->x) + " link " + std::to_string(exchange->link) +
             " of " + Simulator::name(exchange->session) + ", " + std::to_string(exchange->tasks.size()) +
             " tasks, ack " + std::to_string(exchange->result_ack) + (exchange->bye ? ", bye" : "");
    });
    for (const Task& task : exchange->tasks) {
      std::uint64_t bytes = task.body.size();
      for (const std::uint64_t size : task.bulk_sizes) bytes += size;
      largest_task_ = std::max(largest_task_, bytes);
    }
    note_admissions(*exchange);
    sessions_.on_exchange(ticket, *exchange, world_.now, actions);
  } else if (const auto* chunk = std::get_if<Chunk>(&request->message)) {
    largest_task_ = std::max(largest_task_, 4 * chunk->total);
    if (world_.random.per_mille(world_.plan.refusals))
      return world_.answer(take(ticket), ChunkAnswer{Status::no_memory});
    sessions_.on_chunk(ticket, *chunk, world_.now, actions);
  } else {
    sessions_.on_fetch(ticket, std::get<Fetch>(request->message), world_.now, actions);
  }
  perform(actions);
}

void SimulatedEngine::note_admissions(const Exchange& exchange) {
  Sent& sent = sent_[exchange.session];
  for (const Task& task : exchange.tasks)
    if (task.seq > sent.admitted) sent.early.emplace(task.seq, task.aborted ? Bytes() : task.body);
  for (auto next = sent.early.find(sent.admitted + 1); next != sent.early.end();
       next = sent.early.find(++sent.admitted + 1)) {
    if (next->second.empty()) continue;
    Story& story = world_.story(next->second);
    if (story.time_limit > Time(0)) story.deadline = world_.now + story.time_limit;
  }
}

void SimulatedEngine::forget(const Uuid& session) {
  EngineActions actions;
  sessions_.forget(session, world_.now, actions);
  perform(actions);
}

void SimulatedEngine::die() {
  alive_ = false;
  running_.reset();
  for (auto& [ticket, waiting] : tickets_) world_.fail(waiting.request, world_.delay());
  tickets_.clear();
}

void SimulatedEngine::perform(EngineActions& actions) {
  for (EngineAction& action : actions) std::visit([this](auto& one) { act(one); }, action);
  run_next();
  after_event();
}

RequestPtr SimulatedEngine::take(Ticket ticket) {
  const auto place = tickets_.find(ticket);
  world_.demand(place != tickets_.end(), "every ticket is answered once");
  world_.demand(world_.now - place->second.since <= world_.plan.limits.poll, "a parked exchange is answered in time");
  RequestPtr request = place->second.request;
  tickets_.erase(place);
  return request;
}

void SimulatedEngine::act(AnswerExchange& action) {
  std::uint64_t bytes = 0;
  for (const Result& result : action.reply.results) bytes += result.body.size();
  world_.demand(action.reply.results.size() <= 1 || bytes <= world_.plan.limits.message_bytes,
                "an answer is no larger than a message");
  world_.note([&] {
    return "engine answers x=" + std::to_string(action.reply.x) + " status " +
           std::to_string(static_cast<int>(action.reply.status)) + ", admitted " +
           std::to_string(action.reply.admitted) + ", " + std::to_string(action.reply.results.size()) + " results";
  });
  const RequestPtr request = take(action.ticket);
  door_ = std::max(door_, action.reply.door);
  auto& told = told_[std::get<Exchange>(request->message).session];
  for (const Result& result : action.reply.results) {
    const Told& once = told.try_emplace(result.seq, Told{result.r, result.ending}).first->second;
    world_.demand(once.r == result.r && once.ending == result.ending, "a task has one result");
  }
  world_.answer(request, std::move(action.reply));
}

void SimulatedEngine::act(AnswerChunk& action) { world_.answer(take(action.ticket), action.answer); }
void SimulatedEngine::act(AnswerFetch& action) { world_.answer(take(action.ticket), std::move(action.fetched)); }
void SimulatedEngine::act(WorkReady&) {}

void SimulatedEngine::act(StopTask& action) {
  world_.demand(running_ && running_->session == action.session && running_->seq == action.seq,
                "only a task that runs is told to stop");
  const Story& story = world_.stories[running_->story];
  if (story.deadline <= world_.now) running_->overran = true;
  // Some tasks look at their stop token, others do not.
  if (world_.random.half()) world_.after(world_.delay(), [this, token = running_->token] { finish(token); });
}

void SimulatedEngine::act(SessionEnded& action) {
  world_.demand(ended_.insert(action.session).second, "a session ends once");
}

void SimulatedEngine::run_next() {
  if (running_) return;
  EngineActions actions;
  std::optional<Running> next = sessions_.next(world_.now, actions);
  for (EngineAction& action : actions) std::visit([this](auto& one) { act(one); }, action);
  if (!next) return;
  Story& story = world_.story(next->body);
  world_.note([&] { return "engine runs task " + std::to_string(story.id) + ", seq " + std::to_string(next->seq); });
  world_.demand(!story.ran, "a task runs at most once");
  world_.demand(!ended_.contains(next->session), "no task of a session starts after its end");
  world_.demand(!told_[next->session].contains(next->seq), "no task runs when it has its result");
  if (world_.plan.calm) world_.demand(world_.now < story.deadline, "no task runs when its time is over");
  world_.demand(next->seq > last_started_[next->session], "tasks of a client start in the order of seq");
  world_.demand(next->bulk.size() == story.bulk.size(), "a task has its payloads");
  for (std::size_t i = 0; i < story.bulk.size(); ++i)
    world_.demand(next->bulk[i].text() == story.bulk[i].text(), "a task has the right payloads");
  if (world_.plan.calm && story.abort_asked != kNever)
    world_.demand(world_.now - story.abort_asked <= 2 * world_.plan.limits.poll + 10 * world_.plan.max_delay,
                  "a queued task that was aborted does not run");
  last_started_[next->session] = next->seq;
  story.ran = true;
  world_.progress = world_.now;
  running_ = Now{next->session, next->seq, story.id, ++last_token_};
  world_.after(story.duration, [this, token = running_->token] { finish(token); });
}

void SimulatedEngine::finish(std::uint64_t token) {
  if (!running_ || running_->token != token) return;
  const Now done = *running_;
  running_.reset();
  Story& story = world_.stories[done.story];
  story.finished = world_.now;
  if (world_.plan.calm)
    world_.demand(done.overran || world_.now <= story.deadline, "a task is asked to stop when its time is over");
  world_.progress = world_.now;
  for (const auto& summary : sessions_.sessions())
    if (summary.session == done.session) story.result_backlog = summary.unacknowledged + 1;
  story.result_backlog += story.result_bulk.size() * (1 + world_.plan.max_bytes / world_.plan.limits.chunk_bytes) * 8;
  std::uint64_t bytes = story.result.size();
  for (const Bytes& payload : story.result_bulk) bytes += payload.size();
  largest_result_ = std::max(largest_result_, bytes);
  world_.note([&] { return "task " + std::to_string(story.id) + " is finished"; });
  EngineActions actions;
  const bool keeps = world_.random.per_mille(300) && !done.overran;  // nobody could name the result of one that overran
  if (keeps)
    kept_.insert(done.session);
  else
    kept_.erase(done.session);
  sessions_.keeps(done.session, keeps);
  sessions_.finished(done.session, done.seq, story.result, story.result_bulk, world_.now, actions);
  perform(actions);
}

void SimulatedEngine::after_event() {
  if (!alive_) return;
  check_limits();
  const Time deadline = sessions_.next_deadline();
  if (deadline == kNever || deadline >= alarm_) return;
  alarm_ = deadline;
  world_.at(std::max(deadline, world_.now), [this, deadline] {
    if (!alive_) return;
    if (alarm_ == deadline) alarm_ = kNever;
    EngineActions actions;
    sessions_.tick(world_.now, actions);
    perform(actions);
  });
}

void SimulatedEngine::check_limits() {
  const Limits& limits = world_.plan.limits;
  const auto all = sessions_.sessions();
  world_.demand(all.size() <= limits.sessions, "no more sessions than allowed");
  for (const auto& summary : all) {
    world_.demand(summary.queued <= limits.tasks_ahead, "no more tasks are queued than were granted");
    world_.demand(summary.unacknowledged <= 2 * limits.tasks_ahead, "no more results wait than tasks were granted");
    world_.demand(summary.result_bytes <= limits.result_bytes + largest_result_, "results that wait have a bound");
    world_.demand(summary.queued_bytes <= 2 * std::max(limits.bytes_ahead, largest_task_), "held bytes have a bound");
  }
}

void SimulatedEngine::check_quiet() {
  for (const auto& summary : sessions_.sessions()) {
    if (!world_.client_lives(summary.session)) continue;
    world_.demand(summary.unacknowledged == 0 && summary.result_bytes == 0, "every result is acknowledged");
    world_.demand(summary.queued == 0 && summary.queued_bytes == 0, "nothing is left at the engine");
  }
}

void SimulatedEngine::check_places() {
  std::erase_if(kept_, [this](const Uuid& session) { return !knows(session); });
  for (std::uint64_t origin = 0; origin <= world_.plan.limits.sessions;
       ++origin) {  // the first may only learn the door
    Exchange comes;
    comes.engine = uuid_;
    comes.session = world_.uuid();
    comes.x = 1;
    comes.open = true;
    comes.door = door_;
    comes.origin = origin;
    receive(Simulator::from_nobody(std::move(comes)));
  }
  for (const Uuid& session : kept_) {
    if (world_.client_lives(session))
      world_.demand(knows(session), "whose results stay keeps its place while it lives");
    else
      world_.demand(!knows(session), "whose results stay gives its place when it is silent");
  }
}

}  // namespace enginery::session::simulation
