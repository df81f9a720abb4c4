// tests/unit/arithmetic/arithmetic_test.cpp: Python's arithmetic and comparison, against what Python 3.11 gives.
#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <limits>

#include <enginery/value.hpp>

namespace enginery {
namespace {

constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();

constexpr Operator kAdd = Operator::add, kSubtract = Operator::subtract, kMultiply = Operator::multiply,
                   kDivide = Operator::divide, kFloorDivide = Operator::floor_divide, kModulo = Operator::modulo,
                   kPower = Operator::power;
const std::complex<double> kComplex(1, 2);

struct Row {
  Operator op;
  Value left, right;
  const char* result;  // as printed, or the error's name
};

std::string outcome(const Row& row) {
  try {
    return Value::binary(row.op, row.left, row.right).repr();
  } catch (const Error& error) {
    return error.ename();
  }
}

// clang-format off
TEST(Arithmetic, IsPythons) {
  const Row table[] = {
      {kAdd, true, true, "2"}, {kAdd, true, 7, "8"}, {kAdd, true, -7, "-6"}, {kAdd, true, 0, "1"},
      {kAdd, true, 3.5, "4.5"}, {kAdd, true, -0.5, "0.5"}, {kAdd, true, kComplex, "(2+2j)"}, {kAdd, 7, true, "8"},
      {kAdd, 7, 7, "14"}, {kAdd, 7, -7, "0"}, {kAdd, 7, 0, "7"}, {kAdd, 7, 3.5, "10.5"}, {kAdd, 7, -0.5, "6.5"},
      {kAdd, 7, kComplex, "(8+2j)"}, {kAdd, -7, true, "-6"}, {kAdd, -7, 7, "0"}, {kAdd, -7, -7, "-14"},
      {kAdd, -7, 0, "-7"}, {kAdd, -7, 3.5, "-3.5"}, {kAdd, -7, -0.5, "-7.5"}, {kAdd, -7, kComplex, "(-6+2j)"},
      {kAdd, 0, true, "1"}, {kAdd, 0, 7, "7"}, {kAdd, 0, -7, "-7"}, {kAdd, 0, 0, "0"}, {kAdd, 0, 3.5, "3.5"},
      {kAdd, 0, -0.5, "-0.5"}, {kAdd, 0, kComplex, "(1+2j)"}, {kAdd, 3.5, true, "4.5"}, {kAdd, 3.5, 7, "10.5"},
      {kAdd, 3.5, -7, "-3.5"}, {kAdd, 3.5, 0, "3.5"}, {kAdd, 3.5, 3.5, "7.0"}, {kAdd, 3.5, -0.5, "3.0"},
      {kAdd, 3.5, kComplex, "(4.5+2j)"}, {kAdd, -0.5, true, "0.5"}, {kAdd, -0.5, 7, "6.5"},
      {kAdd, -0.5, -7, "-7.5"}, {kAdd, -0.5, 0, "-0.5"}, {kAdd, -0.5, 3.5, "3.0"}, {kAdd, -0.5, -0.5, "-1.0"},
      {kAdd, -0.5, kComplex, "(0.5+2j)"}, {kAdd, kComplex, true, "(2+2j)"}, {kAdd, kComplex, 7, "(8+2j)"},
      {kAdd, kComplex, -7, "(-6+2j)"}, {kAdd, kComplex, 0, "(1+2j)"}, {kAdd, kComplex, 3.5, "(4.5+2j)"},
      {kAdd, kComplex, -0.5, "(0.5+2j)"}, {kAdd, kComplex, kComplex, "(2+4j)"}, {kSubtract, true, true, "0"},
      {kSubtract, true, 7, "-6"}, {kSubtract, true, -7, "8"}, {kSubtract, true, 0, "1"},
      {kSubtract, true, 3.5, "-2.5"}, {kSubtract, true, -0.5, "1.5"}, {kSubtract, true, kComplex, "-2j"},
      {kSubtract, 7, true, "6"}, {kSubtract, 7, 7, "0"}, {kSubtract, 7, -7, "14"}, {kSubtract, 7, 0, "7"},
      {kSubtract, 7, 3.5, "3.5"}, {kSubtract, 7, -0.5, "7.5"}, {kSubtract, 7, kComplex, "(6-2j)"},
      {kSubtract, -7, true, "-8"}, {kSubtract, -7, 7, "-14"}, {kSubtract, -7, -7, "0"}, {kSubtract, -7, 0, "-7"},
      {kSubtract, -7, 3.5, "-10.5"}, {kSubtract, -7, -0.5, "-6.5"}, {kSubtract, -7, kComplex, "(-8-2j)"},
      {kSubtract, 0, true, "-1"}, {kSubtract, 0, 7, "-7"}, {kSubtract, 0, -7, "7"}, {kSubtract, 0, 0, "0"},
      {kSubtract, 0, 3.5, "-3.5"}, {kSubtract, 0, -0.5, "0.5"}, {kSubtract, 0, kComplex, "(-1-2j)"},
      {kSubtract, 3.5, true, "2.5"}, {kSubtract, 3.5, 7, "-3.5"}, {kSubtract, 3.5, -7, "10.5"},
      {kSubtract, 3.5, 0, "3.5"}, {kSubtract, 3.5, 3.5, "0.0"}, {kSubtract, 3.5, -0.5, "4.0"},
      {kSubtract, 3.5, kComplex, "(2.5-2j)"}, {kSubtract, -0.5, true, "-1.5"}, {kSubtract, -0.5, 7, "-7.5"},
      {kSubtract, -0.5, -7, "6.5"}, {kSubtract, -0.5, 0, "-0.5"}, {kSubtract, -0.5, 3.5, "-4.0"},
      {kSubtract, -0.5, -0.5, "0.0"}, {kSubtract, -0.5, kComplex, "(-1.5-2j)"}, {kSubtract, kComplex, true, "2j"},
      {kSubtract, kComplex, 7, "(-6+2j)"}, {kSubtract, kComplex, -7, "(8+2j)"}, {kSubtract, kComplex, 0, "(1+2j)"},
      {kSubtract, kComplex, 3.5, "(-2.5+2j)"}, {kSubtract, kComplex, -0.5, "(1.5+2j)"},
      {kSubtract, kComplex, kComplex, "0j"}, {kMultiply, true, true, "1"}, {kMultiply, true, 7, "7"},
      {kMultiply, true, -7, "-7"}, {kMultiply, true, 0, "0"}, {kMultiply, true, 3.5, "3.5"},
      {kMultiply, true, -0.5, "-0.5"}, {kMultiply, true, kComplex, "(1+2j)"}, {kMultiply, 7, true, "7"},
      {kMultiply, 7, 7, "49"}, {kMultiply, 7, -7, "-49"}, {kMultiply, 7, 0, "0"}, {kMultiply, 7, 3.5, "24.5"},
      {kMultiply, 7, -0.5, "-3.5"}, {kMultiply, 7, kComplex, "(7+14j)"}, {kMultiply, -7, true, "-7"},
      {kMultiply, -7, 7, "-49"}, {kMultiply, -7, -7, "49"}, {kMultiply, -7, 0, "0"},
      {kMultiply, -7, 3.5, "-24.5"}, {kMultiply, -7, -0.5, "3.5"}, {kMultiply, -7, kComplex, "(-7-14j)"},
      {kMultiply, 0, true, "0"}, {kMultiply, 0, 7, "0"}, {kMultiply, 0, -7, "0"}, {kMultiply, 0, 0, "0"},
      {kMultiply, 0, 3.5, "0.0"}, {kMultiply, 0, -0.5, "-0.0"}, {kMultiply, 0, kComplex, "0j"},
      {kMultiply, 3.5, true, "3.5"}, {kMultiply, 3.5, 7, "24.5"}, {kMultiply, 3.5, -7, "-24.5"},
      {kMultiply, 3.5, 0, "0.0"}, {kMultiply, 3.5, 3.5, "12.25"}, {kMultiply, 3.5, -0.5, "-1.75"},
      {kMultiply, 3.5, kComplex, "(3.5+7j)"}, {kMultiply, -0.5, true, "-0.5"}, {kMultiply, -0.5, 7, "-3.5"},
      {kMultiply, -0.5, -7, "3.5"}, {kMultiply, -0.5, 0, "-0.0"}, {kMultiply, -0.5, 3.5, "-1.75"},
      {kMultiply, -0.5, -0.5, "0.25"}, {kMultiply, -0.5, kComplex, "(-0.5-1j)"},
      {kMultiply, kComplex, true, "(1+2j)"}, {kMultiply, kComplex, 7, "(7+14j)"},
      {kMultiply, kComplex, -7, "(-7-14j)"}, {kMultiply, kComplex, 0, "0j"},
      {kMultiply, kComplex, 3.5, "(3.5+7j)"}, {kMultiply, kComplex, -0.5, "(-0.5-1j)"},
      {kMultiply, kComplex, kComplex, "(-3+4j)"}, {kDivide, true, true, "1.0"},
      {kDivide, true, 7, "0.14285714285714285"}, {kDivide, true, -7, "-0.14285714285714285"},
      {kDivide, true, 0, "ZeroDivisionError"}, {kDivide, true, 3.5, "0.2857142857142857"},
      {kDivide, true, -0.5, "-2.0"}, {kDivide, 7, true, "7.0"}, {kDivide, 7, 7, "1.0"}, {kDivide, 7, -7, "-1.0"},
      {kDivide, 7, 0, "ZeroDivisionError"}, {kDivide, 7, 3.5, "2.0"}, {kDivide, 7, -0.5, "-14.0"},
      {kDivide, -7, true, "-7.0"}, {kDivide, -7, 7, "-1.0"}, {kDivide, -7, -7, "1.0"},
      {kDivide, -7, 0, "ZeroDivisionError"}, {kDivide, -7, 3.5, "-2.0"}, {kDivide, -7, -0.5, "14.0"},
      {kDivide, 0, true, "0.0"}, {kDivide, 0, 7, "0.0"}, {kDivide, 0, -7, "-0.0"},
      {kDivide, 0, 0, "ZeroDivisionError"}, {kDivide, 0, 3.5, "0.0"}, {kDivide, 0, -0.5, "-0.0"},
      {kDivide, 3.5, true, "3.5"}, {kDivide, 3.5, 7, "0.5"}, {kDivide, 3.5, -7, "-0.5"},
      {kDivide, 3.5, 0, "ZeroDivisionError"}, {kDivide, 3.5, 3.5, "1.0"}, {kDivide, 3.5, -0.5, "-7.0"},
      {kDivide, -0.5, true, "-0.5"}, {kDivide, -0.5, 7, "-0.07142857142857142"},
      {kDivide, -0.5, -7, "0.07142857142857142"}, {kDivide, -0.5, 0, "ZeroDivisionError"},
      {kDivide, -0.5, 3.5, "-0.14285714285714285"}, {kDivide, -0.5, -0.5, "1.0"},
      {kDivide, kComplex, 0, "ZeroDivisionError"}, {kFloorDivide, true, true, "1"}, {kFloorDivide, true, 7, "0"},
      {kFloorDivide, true, -7, "-1"}, {kFloorDivide, true, 0, "ZeroDivisionError"},
      {kFloorDivide, true, 3.5, "0.0"}, {kFloorDivide, true, -0.5, "-2.0"},
      {kFloorDivide, true, kComplex, "TypeError"}, {kFloorDivide, 7, true, "7"}, {kFloorDivide, 7, 7, "1"},
      {kFloorDivide, 7, -7, "-1"}, {kFloorDivide, 7, 0, "ZeroDivisionError"}, {kFloorDivide, 7, 3.5, "2.0"},
      {kFloorDivide, 7, -0.5, "-14.0"}, {kFloorDivide, 7, kComplex, "TypeError"},
      {kFloorDivide, -7, true, "-7"}, {kFloorDivide, -7, 7, "-1"}, {kFloorDivide, -7, -7, "1"},
      {kFloorDivide, -7, 0, "ZeroDivisionError"}, {kFloorDivide, -7, 3.5, "-2.0"},
      {kFloorDivide, -7, -0.5, "14.0"}, {kFloorDivide, -7, kComplex, "TypeError"}, {kFloorDivide, 0, true, "0"},
      {kFloorDivide, 0, 7, "0"}, {kFloorDivide, 0, -7, "0"}, {kFloorDivide, 0, 0, "ZeroDivisionError"},
      {kFloorDivide, 0, 3.5, "0.0"}, {kFloorDivide, 0, -0.5, "-0.0"}, {kFloorDivide, 0, kComplex, "TypeError"},
      {kFloorDivide, 3.5, true, "3.0"}, {kFloorDivide, 3.5, 7, "0.0"}, {kFloorDivide, 3.5, -7, "-1.0"},
      {kFloorDivide, 3.5, 0, "ZeroDivisionError"}, {kFloorDivide, 3.5, 3.5, "1.0"},
      {kFloorDivide, 3.5, -0.5, "-7.0"}, {kFloorDivide, 3.5, kComplex, "TypeError"},
      {kFloorDivide, -0.5, true, "-1.0"}, {kFloorDivide, -0.5, 7, "-1.0"}, {kFloorDivide, -0.5, -7, "0.0"},
      {kFloorDivide, -0.5, 0, "ZeroDivisionError"}, {kFloorDivide, -0.5, 3.5, "-1.0"},
      {kFloorDivide, -0.5, -0.5, "1.0"}, {kFloorDivide, -0.5, kComplex, "TypeError"},
      {kFloorDivide, kComplex, true, "TypeError"}, {kFloorDivide, kComplex, 7, "TypeError"},
      {kFloorDivide, kComplex, -7, "TypeError"}, {kFloorDivide, kComplex, 0, "TypeError"},
      {kFloorDivide, kComplex, 3.5, "TypeError"}, {kFloorDivide, kComplex, -0.5, "TypeError"},
      {kFloorDivide, kComplex, kComplex, "TypeError"}, {kModulo, true, true, "0"}, {kModulo, true, 7, "1"},
      {kModulo, true, -7, "-6"}, {kModulo, true, 0, "ZeroDivisionError"}, {kModulo, true, 3.5, "1.0"},
      {kModulo, true, -0.5, "-0.0"}, {kModulo, true, kComplex, "TypeError"}, {kModulo, 7, true, "0"},
      {kModulo, 7, 7, "0"}, {kModulo, 7, -7, "0"}, {kModulo, 7, 0, "ZeroDivisionError"}, {kModulo, 7, 3.5, "0.0"},
      {kModulo, 7, -0.5, "-0.0"}, {kModulo, 7, kComplex, "TypeError"}, {kModulo, -7, true, "0"},
      {kModulo, -7, 7, "0"}, {kModulo, -7, -7, "0"}, {kModulo, -7, 0, "ZeroDivisionError"},
      {kModulo, -7, 3.5, "0.0"}, {kModulo, -7, -0.5, "-0.0"}, {kModulo, -7, kComplex, "TypeError"},
      {kModulo, 0, true, "0"}, {kModulo, 0, 7, "0"}, {kModulo, 0, -7, "0"}, {kModulo, 0, 0, "ZeroDivisionError"},
      {kModulo, 0, 3.5, "0.0"}, {kModulo, 0, -0.5, "-0.0"}, {kModulo, 0, kComplex, "TypeError"},
      {kModulo, 3.5, true, "0.5"}, {kModulo, 3.5, 7, "3.5"}, {kModulo, 3.5, -7, "-3.5"},
      {kModulo, 3.5, 0, "ZeroDivisionError"}, {kModulo, 3.5, 3.5, "0.0"}, {kModulo, 3.5, -0.5, "-0.0"},
      {kModulo, 3.5, kComplex, "TypeError"}, {kModulo, -0.5, true, "0.5"}, {kModulo, -0.5, 7, "6.5"},
      {kModulo, -0.5, -7, "-0.5"}, {kModulo, -0.5, 0, "ZeroDivisionError"}, {kModulo, -0.5, 3.5, "3.0"},
      {kModulo, -0.5, -0.5, "-0.0"}, {kModulo, -0.5, kComplex, "TypeError"},
      {kModulo, kComplex, true, "TypeError"}, {kModulo, kComplex, 7, "TypeError"},
      {kModulo, kComplex, -7, "TypeError"}, {kModulo, kComplex, 0, "TypeError"},
      {kModulo, kComplex, 3.5, "TypeError"}, {kModulo, kComplex, -0.5, "TypeError"},
      {kModulo, kComplex, kComplex, "TypeError"}, {kPower, true, true, "1"}, {kPower, true, 7, "1"},
      {kPower, true, -7, "1.0"}, {kPower, true, 0, "1"}, {kPower, true, 3.5, "1.0"}, {kPower, true, -0.5, "1.0"},
      {kPower, 7, true, "7"}, {kPower, 7, 7, "823543"}, {kPower, 7, -7, "1.2142656789020123e-06"},
      {kPower, 7, 0, "1"}, {kPower, 7, 3.5, "907.4926996951546"}, {kPower, 7, -0.5, "0.37796447300922725"},
      {kPower, -7, true, "-7"}, {kPower, -7, 7, "-823543"}, {kPower, -7, -7, "-1.2142656789020123e-06"},
      {kPower, -7, 0, "1"}, {kPower, 0, true, "0"}, {kPower, 0, 7, "0"}, {kPower, 0, -7, "ZeroDivisionError"},
      {kPower, 0, 0, "1"}, {kPower, 0, 3.5, "0.0"}, {kPower, 0, -0.5, "ZeroDivisionError"},
      {kPower, 3.5, true, "3.5"}, {kPower, 3.5, 7, "6433.9296875"}, {kPower, 3.5, -7, "0.00015542600689945758"},
      {kPower, 3.5, 0, "1.0"}, {kPower, 3.5, 3.5, "80.21178022896636"}, {kPower, 3.5, -0.5, "0.5345224838248488"},
      {kPower, -0.5, true, "-0.5"}, {kPower, -0.5, 7, "-0.0078125"}, {kPower, -0.5, -7, "-128.0"},
      {kPower, -0.5, 0, "1.0"},
  };
  for (const Row& row : table)
    EXPECT_EQ(outcome(row), row.result) << row.left << " op " << static_cast<int>(row.op) << ' ' << row.right;
}
// clang-format on

TEST(Arithmetic, TheQuotientOfIntsIsRoundedOnce) {
  EXPECT_EQ((Value(2189556540286284219) / 2305634018451715866).repr(), "0.9496548553515097");
  EXPECT_EQ((Value(-2189556540286284219) / 2305634018451715866).repr(), "-0.9496548553515097");
  EXPECT_EQ((Value(kLeast) / 3).repr(), "-3.0744573456182584e+18");
  EXPECT_EQ((Value(kMost) / -7).repr(), "-1.3176245766935393e+18");
  EXPECT_EQ((Value(kMost) / (kMost - 1)).repr(), "1.0");
  EXPECT_EQ((Value(kLeast) / kLeast).repr(), "1.0");
  EXPECT_EQ((Value(1) / kMost).repr(), "1.0842021724855044e-19");
  EXPECT_EQ((Value(0) / kLeast).repr(), "-0.0");
}

TEST(Arithmetic, BeyondSixtyFourBitsIsAnOverflowError) {
  EXPECT_THROW(Value(UINT64_MAX) + 1, OverflowError);
  EXPECT_THROW(Value(kLeast) - 1, OverflowError);
  EXPECT_THROW(Value(kMost) * 3, OverflowError);
  EXPECT_THROW(Value(UINT64_MAX) * UINT64_MAX, OverflowError);
  EXPECT_THROW(Value(UINT64_MAX) * -1, OverflowError);
  EXPECT_THROW(-Value(UINT64_MAX), OverflowError);
  EXPECT_THROW(~Value(UINT64_MAX), OverflowError);
  EXPECT_EQ(Value(kLeast) % -1, 0);
  EXPECT_THROW(pow(Value(2), 64), OverflowError);
  EXPECT_THROW(pow(Value(-2), 65), OverflowError);
  EXPECT_THROW(pow(Value(UINT64_MAX), 2), OverflowError);
  try {
    Value(UINT64_MAX) + 1;
    FAIL();
  } catch (const OverflowError& error) {
    EXPECT_STREQ(error.what(),
                 "18446744073709551615 + 1 does not fit into an int of 64 bits; use a float: an int holds -2**63 to "
                 "2**64 - 1");
  }
  EXPECT_EQ(pow(Value(2), 62), std::int64_t{1} << 62);
  EXPECT_EQ(pow(Value(-2), 63), kLeast);
  EXPECT_THROW(pow(Value(10.0), 400), OverflowError);
}

TEST(Arithmetic, IntegersGoUpToTheMostOfBothTypes) {
  const Value most = UINT64_MAX, half = std::uint64_t{1} << 63;
  EXPECT_EQ(Value(kMost) + 1, half);
  EXPECT_EQ(half - 1, kMost);
  EXPECT_FALSE((half - 1).is_large_integer());
  EXPECT_EQ(Value(kMost) * 2 + 1, most);
  EXPECT_EQ(-half, kLeast);
  EXPECT_EQ(-Value(kLeast), half);
  EXPECT_EQ(absolute(Value(kLeast)), half);
  EXPECT_EQ(floor_divide(Value(kLeast), -1), half);
  EXPECT_THROW(~half, OverflowError);
  EXPECT_EQ(most - most, 0);
  EXPECT_EQ((most / most).repr(), "1.0");
  EXPECT_EQ((most / 3).repr(), "6.148914691236517e+18");
  EXPECT_EQ((Value(1) / most).repr(), "5.421010862427522e-20");
  EXPECT_EQ(floor_divide(most, Value(-2)), kLeast);
  EXPECT_EQ(most % 10, 5);
  EXPECT_EQ(most % -10, -5);
  EXPECT_EQ(Value(-1) % most, UINT64_MAX - 1);
  EXPECT_EQ(pow(Value(2), 63), half);
  EXPECT_EQ(pow(most, 1), most);
  EXPECT_EQ((most + 0.0).repr(), "1.8446744073709552e+19");
  EXPECT_EQ((most + std::complex<double>(0, 1)).repr(), "(1.8446744073709552e+19+1j)");
  EXPECT_EQ(most.repr(), "18446744073709551615");
  EXPECT_TRUE(most.truth());
}

TEST(Arithmetic, SequencesJoinAndRepeat) {
  EXPECT_EQ((Value("ab") + "c").repr(), "'abc'");
  EXPECT_EQ((Value("ab") * 2).repr(), "'abab'");
  EXPECT_EQ((2 * Value(List{1})).repr(), "[1, 1]");
  EXPECT_EQ((Value::tuple({1}) + Value::tuple({2})).repr(), "(1, 2)");
  EXPECT_EQ((Value("ab") * -1).repr(), "''");
  EXPECT_THROW(Value("x") * kMost, OverflowError);
  EXPECT_THROW(Value("") * UINT64_MAX, OverflowError) << "as Python";
}

TEST(Arithmetic, UnfitOperandsAreNamed) {
  try {
    Value(1) + "x";
    FAIL();
  } catch (const TypeError& error) {
    EXPECT_STREQ(error.what(), "unsupported operand type(s) for +: 'int' and 'str'");
  }
}

TEST(Arithmetic, AugmentedAssignmentRebindsScalarsAndChangesLists) {
  Value number = 20, alias = number;
  number += 5;
  EXPECT_EQ(number, 25);
  EXPECT_EQ(alias, 20);
  Value text = "a", same_text = text;
  text += "b";
  EXPECT_EQ(same_text, "a");
  Value list = List{1}, same_list = list;
  list += List{2};
  list += list;
  EXPECT_TRUE(list.is(same_list));
  EXPECT_EQ(same_list.repr(), "[1, 2, 1, 2]");
  list *= 0;
  EXPECT_EQ(same_list.size(), 0U);
}

TEST(Comparison, NumbersCompareExactlyAcrossTypes) {
  EXPECT_EQ(Value(1), 1.0);
  EXPECT_EQ(Value(true), 1);
  EXPECT_EQ(Value(1.0), std::complex(1.0, 0.0));
  EXPECT_NE(Value((std::int64_t{1} << 53) + 1), 9007199254740992.0);
  EXPECT_NE(Value(kMost), 9223372036854775808.0);
  EXPECT_LT(Value(kMost), 9223372036854775808.0);
  EXPECT_EQ(Value(std::uint64_t{1} << 63), 9223372036854775808.0);
  EXPECT_EQ(Value(std::uint64_t{1} << 63).hash(), Value(9223372036854775808.0).hash());
  EXPECT_EQ(Value(UINT64_MAX), Value(std::vector<std::uint64_t>{UINT64_MAX}).at(0));
  EXPECT_NE(Value(UINT64_MAX), -1);
  EXPECT_NE(Value(UINT64_MAX), 18446744073709551616.0);
  EXPECT_LT(Value(UINT64_MAX), 18446744073709551616.0);
  EXPECT_GT(Value(UINT64_MAX), kMost);
  EXPECT_GT(Value(UINT64_MAX), kLeast);
  EXPECT_GT(Value(kMost), 1.5);
  EXPECT_LT(Value(1), 1.5);
  EXPECT_LT(Value(-INFINITY), kLeast);
  EXPECT_NE(Value(NAN), NAN);
  EXPECT_FALSE(Value(NAN) < 1);
  EXPECT_FALSE(Value(NAN) >= 1);
}

TEST(Comparison, ContainersCompareDeeply) {
  EXPECT_EQ(Value(List{1, List{2, "x"}}), Value(List{1.0, List{2, "x"}}));
  EXPECT_NE(Value(List{1}), Value::tuple({1}));
  EXPECT_LT(Value(List{1, 2}), Value(List{1, 3}));
  EXPECT_LT(Value(List{1}), Value(List{1, 0}));
  EXPECT_LT(Value("Z"), "a");
  EXPECT_NE(Value("1"), 1);
  EXPECT_NE(Value(), false);
  const Value nan = NAN;
  EXPECT_EQ(Value(List{nan}), Value(List{nan})) << "the very same object is equal inside a list";
  EXPECT_THROW((void)(Value(1) < "x"), TypeError);
  EXPECT_THROW((void)(Value(List{1}) < List{"x"}), TypeError);
}

}  // namespace
}  // namespace enginery
