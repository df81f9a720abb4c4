// tests/chaos/kill_engines_test.cpp: engines are killed one after the other while three clients keep all of them busy.
//
// Each task appends a line to a file that no engine owns, and each client notes the outcome and its time of every task
// that it submitted. In the end the two must agree: no line is there twice, what succeeded is there, and so on.
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <deque>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <thread>

#include <enginery/connection.hpp>

#include "tests/chaos/chaos_fixture.hpp"

namespace enginery {
namespace {

using Clock = std::chrono::steady_clock;  // one clock for all processes of the host

constexpr int kEngines = 8, kClients = 3;
constexpr std::size_t kOutstanding = 64;  // of each client on each engine
constexpr int kLargeEvery = 50;           // one task of so many has an argument and a result of 200 kB
constexpr std::uintmax_t kBusy = 8'000;   // so many bytes of the log are written before the next kill

std::vector<double> note_large(const std::string& log, int client, std::int64_t number, std::vector<double> numbers) {
  numbers[0] = static_cast<double>(note(log, client, number));
  return numbers;
}

/// What became of one task.
struct Outcome {
  std::int64_t number = 0;
  int engine = 0;
  std::string what;  // "ok", "wrong", "late", or of a dead engine's "died unknown" and its like
  std::int64_t at = 0;
};

const char* name_of(AtDeath state) {
  static constexpr const char* kNames[] = {"unknown", "running", "not_started", "finished"};
  return kNames[static_cast<std::size_t>(state)];
}

template <class Check>
std::string outcome_of(const Check& succeeded) {
  try {
    return succeeded() ? "ok" : "wrong";
  } catch (const EngineDied& error) {
    return std::string("died_") + name_of(error.state());
  } catch (const Error& error) {
    return std::string("error:") + error.what();
  }
}

/// Keeps one engine busy until it dies.
std::vector<Outcome> hammer(const DirectView& engine, const std::string& log, int client) {
  struct Submitted {
    std::int64_t number;
    std::optional<AsyncResult<std::int64_t>> small{};
    std::optional<AsyncResult<std::vector<double>>> large{};
  };
  std::vector<Outcome> outcomes;
  std::deque<Submitted> outstanding;
  const std::vector<double> numbers(25'000, 1.5);
  std::int64_t next = engine.id();
  for (bool dead = false; !dead || !outstanding.empty();) {
    for (; !dead && outstanding.size() < kOutstanding; next += kEngines) {
      if (next / kEngines % kLargeEvery == 0)
        outstanding.push_back({.number = next, .large = engine.apply_async(note_large, log, client, next, numbers)});
      else
        outstanding.push_back({.number = next, .small = engine.apply_async(note, log, client, next)});
    }
    const Submitted task = std::move(outstanding.front());
    outstanding.pop_front();
    Outcome outcome{task.number, engine.id(), {}, 0};
    const bool came = task.small ? task.small->wait(Seconds(30)) : task.large->wait(Seconds(30));
    outcome.at = Clock::now().time_since_epoch().count();
    if (!came)
      outcome.what = "late";
    else if (task.small)
      outcome.what = outcome_of([&] { return task.small->get() == task.number; });
    else
      outcome.what = outcome_of([&] {
        const std::vector<double> result = task.large->get();
        return result.size() == numbers.size() && result[0] == static_cast<double>(task.number) && result[1] == 1.5;
      });
    dead = dead || outcome.what != "ok";
    outcomes.push_back(std::move(outcome));
  }
  return outcomes;
}

int client_main(int client, const std::string& folder) {
  const Client rc;
  rc.wait_for_engines(kEngines, Seconds(30));
  std::array<std::vector<Outcome>, kEngines> outcomes;
  std::vector<std::thread> threads;
  for (const int id : rc.ids())
    threads.emplace_back([&, id] { outcomes[static_cast<std::size_t>(id)] = hammer(rc[id], folder + "/log", client); });
  for (std::thread& thread : threads) thread.join();
  std::ofstream file(folder + "/outcomes-" + std::to_string(client));
  for (const auto& engine : outcomes)
    for (const Outcome& outcome : engine)
      file << outcome.number << '\t' << outcome.engine << '\t' << outcome.at << '\t' << outcome.what << '\n';
  return file.flush() ? 0 : 1;
}

class KillEnginesTest : public ChaosTest {
 protected:
  std::map<int, std::vector<Outcome>> outcomes() const {
    std::map<int, std::vector<Outcome>> all;
    for (int client = 0; client < kClients; ++client) {
      std::ifstream file(folder_ / ("outcomes-" + std::to_string(client)));
      Outcome one;
      while (file >> one.number >> one.engine >> one.at && file.get() && std::getline(file, one.what))
        all[client].push_back(one);
    }
    return all;
  }
};

TEST_F(KillEnginesTest, EveryTaskHasOneOutcomeThatAgreesWithWhatRan) {
  std::vector<double> delays;
  std::size_t tasks = 0;
  const int rounds = in_form(2, 25);
  for (int round = 0; round < rounds; ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    if (round > 0) SetUp();
    start_engines(kEngines, "");
    const Connection cluster = Connection::find("");
    std::array<int, kEngines> engines;
    for (int id = 0; id < kEngines; ++id) engines[static_cast<std::size_t>(id)] = on(id).apply_sync(::getpid);
    client_.reset();

    std::vector<std::unique_ptr<Command>> clients;
    for (int client = 0; client < kClients; ++client)
      clients.push_back(start_client({std::to_string(client), folder_}));
    // Who comes later would wait for an engine that is dead.
    ASSERT_TRUE(comes([&] {
      std::array<bool, kClients> works{};
      for (const auto& [task, times] : runs()) works[static_cast<std::size_t>(task.first)] = true;
      return std::ranges::count(works, true) == kClients;
    })) << "not all clients work";
    std::array<std::int64_t, kEngines> killed_at;
    for (int id = 0; id < kEngines; ++id) {
      const std::uintmax_t before = log_size();
      ASSERT_TRUE(comes([&] { return log_size() >= before + kBusy; })) << "nothing runs after " << id << " kills";
      killed_at[static_cast<std::size_t>(id)] = Clock::now().time_since_epoch().count();
      ASSERT_TRUE(send_signal(engines[static_cast<std::size_t>(id)], SIGKILL));
    }
    for (const auto& client : clients)
      ASSERT_EQ(client->finish(), 0) << "a client hangs, or has crashed: " << client->text();

    const auto ran = runs();
    for (const auto& [task, times] : ran)
      EXPECT_EQ(times, 1) << "task " << task.second << " of client " << task.first << " ran more than once";
    const auto all = outcomes();
    ASSERT_EQ(all.size(), std::size_t{kClients});
    std::size_t submitted = 0;
    for (const auto& [client, each] : all) {
      for (const Outcome& outcome : each) {
        const std::string who = outcome.what + ": task " + std::to_string(outcome.number) + " of client " +
                                std::to_string(client) + " on engine " + std::to_string(outcome.engine);
        const bool did_run = ran.contains({client, outcome.number});
        if (outcome.what == "ok" || outcome.what == "died_finished") {
          EXPECT_TRUE(did_run) << who;
        } else if (outcome.what == "died_not_started") {
          EXPECT_FALSE(did_run) << who;
        } else if (outcome.what != "died_unknown" && outcome.what != "died_running") {
          ADD_FAILURE() << who;
        }
        const double late =
            1e-9 * static_cast<double>(outcome.at - killed_at[static_cast<std::size_t>(outcome.engine)]);
        EXPECT_LT(late, 1.0) << who;
        if (outcome.what != "ok") delays.push_back(late);
      }
      submitted += each.size();
    }
    EXPECT_GE(submitted, ran.size()) << "something ran that nobody has submitted";
    tasks += submitted;

    const Client later;  // the hub is sound
    EXPECT_THAT(later.ids(), testing::IsEmpty());
    EXPECT_EQ(run("stop"), 0);
    started_ = false;
    EXPECT_FALSE(std::filesystem::exists(cluster.directory)) << "left behind";
    for (const int pid : engines)
      EXPECT_FALSE(signal_group(pid, 0)) << "something of engine's group " << pid << " lives";
    EXPECT_FALSE(cluster.hub.process.alive());
    EXPECT_FALSE(cluster.launcher.alive());
    if (HasFailure()) return;
    if (round + 1 < rounds) TearDown();
  }
  std::sort(delays.begin(), delays.end());
  ASSERT_FALSE(delays.empty());
  std::cout << tasks << " tasks; from a kill to an error: median " << 1e3 * delays[delays.size() / 2] << " ms, longest "
            << 1e3 * delays.back() << " ms\n";
}

}  // namespace
}  // namespace enginery

int main(int argc, char** argv) {
  if (argc == 4 && std::string_view(argv[1]) == "client") return enginery::client_main(std::atoi(argv[2]), argv[3]);
  testing::InitGoogleMock(&argc, argv);
  return RUN_ALL_TESTS();
}
