// tests/unit/session/simulated_client.cpp: a program that submits tasks, and the shell around its session.
#include "simulated_client.hpp"

#include <algorithm>

#include "core/session/forgotten.hpp"
#include "core/session/messages.hpp"
#include "simulated_engine.hpp"

namespace enginery::session::simulation {

using namespace std::chrono_literals;

SimulatedClient::SimulatedClient(Simulator& world, unsigned number)
    : world_(world), number_(number), left_(world.plan.tasks) {}

void SimulatedClient::start() {
  connect();
  world_.after(world_.delay(), [this] { user(); });
}

void SimulatedClient::connect() {
  ++generation_;
  if (engine_ != world_.engine().uuid()) door_ = 0;
  engine_ = world_.engine().uuid();
  session_ = world_.uuid();
  link_ = 1;
  last_seq_ = 0;
  alarm_ = kNever;
  machine_.emplace(engine_, session_, world_.plan.limits, door_);
  world_.note([&] { return "client " + std::to_string(number_) + " has session " + Simulator::name(session_); });
}

void SimulatedClient::user() {
  if (!alive_ || left_ == 0) return;
  if (!machine_) connect();
  for (std::uint64_t burst = world_.random.between(1, world_.random.half() ? 1 : 8); burst > 0 && left_ > 0; --burst) {
    if (!machine_) break;
    submit();
  }
  world_.after(world_.random.time(1us, 500ms), [this] { user(); });
}

void SimulatedClient::submit() {
  Story& story = world_.new_story();
  const std::uint64_t bytes = weight(story.body, story.bulk);
  if (!machine_->has_room(bytes)) {
    world_.stories.pop_back();
    return;
  }
  --left_;
  ClientActions actions;
  const std::uint64_t id = story.id;
  // Known first: the engine's answer may lose the session within this very call.
  known_[++last_seq_] = id;
  const std::uint64_t seq = machine_->submit(story.body, story.bulk, world_.now, actions, story.time_limit);
  world_.demand(seq == last_seq_, "seqs have no gaps");
  world_.note([&] { return "client " + std::to_string(number_) + " submits task " + std::to_string(id); });
  if (world_.random.per_mille(world_.plan.aborts)) {
    world_.after(world_.random.half() ? Time(0) : world_.delay() * 3, [this, id, seq, generation = generation_] {
      if (!alive_ || generation != generation_ || !machine_) return;
      world_.note([&] { return "client " + std::to_string(number_) + " aborts task " + std::to_string(id); });
      world_.stories[id].abort_asked = world_.now;
      ClientActions more;
      machine_->abort(seq, world_.now, more);
      perform(more);
    });
  }
  perform(actions);
}

void SimulatedClient::perform(ClientActions& actions) {
  for (ClientAction& action : actions) std::visit([this](auto& one) { act(one); }, action);
  after_event();
}

void SimulatedClient::act(SendExchange& action) {
  world_.demand(action.exchange.link == link_, "exchanges have the link's number");
  const std::uint32_t link = action.exchange.link;
  world_.send(std::make_shared<Request>(Request{this, generation_, link, std::move(action.exchange)}));
}

void SimulatedClient::act(SendChunk& action) {
  world_.send(std::make_shared<Request>(Request{this, generation_, 0, std::move(action.chunk)}));
}

void SimulatedClient::act(SendFetch& action) {
  world_.send(std::make_shared<Request>(Request{this, generation_, 0, std::move(action.fetch)}));
}

void SimulatedClient::act(Relink& action) {
  world_.demand(action.link == link_ + 1, "links are numbered without gaps");
  link_ = action.link;
  world_.note([&] { return "client " + std::to_string(number_) + " has link " + std::to_string(link_); });
}

void SimulatedClient::act(RenewBulk&) {
  world_.note([&] { return "client " + std::to_string(number_) + " has a new bulk socket"; });
}

void SimulatedClient::act(Deliver& action) {
  const auto place = known_.find(action.seq);
  world_.demand(place != known_.end(), "an outcome is delivered once");
  Story& story = world_.stories[place->second];
  known_.erase(place);
  world_.note([&] { return "client " + std::to_string(number_) + " has the outcome of " + std::to_string(story.id); });
  world_.demand(!story.delivered && !story.lost, "an outcome is delivered once");
  story.delivered = true;
  world_.progress = world_.now;
  if (action.ending == Ending::aborted) {
    world_.demand(story.abort_asked != kNever, "only what was aborted is aborted");
    world_.demand(!story.ran, "what is aborted did not run");
    return;
  }
  if (action.ending == Ending::no_memory)
    return world_.demand(!story.ran && !story.bulk.empty(), "there is no memory for payloads before they are taken");
  if (action.ending != Ending::done) return check_time_limit(story, action);
  world_.demand(story.finished != kNever, "a result is of a task that has finished");
  if (world_.plan.calm) world_.demand(story.finished <= story.deadline, "a result comes of what ran within its time");
  world_.demand(action.body.text() == story.result.text(), "a result has the right bytes");
  world_.demand(action.bulk.size() == story.result_bulk.size(), "a result has its payloads");
  for (std::size_t i = 0; i < action.bulk.size(); ++i)
    world_.demand(action.bulk[i].text() == story.result_bulk[i].text(), "a result has the right payloads");
  if (world_.plan.calm)
    world_.demand(world_.now - story.finished <=
                      2 * world_.plan.limits.poll +
                          4 * world_.plan.max_delay * static_cast<std::int64_t>(story.result_backlog + 2),
                  "a result comes in time");
}

void SimulatedClient::check_time_limit(const Story& story, const Deliver& action) {
  world_.demand(story.time_limit > Time(0), "only a task with a time limit is ended by it");
  world_.demand(action.body.empty() && action.bulk.empty(), "what was ended by its time limit gives nothing");
  world_.demand(story.ran == (action.ending == Ending::overran), "a task that is late says whether it ran");
  if (!world_.plan.calm) return;
  const Plan& plan = world_.plan;
  const std::uint64_t results = plan.tasks * (plan.bulk == 0 ? 1 : 24 * (1 + plan.max_bytes / plan.limits.chunk_bytes));
  world_.demand(world_.now >= story.deadline, "a task has its time");
  world_.demand(
      world_.now - story.deadline <= 2 * plan.limits.poll + 4 * plan.max_delay * static_cast<std::int64_t>(results + 2),
      "a time limit is reported in time");
}

void SimulatedClient::act(Lost& action) {
  world_.note([&] { return "client " + std::to_string(number_) + " lost its session: " + action.words; });
  const bool replaced = engine_ != world_.engine().uuid();
  const Plan& plan = world_.plan;
  // Those who died or said bye may have places for a while, and what is replayed takes some.
  const bool crowded = plan.limits.sessions < plan.clients + 4 || plan.replays > 0;
  const bool full = crowded && (action.why == Status::busy || action.why == Status::unknown);
  // It cannot know whether the engine has its tasks: an Exchange of it was lost while the door closed.
  const bool shut = action.why == Status::closed_door && plan.crowds + plan.deaths + plan.byes > 0;
  world_.demand(replaced || full || shut, "a session is lost only with its engine");
  if (action.words == words_of(Farewell::newcomer, plan.limits))
    for (const auto& [seq, id] : known_) world_.demand(!world_.stories[id].ran, "who has work keeps its place");
  std::vector<std::uint64_t> seqs;
  for (const auto& [seq, id] : known_) seqs.push_back(seq);
  world_.demand(seqs == action.outstanding, "a lost session names all that was outstanding");
  give_up(true);
}

void SimulatedClient::give_up(bool lost) {
  for (const auto& [seq, id] : known_) world_.stories[id].lost = true;
  known_.clear();
  world_.progress = world_.now;
  if (lost && machine_) {
    door_ = machine_->door();
    machine_.reset();
  }
  ++generation_;
}

void SimulatedClient::after_event() {
  if (!machine_) return;
  world_.demand(machine_->outstanding_count() == known_.size(), "what is outstanding is known");
  const Time deadline = machine_->next_deadline();
  if (deadline == kNever || deadline >= alarm_) return;
  alarm_ = deadline;
  world_.at(std::max(deadline, world_.now), [this, deadline, generation = generation_] {
    if (!alive_ || generation != generation_ || !machine_) return;
    if (alarm_ == deadline) alarm_ = kNever;
    ClientActions actions;
    machine_->tick(world_.now, actions);
    perform(actions);
  });
}

void SimulatedClient::receive(const RequestPtr& request, Answer& answer) {
  if (!alive_ || request->generation != generation_ || !machine_) return;
  ClientActions actions;
  if (auto* reply = std::get_if<Reply>(&answer)) {
    machine_->on_reply(request->link, std::move(*reply), world_.now, actions);
  } else if (auto* chunk = std::get_if<ChunkAnswer>(&answer)) {
    const Chunk& asked = std::get<Chunk>(request->message);
    machine_->on_chunk_answered(asked.seq, asked.index, asked.offset, chunk->status, world_.now, actions);
  } else {
    const Fetch& asked = std::get<Fetch>(request->message);
    machine_->on_fetched(asked.r, asked.index, asked.offset, std::move(std::get<Fetched>(answer)), world_.now, actions);
  }
  perform(actions);
}

void SimulatedClient::failed(const RequestPtr& request) {
  if (!alive_ || request->generation != generation_ || !machine_) return;
  ClientActions actions;
  if (const auto* exchange = std::get_if<Exchange>(&request->message))
    machine_->on_exchange_failed(request->link, exchange->x, world_.now, actions);
  else if (const auto* chunk = std::get_if<Chunk>(&request->message))
    machine_->on_chunk_failed(chunk->seq, chunk->index, chunk->offset, world_.now, actions);
  else if (const auto* fetch = std::get_if<Fetch>(&request->message))
    machine_->on_fetch_failed(fetch->r, fetch->index, fetch->offset, world_.now, actions);
  perform(actions);
}

void SimulatedClient::die() {
  if (!alive_) return;
  world_.note([&] { return "client " + std::to_string(number_) + " dies"; });
  alive_ = false;
  give_up(true);
  if (world_.random.half()) world_.after(world_.delay(), [this] { world_.engine().forget(session_); });
}

void SimulatedClient::bye() {
  if (!alive_ || !machine_) return;
  world_.note([&] { return "client " + std::to_string(number_) + " says bye"; });
  ClientActions actions;
  machine_->bye(world_.now, actions);
  perform(actions);
  give_up(true);
}

}  // namespace enginery::session::simulation
