// tests/unit/tasks/task_random_test.cpp: random numbers that depend on what they are to depend on.
#include "core/tasks/task_random.hpp"

#include <cstdint>
#include <random>
#include <set>
#include <thread>
#include <vector>

#include <gmock/gmock.h>

#include <enginery/function.hpp>

#include "core/tasks/executor.hpp"

namespace enginery::tasks {
namespace {

using testing::ElementsAre;
using Numbers = std::vector<std::uint64_t>;

static_assert(std::uniform_random_bit_generator<Philox>);

TEST(Philox, GivesTheNumbersThatItsAuthorsPublished) {
  constexpr std::uint64_t kOnes = ~std::uint64_t{0};
  EXPECT_THAT(Philox::block({0, 0, 0, 0}, {0, 0}),
              ElementsAre(0x16554d9eca36314c, 0xdb20fe9d672d0fdc, 0xd7e772cee186176b, 0x7e68b68aec7ba23b));
  EXPECT_THAT(Philox::block({kOnes, kOnes, kOnes, kOnes}, {kOnes, kOnes}),
              ElementsAre(0x87b092c3013fe90b, 0x438c3c67be8d0224, 0x9cc7d7c69cd777b6, 0xa09caebf594f0ba0));
}

TEST(Philox, ItsStreamGoesThroughTheBlocksOfItsCounter) {
  Philox random(3, 5);
  for (std::uint64_t block = 0; block < 3; ++block)
    for (const std::uint64_t number : Philox::block({block, 0, 5, 0}, {3, 0})) EXPECT_EQ(random(), number);
}

TEST(Philox, IsUniform) {
  Philox random(1);
  double sum = 0;
  for (int i = 0; i < 100'000; ++i) sum += std::uniform_real_distribution<double>(0, 1)(random);
  EXPECT_NEAR(sum / 100'000, 0.5, 0.005);
}

class TaskRandomTest : public testing::Test {
 protected:
  TaskRandomTest() {
    Function::Declaration named;
    named.name = "throws";
    names_.set("throws", Value::function(Function::make(std::move(named), [](int how_many) {
                 Numbers numbers;
                 for (int i = 0; i < how_many; ++i) numbers.push_back(task_random()());
                 return numbers;
               })));
  }

  /// What items of a map get that ask for so many numbers each, the first of them being number `first` of its map.
  std::vector<Numbers> map(std::uint64_t first, const std::vector<int>& how_many, const Value& seed) {
    const Value arguments[] = {first, how_many.size(), seed, Value::list(), how_many};
    const wire::Packed call =
        wire::pack(wire::CallParts{.op = wire::Op::map, .name = "throws", .positional = arguments}, 65536);
    const wire::Outcome outcome = executor_.run(call.body, call.bulk);
    EXPECT_FALSE(outcome.failure) << outcome.failure->evalue;
    return outcome.value.as_tuple()[0].as<std::vector<Numbers>>();
  }
  Numbers apply(int how_many) {
    const Value arguments[] = {how_many};
    const wire::Packed call = wire::pack(wire::CallParts{.name = "throws", .positional = arguments}, 65536);
    return executor_.run(call.body, call.bulk).value.as<Numbers>();
  }

  Namespace names_;
  modules::Loader loader_;
  Executor executor_{names_, loader_};
};

TEST_F(TaskRandomTest, AnItemsNumbersDependOnSeedAndItemAlone) {
  const std::vector<Numbers> all = map(0, {2, 2, 2, 2, 2, 2}, 7);
  EXPECT_EQ(map(2, {2, 2}, 7), (std::vector<Numbers>{all[2], all[3]})) << "other chunks";
  EXPECT_EQ(map(0, {5, 2}, 7)[1], all[1]) << "whatever another item took";
  std::set<std::uint64_t> different;
  for (const Numbers& numbers : all) different.insert(numbers.begin(), numbers.end());
  EXPECT_EQ(different.size(), 12U);
  EXPECT_NE(map(0, {2}, 8)[0], all[0]) << "another seed";
  EXPECT_EQ(map(5, {1}, std::uint64_t{1} << 63)[0][0], Philox(std::uint64_t{1} << 63, 5)()) << "any seed of 64 bits";
}

TEST_F(TaskRandomTest, OtherTasksGetOtherNumbersEachTime) {
  const Numbers once = apply(2), again = apply(2);
  EXPECT_NE(once[0], once[1]);
  EXPECT_NE(once, again);
  const std::vector<Numbers> unseeded = map(0, {1, 1}, Value());
  EXPECT_NE(unseeded[0], unseeded[1]);
  EXPECT_NE(map(0, {1}, Value())[0], unseeded[0]);
  const Numbers seeded = map(0, {1}, 7)[0];
  EXPECT_NE(apply(1), seeded) << "a task after a map is none of its items";
}

TEST_F(TaskRandomTest, ACallersOwnNumbersGoOnAfterATaskThatItRanItself) {
  TaskRandom::begin_item(3, 4);
  Philox expected(3, 4);
  EXPECT_EQ(task_random()(), expected());
  apply(3);
  map(0, {3}, 9);
  EXPECT_EQ(task_random()(), expected());
}

TEST(TaskRandomOfThreads, AreDifferent) {
  std::uint64_t theirs = 0;
  TaskRandom::begin_item(3, 4);
  std::thread([&] { theirs = task_random()(); }).join();
  EXPECT_NE(task_random()(), theirs);
}

}  // namespace
}  // namespace enginery::tasks
