// tests/unit/session/simulator.cpp: a world of clients, one engine's address and a bad network, made from a seed.
//
// Time jumps from event to event. A request is delivered to whoever is at the engine's address when it arrives, once or
// twice or not at all; a message that is lost breaks its link later, unless the client is to find that out by itself. A
// cut breaks a link: its requests fail at the client, while the engine may still receive some of them. Answers to
// requests that failed are sometimes delivered all the same. After `trouble` nothing breaks any more, and within a
// bounded time every task must have its outcome.
#include "simulator.hpp"

#include <algorithm>
#include <cstring>
#include <functional>

#include "simulated_client.hpp"
#include "simulated_engine.hpp"

namespace enginery::session::simulation {

using namespace std::chrono_literals;

Simulator::Simulator(std::uint64_t seed, bool tracing) : random(seed), tracing_(tracing) {
  plan = draw_plan(random);
  trouble_end_ = now + plan.trouble;
  stories.reserve(4096);
  engine_ = std::make_unique<SimulatedEngine>(*this);
  for (unsigned i = 0; i < plan.clients; ++i) clients_.push_back(std::make_unique<SimulatedClient>(*this, i));
}

Simulator::~Simulator() = default;

void Simulator::at(Time when, std::function<void()> what) { queue_.push({when, ++order_, std::move(what)}); }

RequestPtr Simulator::from_nobody(Exchange exchange) {
  return std::make_shared<Request>(Request{nullptr, 0, exchange.link, std::move(exchange)});
}

Time Simulator::delay() { return random.time(10us, plan.max_delay); }

Uuid Simulator::uuid() {
  Uuid made;
  for (std::uint8_t& byte : made.bytes) byte = static_cast<std::uint8_t>(random.next());
  return made;
}

Bytes Simulator::bytes(std::uint64_t size) {
  std::string text(size, '\0');
  for (char& c : text) c = static_cast<char>('a' + random.next() % 26);
  return Bytes::copy(text);
}

Story& Simulator::new_story() {
  Story& made = stories.emplace_back();
  made.id = stories.size() - 1;
  std::string body(8 + random.between(0, plan.max_bytes), 'x');
  std::memcpy(body.data(), &made.id, 8);
  made.body = Bytes::copy(body);
  made.result = bytes(random.between(0, plan.max_bytes));
  if (random.per_mille(plan.bulk))
    for (std::uint64_t i = random.between(1, 3); i > 0; --i)
      made.bulk.push_back(bytes(random.between(0, plan.max_bytes)));
  if (random.per_mille(plan.bulk))
    for (std::uint64_t i = random.between(1, 3); i > 0; --i)
      made.result_bulk.push_back(bytes(random.between(0, plan.max_bytes)));
  made.duration = random.time(1us, random.half() ? 100us : 200ms);
  if (random.per_mille(plan.time_limits)) made.time_limit = random.time(1us, 2s);
  if (random.per_mille(plan.long_tasks)) made.duration = random.time(1s, 1h);
  return made;
}

Story& Simulator::story(const Bytes& body) {
  std::uint64_t id = 0;
  demand(body.size() >= 8, "a task has its body");
  std::memcpy(&id, body.data(), 8);
  demand(id < stories.size() && stories[id].body.text() == body.text(), "a task has the right body");
  return stories[id];
}

void Simulator::send(RequestPtr request) {
  open_.push_back(request);
  if (open_.size() > 256) std::erase_if(open_, [](const auto& weak) { return weak.expired(); });
  if (troubled() && random.per_mille(plan.drops)) {
    note([] { return "a request is lost"; });
    if (plan.limits.unanswered == kNever) fail(request, delay() * 4);
    return;
  }
  request->twice = troubled() && random.per_mille(plan.duplicates);
  for (int i = 0; i < (request->twice ? 2 : 1); ++i)
    after(i == 0 ? delay() : delay() * static_cast<std::int64_t>(random.between(1, 50)), [this, request] {
      if (!request->lost) deliver(request);
    });
}

void Simulator::answer(const RequestPtr& request, Answer answer) {
  if (!request->client) return;
  // With two answers under way, losing one alone could not be seen: a real connection delivers both or breaks.
  if (troubled() && !request->twice && random.per_mille(plan.drops)) {
    note([] { return "an answer is lost"; });
    if (plan.limits.unanswered == kNever) fail(request, delay() * 4);
    return;
  }
  after(delay(), [this, request, answer = std::move(answer)]() mutable {
    // An answer on a broken connection is lost, or comes late; of two, both do, as above.
    if (request->failed && !request->mute) request->mute = random.half();
    if (request->mute.value_or(false)) return;
    request->answered = true;
    request->client->receive(request, answer);
  });
}

void Simulator::deliver(const RequestPtr& request) {
  if (const auto* exchange = std::get_if<Exchange>(&request->message); exchange && exchange->open && plan.replays > 0)
    past_.push_back(*exchange);
  engine_->receive(request);
}

void Simulator::crowd() {
  note([] { return "many strangers' sessions end"; });
  for (std::uint64_t i = random.between(1, 2) * (plan.limits.forgotten / 2 + 1) * 2; i > 0; --i) {
    Exchange bye;
    bye.engine = engine_->uuid();
    bye.session = uuid();
    bye.x = 1;
    bye.bye = true;
    engine_->receive(from_nobody(std::move(bye)));
  }
}

void Simulator::replay() {
  if (past_.empty()) return;
  const Exchange& one = past_[random.between(0, past_.size() - 1)];
  note([&] { return "an old exchange of " + name(one.session) + " is sent again"; });
  engine_->receive(from_nobody(one));
}

void Simulator::fail(const RequestPtr& request, Time delay) {
  if (!request->client) return;
  after(delay, [this, request] {
    if (request->failed) return;
    // A socket breaks as a whole: with one request the others of its link.
    if (request->link > 0 && request->generation == request->client->generation()) cut(*request->client, request->link);
    request->failed = true;
    request->client->failed(request);
  });
}

void Simulator::cut(SimulatedClient& client, std::uint32_t link) {
  note([&] { return "link " + std::to_string(link) + " is cut"; });
  const std::uint64_t generation = client.generation();
  const auto open = open_;
  for (const auto& weak : open) {
    const RequestPtr request = weak.lock();
    if (!request || request->client != &client || request->generation != generation || request->link != link) continue;
    if (request->failed || request->answered) continue;
    if (random.half()) request->lost = true;
    request->failed = true;
    after(delay(), [request] { request->client->failed(request); });
  }
}

void Simulator::replace_engine() {
  note([] { return "the engine is replaced"; });
  dead_.push_back(std::move(engine_));
  engine_ = std::make_unique<SimulatedEngine>(*this);
  dead_.back()->die();
}

void Simulator::plan_faults() {
  const auto sometime = [&] { return start_ + random.time(1us, plan.trouble); };
  const auto somebody = [&]() -> SimulatedClient& { return *clients_[random.between(0, clients_.size() - 1)]; };
  for (std::uint64_t i = 0; i < plan.cuts; ++i)
    at(sometime(), [this, &client = somebody(), bulk = random.per_mille(300)] {
      if (client.connected()) cut(client, bulk ? 0 : client.link());
    });
  for (std::uint64_t i = 0; i < plan.crowds; ++i) at(sometime(), [this] { crowd(); });
  for (std::uint64_t i = 0; i < plan.replays; ++i) at(sometime(), [this] { replay(); });
  for (std::uint64_t i = 0; i < plan.replacements; ++i) at(sometime(), [this] { replace_engine(); });
  for (std::uint64_t i = 0; i < plan.deaths; ++i) at(sometime(), [&client = somebody()] { client.die(); });
  for (std::uint64_t i = 0; i < plan.byes; ++i) at(sometime(), [&client = somebody()] { client.bye(); });
}

bool Simulator::client_lives(const Uuid& session) const {
  return std::any_of(clients_.begin(), clients_.end(), [&](const auto& client) {
    return client->alive() && client->connected() && client->session() == session;
  });
}

bool Simulator::finished() const {
  return std::all_of(clients_.begin(), clients_.end(), [](const auto& client) { return client->done(); });
}

void Simulator::step() {
  demand(!queue_.empty(), "the world goes on while something is outstanding");
  const Event event = queue_.top();
  queue_.pop();
  at_this_time_ = event.when == now ? at_this_time_ + 1 : 0;
  demand(at_this_time_ < 5000, "nobody is busy for nothing");
  demand(++events_ < 3'000'000, "the world comes to an end");
  now = event.when;
  event.what();
}

void Simulator::run() {
  for (const auto& client : clients_) client->start();
  plan_faults();
  // Links break up to eight times in a row, and the patience doubles each time.
  const Time patience = 1200 * plan.limits.poll + 10min;
  while (!finished() || (!queue_.empty() && queue_.top().when < trouble_end_)) {
    step();
    demand(engine_->busy() || now - std::max(progress, trouble_end_) < patience, "nothing hangs");
  }
  const Time quiet = now + 3 * plan.limits.poll + 20 * plan.max_delay;
  while (!queue_.empty() && queue_.top().when <= quiet) step();
  for (const Story& one : stories) demand(one.delivered || one.lost, "every task has its outcome");
  if (!engine_->busy()) engine_->check_quiet();
  demand(!engine_->owes_answers(), "every request is answered");
  const Time later = now + 3 * plan.limits.unheard;
  while (!queue_.empty() && queue_.top().when <= later) step();
  now = later;
  engine_->check_places();
}

}  // namespace enginery::session::simulation
