// tests/unit/values/allocation_limit_test.cpp: what one statement may allocate.
#include <gtest/gtest.h>

#include <thread>

#include <enginery/value.hpp>

#include "core/values/allocation_limit.hpp"

namespace enginery {
namespace {

constexpr std::size_t kLimit = 8 << 20;

/// Does `make` exceed the limit, alone in a statement?
template <class F>
bool exceeds(F make) {
  const AllocationLimit limit(kLimit);
  try {
    (void)make();
  } catch (const Error& error) {
    EXPECT_EQ(error.ename(), "MemoryError") << error.what();
    EXPECT_STREQ(error.what(),
                 "this statement would allocate more than 8 MiB; do it in a task of a plugin, or in smaller parts");
    return true;
  }
  return false;
}

TEST(AllocationLimit, HoldsForAllThatAStatementMakes) {
  const Value half = Array::zeros(DType::f64, std::vector<std::int64_t>{600'000});  // 4.8 MB
  EXPECT_FALSE(exceeds([&] { return half + 1; }));
  EXPECT_TRUE(exceeds([&] { return half + 1 + 1; }));
  EXPECT_FALSE(exceeds([&] { return half + 1; })) << "each statement has its own";
}

TEST(AllocationLimit, HoldsForArrays) {
  const Value row = Array::zeros(DType::f64, std::vector<std::int64_t>{1, 2000});
  const Value column = Array::zeros(DType::f64, std::vector<std::int64_t>{2000, 1});
  const Value large = Array::zeros(DType::u8, std::vector<std::int64_t>{kLimit + 1});
  EXPECT_TRUE(exceeds([&] { return row + column; }));
  EXPECT_TRUE(exceeds([&] { return Value::compare(Comparison::less, large, 1); }));
  EXPECT_TRUE(exceeds([&] { return Value::binary(Operator::matmul, column, row); }));
  EXPECT_TRUE(exceeds([&] { return -large; }));
  EXPECT_TRUE(exceeds([&] { return large.slice({}, {}); }));
  EXPECT_TRUE(exceeds([&] { return Array(DType::i64, {1 << 20, 2}); }));
  Value changed = large;
  EXPECT_FALSE(exceeds([&] { return changed += 1; })) << "in place, nothing is allocated";
}

TEST(AllocationLimit, HoldsForSequencesAndText) {
  const Value list = Value(List{1, 2}) * 400'000;  // 6.4 MB
  const Value text = Value("x") * 5'000'000;
  EXPECT_TRUE(exceeds([] { return Value("x") * (std::int64_t{1} << 40); }));
  EXPECT_TRUE(exceeds([] { return Value(List{1}) * 2'000'000; }));
  EXPECT_TRUE(exceeds([&] { return list + list; }));
  EXPECT_TRUE(exceeds([&] { return text + text; }));
  EXPECT_FALSE(exceeds([&] { return list.slice({}, {}, -1); }));
  EXPECT_TRUE(exceeds([&] { return Value(list.slice({}, {}).slice({}, {})); }));
  EXPECT_TRUE(exceeds([&] { return text.elements(); }));
  EXPECT_TRUE(exceeds([&] {
    Value grown = List{};
    for (int i = 0; i < 3; ++i) grown += list;
    return grown;
  }));
}

TEST(AllocationLimit, HoldsForTheRowsOfAnArrayWithoutElements) {
  const auto rows = [](std::int64_t count) {
    return Value(Array::zeros(DType::u8, std::vector<std::int64_t>{count, 0}));
  };
  EXPECT_FALSE(exceeds([&] { return rows(1000).elements(); }));
  EXPECT_TRUE(exceeds([&] { return rows(100'000).elements(); })) << "each row is an array of its own";
  EXPECT_TRUE(exceeds([&] { return rows(std::int64_t{1} << 60).elements(); }));
}

TEST(AllocationLimit, HoldsForWhatIsPrinted) {
  Value nested = List{"laugh"};
  for (int i = 0; i < 9; ++i) nested = Value(List(10, nested));  // ten to the ninth
  EXPECT_TRUE(exceeds([&] { return nested.repr(); }));
  const Value numbers = Array::zeros(DType::f64, std::vector<std::int64_t>{4'000'000});
  EXPECT_TRUE(exceeds([&] { return numbers.repr(); }));
}

TEST(AllocationLimit, BelongsToItsThreadAndEndsWithItsScope) {
  const auto large = [] { return Array(DType::u8, {kLimit + 1}); };
  const AllocationLimit outer(4 * kLimit);
  {
    const AllocationLimit inner(kLimit);
    EXPECT_THROW(large(), Error);
    std::thread([&] { EXPECT_NO_THROW(large()); }).join();
  }
  EXPECT_NO_THROW(large());
}

}  // namespace
}  // namespace enginery
