// tests/process/large_test.cpp: more bytes than 32 bits count, there and back.
#include <unistd.h>

#include <cstdint>
#include <cstring>
#include <fstream>
#include <iostream>
#include <string>

#include <enginery/array.hpp>

#include "tests/process/cluster_fixture.hpp"

namespace enginery {
namespace {

constexpr std::int64_t kMiB = 1 << 20;

std::int64_t resident(std::int64_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/statm");
  std::int64_t total = 0, pages = 0;
  file >> total >> pages;
  return pages * sysconf(_SC_PAGESIZE);
}

TEST_F(ClusterTest, ThreeGibibytesComeBackEqualAndLeaveNothingBehind) {
  constexpr std::int64_t kBytes = 3072 * kMiB, kSlack = 48 * kMiB;
  start_engines(1);
  const std::int64_t engine = pid(0);
  Array array(DType::u8, {kBytes});
  auto* words = reinterpret_cast<std::uint64_t*>(array.mutable_data());
  for (std::int64_t i = 0; i < kBytes / 8; ++i) words[i] = static_cast<std::uint64_t>(i) * 0x9e3779b97f4a7c15u;

  on(0)["warm"] = Value::array(Array::zeros(DType::u8, std::array<std::int64_t, 1>{8 * kMiB}));
  on(0).erase("warm");
  const std::int64_t client_before = resident(::getpid()), engine_before = resident(engine);
  const auto start = std::chrono::steady_clock::now();
  on(0)["x"] = Value::array(array);
  const auto pushed = std::chrono::steady_clock::now();
  EXPECT_LT(resident(engine) - engine_before - kBytes, kSlack);
  {
    const Value back = on(0)["x"];
    const auto pulled = std::chrono::steady_clock::now();
    ASSERT_EQ(back.as_array().nbytes(), static_cast<std::size_t>(kBytes));
    EXPECT_EQ(std::memcmp(back.as_array().data(), array.data(), static_cast<std::size_t>(kBytes)), 0);
    EXPECT_LT(resident(::getpid()) - client_before - kBytes, kSlack);
    std::cout << "push took " << std::chrono::duration<double>(pushed - start).count() << " s, pull "
              << std::chrono::duration<double>(pulled - pushed).count() << " s\n";
  }
  EXPECT_LT(resident(engine) - engine_before - kBytes, kSlack);
  EXPECT_LT(resident(::getpid()) - client_before, kSlack);
  on(0).erase("x");
  on(0).keys();
  EXPECT_LT(resident(engine) - engine_before, kSlack);
}

TEST_F(ClusterTest, AListThatSharesItselfAMillionTimesIsRefusedAndLeavesNothingBehind) {
  start_engines(1);
  const std::int64_t engine = pid(0), before = resident(engine);
  on(0).execute("a = [1]; a = [a] * 1000; a = [a] * 1000; a = [a] * 1000").get();
  EXPECT_THAT(error_of([&] { on(0).pull("a").get(); }), testing::HasSubstr("exceeds 1 GiB in one call"));
  EXPECT_LT(resident(engine) - before, 64 * kMiB);
}

}  // namespace
}  // namespace enginery
