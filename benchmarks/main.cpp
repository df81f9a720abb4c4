// benchmarks/main.cpp: what calls, tasks and transfers cost, against raw NNG and memcpy in the same run.
//
// usage: enginery_benchmark [--quick] [--largest BYTES]
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include <enginery/array.hpp>
#include <enginery/client.hpp>
#include <enginery/connection.hpp>

#include "benchmarks/deaths.hpp"
#include "benchmarks/first_call.hpp"
#include "benchmarks/raw_nng.hpp"
#include "benchmarks/seconds.hpp"
#include "core/wire/call_wire.hpp"

namespace {

using namespace enginery;
using benchmarks::seconds_of;

struct Percentiles {
  double p50, p99;
};
Percentiles percentiles(std::vector<double> seconds) {
  std::sort(seconds.begin(), seconds.end());
  return {seconds[seconds.size() / 2], seconds[seconds.size() * 99 / 100]};
}

std::uint64_t resident(int pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/statm");
  std::uint64_t total = 0, pages = 0;
  file >> total >> pages;
  return pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

std::vector<double> call_latencies(const DirectView& engine, int count) {
  std::vector<double> seconds;
  for (int i = 0; i < count; ++i) seconds.push_back(seconds_of([&] { engine.apply_sync("testing.nothing"); }));
  return seconds;
}

/// Tasks per second of one client's thread per engine, results all awaited.
double task_rate(const Client& rc, int engines, int tasks) {
  const double seconds = seconds_of([&] {
    std::vector<std::thread> threads;
    for (int e = 0; e < engines; ++e)
      threads.emplace_back([&, e] {
        const DirectView engine = rc[e];
        constexpr int kWindow = 8192;
        std::vector<AsyncResult<Value>> window;
        window.reserve(kWindow);
        for (int i = 0; i < tasks; ++i) {
          window.push_back(engine.apply_async("testing.nothing"));
          if (window.size() == kWindow) {
            for (const auto& result : window) result.wait();
            window.clear();
          }
        }
        for (const auto& result : window) result.wait();
      });
    for (std::thread& thread : threads) thread.join();
  });
  return engines * tasks / seconds;
}

/// Bytes per second of a copy between two buffers that are warm.
double warm_copy_rate(std::size_t bytes) {
  std::unique_ptr<char[]> from(new char[bytes]), to(new char[bytes]);
  std::memset(from.get(), 1, bytes);
  std::memset(to.get(), 2, bytes);
  double best = 1e9;
  for (int i = 0; i < 3; ++i) best = std::min(best, seconds_of([&] { std::memcpy(to.get(), from.get(), bytes); }));
  return static_cast<double>(bytes) / best;
}

void run(bool quick, std::size_t largest) {
  const std::string folder = "/tmp/enginery-benchmark-" + std::to_string(getpid());
  const std::string url = "ipc://" + folder + ".echo";
  setenv("ENGINERY_CLUSTER", ("benchmark-" + std::to_string(getpid())).c_str(), 1);
  const int calls = quick ? 2'000 : 20'000;
  const int tasks = quick ? 200'000 : 2'000'000;

  const benchmarks::EchoProcess echo(url);
  const double start_seconds = seconds_of([&] {
    if (std::system(ENGINERY_COMMAND " start --daemon -n 4 --load testing,system >/dev/null") != 0)
      throw Error("benchmark", "the engines did not start");
  });
  struct Stop {
    ~Stop() { [[maybe_unused]] const int status = std::system(ENGINERY_COMMAND " stop >/dev/null"); }
  } const stop;
  Client rc;
  const DirectView e0 = rc[0];

  fmt::print("{:<46} {:>14} {:>14} {:>8}  {}\n", "", "enginery", "raw", "ratio", "goal");
  const auto row = [](const std::string& what, const std::string& ours, const std::string& raw, double ratio,
                      const std::string& goal) {
    fmt::print("{:<46} {:>14} {:>14} {:>8}  {}\n", what, ours, raw, ratio > 0 ? fmt::format("{:.2f}", ratio) : "",
               goal);
    std::fflush(stdout);
  };
  const auto micros = [](double seconds) { return fmt::format("{:.1f} µs", seconds * 1e6); };

  e0.apply_sync("testing.nothing");
  // Turns of a tenth each, so that both see the same machine.
  std::vector<double> ours, raw;
  for (int turn = 0; turn < 10; ++turn) {
    for (const double s : benchmarks::echo_latencies(url, 64, calls / 10)) raw.push_back(s);
    for (const double s : call_latencies(e0, calls / 10)) ours.push_back(s);
  }
  const Percentiles call = percentiles(ours), base = percentiles(raw);
  row("empty call, p50", micros(call.p50), micros(base.p50), call.p50 / base.p50, "≤ 1.1 × raw");
  row("empty call, p99", micros(call.p99), micros(base.p99), call.p99 / base.p99, "");

  const benchmarks::CallLatencies calls_of = benchmarks::alternating_calls(e0, calls);
  const double of_code = percentiles(calls_of.of_code).p50, by_name = percentiles(calls_of.by_name).p50;
  row("call of code (against a call by name), p50", micros(of_code), micros(by_name), of_code / by_name, "1 × by name");
  const Percentiles first = percentiles(benchmarks::first_calls(quick ? 5 : 21));
  const double module_megabytes = static_cast<double>(benchmarks::module_bytes()) / 1e6;
  row(fmt::format("first call, module of {:.2f} MB, p50", module_megabytes), fmt::format("{:.1f} ms", first.p50 * 1e3),
      "", 0, "≤ 50 ms");
  row("first call, longest", fmt::format("{:.1f} ms", first.p99 * 1e3), "", 0, "");

  const double piped = benchmarks::pipelined_rate(url, 96, quick ? 50'000 : 500'000);
  const double rate = task_rate(rc, 1, tasks);
  row("tasks/s, one client, one engine", fmt::format("{:.0f}", rate), fmt::format("{:.0f}", piped), rate / piped,
      "≥ 1 000 000, ≥ 5 × raw pipelined");
  const double four = task_rate(rc, 4, tasks / 4);
  row("tasks/s, one client, four engines", fmt::format("{:.0f}", four), fmt::format("{:.0f}", piped), four / piped, "");

  const List arguments{1, 2.5, "four small ones", true};
  const int rounds = quick ? 20'000 : 200'000;
  const double coding =
      seconds_of([&] {
        for (int i = 0; i < rounds; ++i) {
          const wire::Packed packed = wire::pack(wire::CallParts{wire::Op::apply, "testing.nothing", arguments}, 65536);
          if (wire::unpack_call(packed.body, packed.bulk).positional.size() != 4) std::abort();
        }
      }) /
      rounds;
  row("encode + decode, four small arguments", fmt::format("{:.2f} µs", coding * 1e6), "", 0, "≤ 1 µs");

  for (std::size_t bytes = 1024; bytes <= largest; bytes *= bytes < (1u << 20) ? 32 : 8) {
    const double copy = warm_copy_rate(bytes);
    const std::int64_t extent = static_cast<std::int64_t>(bytes);
    const Value array = Value::array(Array::zeros(DType::u8, std::span(&extent, 1)));
    const int times = bytes <= (1u << 20) ? 100 : 3;
    double push = 1e9, pull = 1e9;
    for (int i = 0; i < times; ++i) {
      push = std::min(push, seconds_of([&] { e0.push({{"x", array}}).get(); }));
      pull = std::min(pull, seconds_of([&] { e0.pull("x").get(); }));
    }
    const auto rate_text = [&](double seconds) {
      return bytes < (1u << 20) ? micros(seconds)
                                : fmt::format("{:.2f} GB/s", static_cast<double>(bytes) / seconds / 1e9);
    };
    const std::string size =
        bytes < (1u << 20) ? fmt::format("{} KiB", bytes >> 10) : fmt::format("{} MiB", bytes >> 20);
    const std::string copy_text = rate_text(static_cast<double>(bytes) / copy);
    const std::string goal = bytes >= (512u << 20) ? "≥ 0.8 × memcpy" : "";
    row("push " + size, rate_text(push), copy_text, static_cast<double>(bytes) / push / copy, goal);
    row("pull " + size, rate_text(pull), copy_text, static_cast<double>(bytes) / pull / copy, goal);
  }
  if (e0.contains("x")) e0.erase("x");

  row("start of four engines", fmt::format("{:.3f} s", start_seconds), "", 0, "≤ 0.2 s");
  const Percentiles death = percentiles(benchmarks::deaths(quick ? 5 : 25));
  row("kill -9 to the error, p50", fmt::format("{:.1f} ms", death.p50 * 1e3), "", 0, "≤ 20 ms");
  row("kill -9 to the error, longest", fmt::format("{:.1f} ms", death.p99 * 1e3), "", 0, "");
  row("resident memory, hub",
      fmt::format("{:.1f} MB", static_cast<double>(resident(Connection::find().hub.process.pid)) / 1e6), "", 0,
      "≤ 15 MB");
  const auto idle = static_cast<int>(rc[3].apply_sync<std::int64_t>("system.getpid"));
  row("resident memory, engine after its tasks", fmt::format("{:.1f} MB", static_cast<double>(resident(idle)) / 1e6),
      "", 0, "≤ 12 MB idle");

  // Both cores busy with somebody else's work.
  std::atomic<bool> busy = true;
  std::vector<std::thread> load;
  for (unsigned i = 0; i < std::thread::hardware_concurrency(); ++i)
    load.emplace_back([&] {
      while (busy.load(std::memory_order_relaxed)) {}
    });
  ours.clear();
  raw.clear();
  for (int turn = 0; turn < 10; ++turn) {
    for (const double s : benchmarks::echo_latencies(url, 64, calls / 100)) raw.push_back(s);
    for (const double s : call_latencies(rc[turn % 4], calls / 100)) ours.push_back(s);
  }
  const Percentiles loaded = percentiles(ours), loaded_base = percentiles(raw);
  row("empty call, all cores busy, p50", micros(loaded.p50), micros(loaded_base.p50), loaded.p50 / loaded_base.p50, "");
  row("empty call, all cores busy, p99", micros(loaded.p99), micros(loaded_base.p99), loaded.p99 / loaded_base.p99, "");
  const double loaded_four = task_rate(rc, 4, tasks / 20);
  row("tasks/s, four engines, all cores busy", fmt::format("{:.0f}", loaded_four), "", 0, "");
  busy = false;
  for (std::thread& thread : load) thread.join();
  ::unlink((folder + ".echo").c_str());
  ::unlink((folder + ".echop").c_str());
}

}  // namespace

int main(int argc, char** argv) try {
  bool quick = false;
  std::size_t largest = std::size_t{1} << 30;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument == "--echo" && i + 1 < argc) enginery::benchmarks::echo_main(argv[i + 1]);
    if (argument == "--first-call") return enginery::benchmarks::first_call_main();
    if (argument == "--quick")
      quick = true, largest = 64u << 20;
    else if (argument == "--largest" && i + 1 < argc)
      largest = std::stoull(argv[++i]);
    else {
      fmt::print(stderr, "usage: enginery_benchmark [--quick] [--largest BYTES]\n");
      return 2;
    }
  }
  run(quick, largest);
} catch (const std::exception& error) {
  fmt::print(stderr, "enginery_benchmark: {}\n", error.what());
  return 1;
}
