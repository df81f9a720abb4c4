// tests/unit/arithmetic/array_arithmetic_test.cpp: numpy's operators on arrays, against what numpy 2 gives.
#include <gtest/gtest.h>

#include <cmath>
#include <complex>

#include <enginery/value.hpp>

#include "core/arithmetic/array_arithmetic.hpp"

namespace enginery {
namespace {

constexpr Operator kAdd = Operator::add, kSubtract = Operator::subtract, kMultiply = Operator::multiply,
                   kDivide = Operator::divide, kFloorDivide = Operator::floor_divide, kModulo = Operator::modulo,
                   kPower = Operator::power, kMatmul = Operator::matmul;
constexpr Operator kElementwise[] = {kAdd, kSubtract, kMultiply, kDivide, kFloorDivide, kModulo, kPower};
constexpr DType kAll[] = {DType::boolean, DType::i8,  DType::i16, DType::i32, DType::i64, DType::u8,  DType::u16,
                          DType::u32,     DType::u64, DType::f32, DType::f64, DType::c64, DType::c128};

/// The numbers of nested lists as an array of `dtype`.
Value array(DType dtype, const Value& numbers) { return numbers.as<Array>().converted(dtype); }
Value ints(const Value& numbers) { return array(DType::i64, numbers); }
Value reals(const Value& numbers) { return array(DType::f64, numbers); }

/// "i64 [1, 2]", or of no array what it prints, or "TypeError: why".
template <class F>
std::string outcome(F compute) {
  try {
    const Value result = compute();
    if (result.kind() != Kind::array) return result.repr();
    return to_string(result.as_array().dtype()) + (" " + result.repr());
  } catch (const Error& error) {
    return error.ename() + ": " + error.what();
  }
}
std::string outcome(Operator op, const Value& a, const Value& b) {
  return outcome([&] { return Value::binary(op, a, b); });
}
std::string outcome(Comparison op, const Value& a, const Value& b) {
  return outcome([&] { return Value::compare(op, a, b); });
}

struct Row {
  Operator op;
  Value left, right;
  const char* result;
};

void expect(const std::vector<Row>& table) {
  for (const Row& row : table)
    EXPECT_EQ(outcome(row.op, row.left, row.right), row.result)
        << row.left << " op " << static_cast<int>(row.op) << ' ' << row.right;
}

const std::complex<double> kI(0, 1);

TEST(ArrayArithmetic, IsElementByElement) {
  const Value a = ints(List{7, -7, 0}), b = reals(List{1.5, -2.0, 0.0});
  expect({{kAdd, a, 1, "i64 [8, -6, 1]"},
          {kSubtract, 1, a, "i64 [-6, 8, 1]"},
          {kMultiply, a, a, "i64 [49, 49, 0]"},
          {kDivide, a, 2, "f64 [3.5, -3.5, 0.0]"},
          {kFloorDivide, a, 2, "i64 [3, -4, 0]"},
          {kModulo, a, 2, "i64 [1, 1, 0]"},
          {kModulo, a, -2, "i64 [-1, -1, 0]"},
          {kPower, a, 2, "i64 [49, 49, 0]"},
          {kPower, 2, ints(List{0, 3, 10}), "i64 [1, 8, 1024]"},
          {kPower, a, 0.5, "f64 [2.6457513110645907, nan, 0.0]"},
          {kAdd, a, b, "f64 [8.5, -9.0, 0.0]"},
          {kMultiply, b, true, "f64 [1.5, -2.0, 0.0]"},
          {kFloorDivide, b, 0.5, "f64 [3.0, -4.0, 0.0]"},
          {kModulo, b, 0.4, "f64 [0.29999999999999993, 1.1102230246251565e-16, 0.0]"},
          {kMultiply, b, kI, "c128 [1.5j, (-0-2j), 0j]"},
          {kAdd, Value(std::vector<std::int64_t>{}), 1, "i64 []"}});
}

TEST(ArrayArithmetic, ZeroDividesWithoutAnError) {
  const Value a = ints(List{5, -5, 0});
  expect({{kFloorDivide, a, 0, "i64 [0, 0, 0]"},
          {kModulo, a, 0, "i64 [0, 0, 0]"},
          {kDivide, a, 0, "f64 [inf, -inf, nan]"},
          {kDivide, 1.0, reals(List{0.0, -0.0}), "f64 [inf, -inf]"},
          {kFloorDivide, reals(List{1, -1, 0}), 0, "f64 [inf, -inf, nan]"},
          {kModulo, reals(List{1, 0}), 0, "f64 [nan, nan]"},
          {kPower, reals(List{0.0}), -1, "f64 [inf]"},
          {kFloorDivide, array(DType::u8, List{9, 8}), 0, "u8 [0, 0]"},
          {kDivide, array(DType::c128, List{std::complex(1., 2.), 0}), 0, "c128 [(inf+infj), (nan+nanj)]"}});
}

TEST(ArrayArithmetic, IntegersWrap) {
  const Value most = ints(List{INT64_MAX}), least = ints(List{INT64_MIN}), bytes = array(DType::u8, List{200, 3});
  expect({{kAdd, most, 1, "i64 [-9223372036854775808]"},
          {kSubtract, least, 1, "i64 [9223372036854775807]"},
          {kMultiply, most, 2, "i64 [-2]"},
          {kFloorDivide, least, -1, "i64 [-9223372036854775808]"},
          {kModulo, least, -1, "i64 [0]"},
          {kPower, ints(List{3}), 41, "i64 [-420491770248316829]"},
          {kAdd, bytes, 100, "u8 [44, 103]"},
          {kSubtract, bytes, 201, "u8 [255, 58]"},
          {kMultiply, bytes, bytes, "u8 [64, 9]"},
          {kPower, bytes, 2, "u8 [64, 9]"},
          {kFloorDivide, array(DType::i8, List{-128}), -1, "i8 [-128]"},
          {kSubtract, array(DType::u64, List{0}), 1, "u64 [18446744073709551615]"},
          {kFloorDivide, Value::binary(kSubtract, array(DType::u64, List{0}), 1), 2, "u64 [9223372036854775807]"}});
  EXPECT_EQ((-array(DType::u8, List{1})).repr(), "[255]");
  EXPECT_EQ((-least).repr(), "[-9223372036854775808]");
}

TEST(ArrayArithmetic, OfBoolsIsNumpys) {
  const Value a = array(DType::boolean, List{true, false}), b = array(DType::boolean, List{true, true});
  expect({{kAdd, a, b, "bool [True, True]"},
          {kMultiply, a, b, "bool [True, False]"},
          {kAdd, a, 1, "i64 [2, 1]"},
          {kDivide, a, b, "f64 [1.0, 0.0]"},
          {kFloorDivide, a, b, "i8 [1, 0]"},
          {kModulo, a, b, "i8 [0, 0]"},
          {kPower, a, b, "i8 [1, 0]"},
          {kSubtract, a, b,
           "TypeError: numpy boolean subtract, the `-` operator, is not supported, use the bitwise_xor, the `^` "
           "operator, or the logical_xor function instead."}});
  EXPECT_EQ(outcome([&] { return ~a; }), "bool [False, True]");
  EXPECT_THROW(-a, TypeError);
  EXPECT_THROW(+a, TypeError);
}

TEST(ArrayArithmetic, PromotesAsNumpy) {
  struct Pair {
    DType a, b, result;
  };
  const Pair pairs[] = {{DType::boolean, DType::u8, DType::u8},   {DType::i8, DType::u8, DType::i16},
                        {DType::i32, DType::u8, DType::i32},      {DType::i8, DType::u16, DType::i32},
                        {DType::i32, DType::u32, DType::i64},     {DType::i64, DType::u32, DType::i64},
                        {DType::i8, DType::u64, DType::f64},      {DType::i64, DType::u64, DType::f64},
                        {DType::u8, DType::u32, DType::u32},      {DType::i8, DType::i32, DType::i32},
                        {DType::i16, DType::f32, DType::f32},     {DType::u16, DType::f32, DType::f32},
                        {DType::i32, DType::f32, DType::f64},     {DType::i64, DType::f32, DType::f64},
                        {DType::f32, DType::f64, DType::f64},     {DType::boolean, DType::f32, DType::f32},
                        {DType::i8, DType::c64, DType::c64},      {DType::i32, DType::c64, DType::c128},
                        {DType::f64, DType::c64, DType::c128},    {DType::f32, DType::c64, DType::c64},
                        {DType::f32, DType::c128, DType::c128},   {DType::c64, DType::c128, DType::c128},
                        {DType::boolean, DType::i64, DType::i64}, {DType::boolean, DType::boolean, DType::boolean}};
  for (const Pair& pair : pairs) {
    const Value a = array(pair.a, List{1}), b = array(pair.b, List{1});
    EXPECT_EQ((a + b).as_array().dtype(), pair.result) << to_string(pair.a) << to_string(pair.b);
    EXPECT_EQ((b + a).as_array().dtype(), pair.result) << to_string(pair.a) << to_string(pair.b);
  }
}

TEST(ArrayArithmetic, PythonsNumbersGiveWayToTheArraysDtype) {
  for (const DType dtype : kAll) {
    const Value a = array(dtype, List{1});
    const auto with = [&](const Value& number) { return (a * number).as_array().dtype(); };
    const bool real = dtype == DType::f32 || dtype == DType::f64, complex = dtype >= DType::c64;
    EXPECT_EQ(with(true), dtype);
    EXPECT_EQ(with(1), dtype == DType::boolean ? DType::i64 : dtype);
    EXPECT_EQ(with(1.0), real || complex ? dtype : DType::f64);
    EXPECT_EQ(with(kI), dtype == DType::f32 || dtype == DType::c64 ? DType::c64 : DType::c128);
  }
  EXPECT_EQ(outcome(kAdd, array(DType::f32, List{0}), 0.1), "f32 [0.1]");
  EXPECT_EQ(outcome(kAdd, array(DType::u8, List{1}), 300), "OverflowError: Python integer 300 out of bounds for uint8");
  EXPECT_EQ(outcome(kAdd, array(DType::u64, List{1}), -1), "OverflowError: Python integer -1 out of bounds for uint64");
}

TEST(ArrayArithmetic, ListsBecomeArrays) {
  const Value a = ints(List{1, 2});
  EXPECT_EQ(outcome(kAdd, a, List{10, 0.5}), "f64 [11.0, 2.5]");
  EXPECT_EQ(outcome(kMultiply, Value(List{3, 4}), a), "i64 [3, 8]");
  EXPECT_EQ(outcome(kAdd, Value::tuple({1, 1}), a), "i64 [2, 3]");
  EXPECT_EQ(outcome(kAdd, List{1}, List{2}), "[1, 2]");
  Value list = List{1, 2};
  list += a;
  EXPECT_EQ(list.type_name(), "ndarray");
  EXPECT_EQ(list.repr(), "[2, 4]");
}

TEST(ArrayArithmetic, WhatDoesNotComputeWithArraysIsNamed) {
  const Value a = ints(List{1, 2});
  EXPECT_EQ(
      outcome(kAdd, a, Value()),
      "TypeError: unsupported operand type(s) for +: 'ndarray' and 'NoneType'; arrays compute with numbers, lists "
      "and arrays");
  EXPECT_EQ(outcome(kAdd, a, List{"x"}), "TypeError: expected a number, got str 'x'");
  EXPECT_EQ(outcome(kAdd, a, List{1, 2, 3}),
            "ValueError: operands could not be broadcast together with shapes (2,) (3,)");
  EXPECT_EQ(outcome(kPower, a, -1), "ValueError: Integers to negative integer powers are not allowed.");
  EXPECT_EQ(
      outcome(kModulo, a, kI),
      "TypeError: ufunc 'remainder' not supported for the input types, and the inputs could not be safely coerced "
      "to any supported types according to the casting rule ''safe''");
  EXPECT_EQ(
      outcome([&] { return ~reals(List{1}); }),
      "TypeError: ufunc 'invert' not supported for the input types, and the inputs could not be safely coerced to "
      "any supported types according to the casting rule ''safe''");
}

/// Numbers that count up from `first`, of any shape and order of memory.
Value counting(DType dtype, std::vector<std::int64_t> shape, Order order, int first) {
  Array result(dtype, shape, order);
  for (std::size_t i = 0; i < result.size(); ++i) result.set_item(i, first + static_cast<int>(i % 600));
  return result;
}

/// The element of `operand` that is at `index` of the shape it is repeated to.
Value repeated_at(const Array& operand, const std::vector<std::int64_t>& index) {
  std::size_t number = 0;
  for (std::size_t axis = 0; axis < operand.ndim(); ++axis) {
    const std::int64_t extent = operand.shape()[axis];
    const std::int64_t own = extent == 1 ? 0 : index[index.size() - operand.ndim() + axis];
    number = number * static_cast<std::size_t>(extent) + static_cast<std::size_t>(own);
  }
  return operand.item(number);
}

TEST(ArrayArithmetic, BroadcastingIsWhatEachElementGivesAlone) {
  const std::vector<std::int64_t> shapes[] = {{}, {1}, {4}, {3, 1}, {3, 4}, {1, 4}, {2, 3, 4}, {2, 1, 1}, {2, 1, 4}};
  int pairs = 0;
  for (const Order order : {Order::row_major, Order::column_major})
    for (const auto& left : shapes)
      for (const auto& right : shapes)
        for (const Operator op : kElementwise) {
          const Value a = counting(DType::i64, left, order, 2), b = counting(DType::f64, right, Order::row_major, 1);
          const Value result = Value::binary(op, a, b);
          if (result.kind() != Kind::array) {
            EXPECT_EQ(result, Value::binary(op, a.as_array().item(0), b.as_array().item(0)));
            continue;
          }
          const Array& got = result.as_array();
          std::vector<std::int64_t> index(got.ndim());
          for (std::size_t i = 0; i < got.size(); ++i) {
            for (std::size_t axis = got.ndim(), rest = i; axis-- > 0;) {
              index[axis] = static_cast<std::int64_t>(rest) % got.shape()[axis];
              rest /= static_cast<std::size_t>(got.shape()[axis]);
            }
            const Value x = repeated_at(a.as_array(), index), y = repeated_at(b.as_array(), index);
            ASSERT_EQ(got.item(i), Value::binary(op, x, y)) << static_cast<int>(op) << a << b;
          }
          ++pairs;
        }
  EXPECT_GT(pairs, 1000);
}

TEST(ArrayArithmetic, LongArraysAreWholeWhateverTheirBlocks) {
  for (const std::int64_t n : {511, 512, 513, 2000}) {
    const Value a = counting(DType::i32, {n}, Order::row_major, 0), b = counting(DType::f64, {n}, Order::row_major, 1);
    const Value total = a * b + 1, mask = Value::compare(Comparison::less, a, b);
    for (std::size_t i = 0; i < static_cast<std::size_t>(n); ++i) {
      const double x = static_cast<double>(i % 600);
      ASSERT_EQ(total.as_array().item(i), x * (x + 1) + 1);
      ASSERT_EQ(mask.as_array().item(i), true);
    }
  }
}

TEST(ArrayComparison, GivesABoolForEachElement) {
  const Value a = ints(List{1, 2, 3});
  EXPECT_EQ(outcome(Comparison::less, a, 2), "bool [True, False, False]");
  EXPECT_EQ(outcome(Comparison::less_equal, a, 2.0), "bool [True, True, False]");
  EXPECT_EQ(outcome(Comparison::greater, 2, a), "bool [True, False, False]");
  EXPECT_EQ(outcome(Comparison::greater_equal, a, List{3, 2, 1}), "bool [False, True, True]");
  EXPECT_EQ(outcome(Comparison::equal, a, a), "bool [True, True, True]");
  EXPECT_EQ(outcome(Comparison::not_equal, a, 2), "bool [True, False, True]");
  EXPECT_EQ(outcome(Comparison::equal, a, ints(List{List{1}, List{3}})),
            "bool [[True, False, False], [False, False, True]]");
  EXPECT_EQ(outcome(Comparison::equal, reals(List{NAN}), NAN), "bool [False]");
  EXPECT_EQ(outcome(Comparison::not_equal, reals(List{NAN}), NAN), "bool [True]");
  EXPECT_EQ(outcome(Comparison::equal, a, "x"), "bool [False, False, False]");
  EXPECT_EQ(outcome(Comparison::not_equal, Value(), a), "bool [True, True, True]");
  EXPECT_EQ(outcome(Comparison::less, a, "x"), "TypeError: '<' not supported between instances of 'ndarray' and 'str'");
  EXPECT_EQ(outcome(Comparison::equal, a, List{1, 2}),
            "ValueError: operands could not be broadcast together with shapes (3,) (2,)");
  EXPECT_TRUE(a == ints(List{1, 2, 3})) << "in C++ it is one bool";
}

TEST(ArrayComparison, IsExactForIntegersOfEitherSign) {
  const Value wide = ~array(DType::u64, List{0, INT64_MAX});  // 2**64 - 1, 2**63
  EXPECT_EQ(outcome(Comparison::equal, wide, ints(List{-1, INT64_MIN})), "bool [False, False]");
  EXPECT_EQ(outcome(Comparison::greater, wide, ints(List{-1, INT64_MAX})), "bool [True, True]");
  EXPECT_EQ(outcome(Comparison::greater, wide, -1), "bool [True, True]");
  EXPECT_EQ(outcome(Comparison::less, array(DType::u8, List{1, 255}), 300), "bool [True, True]");
  EXPECT_EQ(outcome(Comparison::equal, array(DType::u64, List{INT64_MAX}), INT64_MAX - 1), "bool [False]");
  EXPECT_EQ(outcome(Comparison::equal, Value::binary(kAdd, array(DType::f32, List{0}), 0.1), 0.1), "bool [True]");
  EXPECT_EQ(outcome(Comparison::less, array(DType::c128, List{1, kI}), kI), "bool [False, False]");
  EXPECT_EQ(outcome(Comparison::less, array(DType::c128, List{0, -1}), kI), "bool [True, True]");
}

TEST(ArrayMatmul, OfVectorsAndMatrices) {
  const Value v = ints(List{1, 2}), m = ints(List{List{1, 2}, List{3, 4}}),
              wide = reals(List{List{1, 2, 3}, List{4, 5, 6}});
  expect({{kMatmul, v, v, "5"},
          {kMatmul, m, v, "i64 [5, 11]"},
          {kMatmul, v, m, "i64 [7, 10]"},
          {kMatmul, m, m, "i64 [[7, 10], [15, 22]]"},
          {kMatmul, m, wide, "f64 [[9.0, 12.0, 15.0], [19.0, 26.0, 33.0]]"},
          {kMatmul, wide, reals(List{1, 0, 1}), "f64 [4.0, 10.0]"},
          {kMatmul, wide.as_array().ordered(Order::column_major), reals(List{1, 0, 1}), "f64 [4.0, 10.0]"},
          {kMatmul, reals(List{0.5, 1}), List{2, 2}, "3.0"},
          {kMatmul, array(DType::f32, List{1, 2}), array(DType::f32, m), "f32 [7.0, 10.0]"},
          {kMatmul, array(DType::c128, List{kI, 1}), v, "(2+1j)"},
          {kMatmul, array(DType::u8, List{List{16}}), array(DType::u8, List{List{17}}), "u8 [[16]]"},
          {kMatmul, array(DType::boolean, List{true, true}), array(DType::boolean, List{true, true}), "True"},
          {kMatmul, Array::zeros(DType::f64, std::vector<std::int64_t>{2, 0}),
           Array::zeros(DType::f64, std::vector<std::int64_t>{0, 1}), "f64 [[0.0], [0.0]]"},
          {kMatmul, wide, v, "ValueError: matmul: shapes (2,3) and (2,) not aligned: 3 (dim 1) != 2 (dim 0)"},
          {kMatmul, v, 2,
           "ValueError: matmul: Input operand 1 does not have enough dimensions (has 0, gufunc core with signature "
           "(n?,k),(k,m?)->(n?,m?) requires 1); multiply with *"},
          {kMatmul, 1, 2, "TypeError: unsupported operand type(s) for @: 'int' and 'int'"}});
}

TEST(ArrayAugment, ChangesTheObjectInPlace) {
  Value a = reals(List{1, 2}), alias = a;
  const std::byte* const memory = a.as_array().data();
  a += 1;
  a.augment(kPower, 2);
  EXPECT_TRUE(a.is(alias));
  EXPECT_EQ(alias.repr(), "[4.0, 9.0]");
  EXPECT_EQ(a.as_array().data(), memory) << "no other memory is needed";
  a += a;
  EXPECT_EQ(alias.repr(), "[8.0, 18.0]");
  Value bytes = array(DType::u8, List{250, 1});
  bytes += array(DType::u8, List{10, 1});
  EXPECT_EQ(outcome([&] { return bytes; }), "u8 [4, 2]");
  Value small = array(DType::f32, List{1});
  small *= reals(List{0.1});
  EXPECT_EQ(outcome([&] { return small; }), "f32 [0.1]");
  Value matrix = ints(List{List{1, 1}, List{0, 1}});
  matrix.augment(kMatmul, matrix);
  EXPECT_EQ(matrix.repr(), "[[1, 2], [0, 1]]");
}

TEST(ArrayAugment, LeavesOtherHoldersOfTheMemoryAlone) {
  Value a = ints(List{1, 2});
  const Array before = a.as_array();
  a += before;
  EXPECT_EQ(a.repr(), "[2, 4]");
  EXPECT_EQ(Value(before).repr(), "[1, 2]");
}

TEST(ArrayAugment, RefusesWhatTheArrayCannotHold) {
  Value a = ints(List{1, 2});
  EXPECT_EQ(outcome([&] { return a /= 2; }),
            "TypeError: Cannot cast ufunc 'divide' output from dtype('float64') to dtype('int64') with casting rule "
            "'same_kind'");
  EXPECT_EQ(outcome([&] {
              return a += ints(List{List{1, 2}, List{3, 4}});
            }),
            "ValueError: non-broadcastable output operand with shape (2,) doesn't match the broadcast shape (2,2)");
  EXPECT_EQ(outcome([&] { return a.augment(kMatmul, a); }),
            "ValueError: non-broadcastable output operand with shape (2,) doesn't match the broadcast shape ()");
  EXPECT_EQ(a.repr(), "[1, 2]");
  Value bytes = array(DType::u8, List{1});
  EXPECT_EQ(outcome([&] { return bytes += ints(List{1}); }),
            "TypeError: Cannot cast ufunc 'add' output from dtype('int64') to dtype('uint8') with casting rule "
            "'same_kind'");
}

TEST(ArrayReduction, IsPythonsSumMinAndMax) {
  const auto total = [](const Value& a) { return outcome([&] { return sum(a.as_array()); }); };
  EXPECT_EQ(total(ints(List{1, 2, 3})), "6");
  EXPECT_EQ(total(array(DType::boolean, List{true, true})), "2");
  EXPECT_EQ(total(array(DType::u8, List{200, 200})), "400");
  EXPECT_EQ(total(reals(List{})), "0.0");
  EXPECT_EQ(total(reals(List{0.5, 2})), "2.5");
  EXPECT_EQ(total(ints(List{List{1, 2}, List{3, 4}})), "i64 [4, 6]");
  const auto least = [](const Value& a) { return outcome([&] { return smallest(a.as_array()); }); };
  const auto most = [](const Value& a) { return outcome([&] { return largest(a.as_array()); }); };
  EXPECT_EQ(least(ints(List{3, -1, 2})), "-1");
  EXPECT_EQ(most(ints(List{3, -1, 2})), "3");
  EXPECT_EQ(most(reals(List{1, NAN, 2})), "nan");
  EXPECT_EQ(least(reals(List{NAN, 1})), "nan");
  EXPECT_EQ(least(reals(List{})), "ValueError: min() arg is an empty sequence");
  EXPECT_EQ(most(ints(List{List{1}})),
            "ValueError: max() takes a vector, not an i64 array of shape (1, 1); take a part of it");
}

TEST(ArrayReduction, AbsoluteIsOfNumbersAndArrays) {
  const auto size = [](const Value& value) { return outcome([&] { return absolute(value); }); };
  EXPECT_EQ(size(-3), "3");
  EXPECT_EQ(size(true), "1");
  EXPECT_EQ(size(-0.5), "0.5");
  EXPECT_EQ(size(std::complex(3., -4.)), "5.0");
  EXPECT_EQ(size(ints(List{-3, 3, INT64_MIN})), "i64 [3, 3, -9223372036854775808]");
  EXPECT_EQ(size(array(DType::c64, List{std::complex(3., -4.)})), "f32 [5.0]");
  EXPECT_EQ(size(array(DType::u8, List{200})), "u8 [200]");
  EXPECT_EQ(size("x"), "TypeError: bad operand type for abs(): 'str'");
  EXPECT_EQ(size(INT64_MIN), "9223372036854775808");
  EXPECT_EQ(~Value(5), -6);
  EXPECT_THROW(~Value(5.0), TypeError);
}

}  // namespace
}  // namespace enginery
