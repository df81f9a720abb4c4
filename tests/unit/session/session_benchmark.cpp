// tests/unit/session/session_benchmark.cpp: how many small tasks a second pass both machines on one core.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>

#include "core/session/client_session.hpp"
#include "core/session/engine_sessions.hpp"

using namespace enginery;
using namespace enginery::session;

namespace {

Uuid named(std::uint8_t byte) {
  Uuid uuid;
  uuid.bytes[0] = byte;
  return uuid;
}

Time now() { return std::chrono::steady_clock::now().time_since_epoch(); }

/// Of this process, so that a busy machine does not count.
double cpu_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

/// A client and an engine whose messages are handed over at once.
struct Pair {
  ClientSession client{named(1), named(2), Limits{}};
  EngineSessions engine{named(1), Limits{}};
  ClientActions asked, asking;
  EngineActions answered, answering;
  std::uint64_t delivered = 0;
  Ticket ticket = 0;

  void exchange(Time time) {
    asked.swap(asking);
    for (ClientAction& action : asking) {
      if (auto* send = std::get_if<SendExchange>(&action))
        engine.on_exchange(++ticket, std::move(send->exchange), time, answered);
      else if (std::get_if<Deliver>(&action))
        ++delivered;
    }
    asking.clear();
  }
  void run(Time time) {
    while (auto task = engine.next(time, answered))
      engine.finished(task->session, task->seq, std::move(task->body), {}, time, answered);
    engine.tick(time, answered);
  }
  void reply(Time time) {
    answered.swap(answering);
    for (EngineAction& action : answering)
      if (auto* answer = std::get_if<AnswerExchange>(&action))
        client.on_reply(1, std::move(answer->reply), time, asked);
    answering.clear();
  }
};

}  // namespace

int main(int argc, char** argv) {
  const std::uint64_t count = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 5'000'000;
  const Bytes body = Bytes::copy(std::string(96, 'x'));
  Pair pair;
  const double start = cpu_seconds();
  std::uint64_t submitted = 0;
  while (pair.delivered < count) {
    const Time time = now();
    for (int i = 0; i < 1024 && submitted < count && pair.client.has_room(body.size()); ++i, ++submitted)
      pair.client.submit(body, {}, time, pair.asked);
    pair.exchange(time);
    pair.run(time);
    pair.reply(time);
    pair.client.tick(time, pair.asked);
  }
  const double seconds = cpu_seconds() - start;
  std::printf("%.2f million tasks per second of one core, %.2f requests per 1000 tasks\n",
              static_cast<double>(count) / seconds / 1e6,
              1000.0 * static_cast<double>(pair.ticket) / static_cast<double>(count));
  return 0;
}
