// tests/chaos/little_memory_test.cpp: tasks take all the memory that their engine may have, and the engine goes on.
#include <unistd.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <new>
#include <system_error>
#include <thread>
#include <vector>

#include "tests/chaos/chaos_fixture.hpp"
#include "tests/sanitized.hpp"

namespace enginery {
namespace {

using LittleMemoryTest = ChaosTest;

/// Takes what there is, to the last kilobyte, and holds it for a while; how many bytes it was.
std::size_t take_all(int milliseconds) {
  std::vector<std::unique_ptr<std::byte[]>> taken;
  taken.reserve(1 << 20);
  std::size_t bytes = 0;
  for (std::size_t piece = 64 << 20; piece >= 1024;) {
    try {
      taken.push_back(std::make_unique<std::byte[]>(piece));
      bytes += piece;
    } catch (const std::bad_alloc&) {
      piece /= 2;
    }
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
  return bytes;
}

/// Threads' stacks count as well.
int start_threads(int count) {
  std::vector<std::jthread> threads;
  try {
    for (int i = 0; i < count; ++i)
      threads.emplace_back([] { std::this_thread::sleep_for(std::chrono::milliseconds(200)); });
  } catch (const std::system_error&) {
    // As many as there were.
  }
  return static_cast<int>(threads.size());
}

std::size_t size_of(const std::vector<double>& numbers) { return numbers.size(); }

TEST_F(LittleMemoryTest, AnEngineAnswersOthersWhileATaskHasAllAndAfterwards) {
  if (kSanitized) GTEST_SKIP() << "sanitizers keep what was let go of";
  start_engines(1, "--memory-limit 150M --load system");
  const std::int64_t engine = pid(0);
  for (int round = 0; round < 4; ++round) {
    const auto taken = on(0).apply_async(take_all, 1500);
    // Meanwhile the engine's own threads have work: results that wait, payloads, new sessions, the hub's heartbeats.
    std::vector<AsyncResult<std::size_t>> sizes;
    for (int i = 0; i < 6; ++i) sizes.push_back(Client()[0].apply_async(size_of, std::vector<double>(1'000'000)));
    while (!taken.ready()) EXPECT_EQ(run("status --name " + name_), 0);
    EXPECT_GT(taken.get(Seconds(30)), std::size_t{80} << 20) << "what the results that wait leave of it";
    EXPECT_GT(on(0).apply_sync(start_threads, 100), 0);
    for (const auto& size : sizes) {
      try {
        size.get(Seconds(30));  // whose client has gone is dropped; else it has run, or was refused
      } catch (const EngineDied& died) {
        ADD_FAILURE() << died.what();
      } catch (const Error&) {}
    }
    ASSERT_EQ(pid(0), engine) << round;
  }
}

}  // namespace
}  // namespace enginery

int main(int argc, char** argv) {
  testing::InitGoogleMock(&argc, argv);
  return RUN_ALL_TESTS();
}
