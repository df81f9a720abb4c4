// tests/unit/values/array_test.cpp: the memory of arrays: who holds it, when it is copied.
#include <gtest/gtest.h>

#include <cmath>
#include <complex>

#include <enginery/value.hpp>

namespace enginery {
namespace {

using Shape = std::vector<std::int64_t>;

Array counting(const Shape& shape, Order order) {
  Array array(DType::i64, shape, order);
  for (std::size_t i = 0; i < array.size(); ++i) array.set_item(i, static_cast<std::int64_t>(i));
  return array;
}

TEST(Array, CopiesShareUntilOneIsWrittenTo) {
  Array array = Array::of(std::span<const double>(std::vector<double>{1, 2, 3}));
  Array copy = array;
  EXPECT_EQ(copy.data(), array.data());
  copy.mutable_elements<double>()[0] = 7;
  EXPECT_EQ(array.elements<double>()[0], 1);
  const std::byte* const own = copy.data();
  EXPECT_EQ(copy.mutable_data(), own) << "alone, it is written in place";
}

TEST(Array, HandedOutBytesAreNotWrittenTo) {
  Array array = counting({4}, Order::row_major);
  const Bytes bytes = array.bytes();
  EXPECT_EQ(bytes.data(), array.data());
  array.mutable_elements<std::int64_t>()[0] = 9;
  EXPECT_EQ(*reinterpret_cast<const std::int64_t*>(bytes.data()), 0);
}

TEST(Array, SitsOnReceivedBytesWithoutCopying) {
  const double numbers[] = {1, 2, 3, 4};
  const Bytes message = Bytes::copy(std::as_bytes(std::span(numbers)));
  Array array(DType::f64, Shape{2, 2}, Order::row_major, message);
  EXPECT_EQ(array.data(), message.data());
  const Bytes shared = array.bytes();
  EXPECT_EQ(shared.data(), message.data());
  array.set_item(0, 9.0);
  EXPECT_NE(array.data(), message.data());
  EXPECT_EQ(std::memcmp(message.data(), numbers, sizeof numbers), 0);
}

TEST(Array, ReceivedBytesAreNeverWrittenToEvenByTheirLastOwner) {
  // They may be a mapping that is for reading only.
  auto memory = std::make_shared<const std::array<double, 2>>(std::array<double, 2>{1, 2});
  const std::span<const std::byte> bytes = std::as_bytes(std::span(*memory));
  Array array(DType::f64, Shape{2}, Order::row_major, Bytes(std::move(memory), bytes));
  EXPECT_EQ(array.data(), bytes.data());
  EXPECT_NE(array.mutable_data(), bytes.data());
  EXPECT_EQ(Value(array).repr(), "[1.0, 2.0]");
}

TEST(Array, BytesThatAreNotAlignedAreCopied) {
  const Bytes message = Bytes::copy(std::string_view("xxxxxxxxxxxxxxxxxxxxxxxxx"));
  const Array array(DType::f64, Shape{2}, Order::row_major, message.part(1, 16));
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(array.data()) % 8, 0U);
}

TEST(Array, BytesOfTheWrongSizeAreRefused) {
  EXPECT_THROW(Array(DType::f64, Shape{2}, Order::row_major, Bytes::copy(std::string_view("short"))), ValueError);
}

TEST(Array, AnyByteIsABool) {
  const Array array(DType::boolean, Shape{3}, Order::row_major, Bytes::copy(std::string_view("\0\1\7", 3)));
  EXPECT_EQ(Value(array).repr(), "[False, True, True]");
}

TEST(Array, ExclusiveMemoryIsWrittenInPlace) {
  auto memory = std::make_shared<std::array<double, 2>>();
  std::byte* const data = reinterpret_cast<std::byte*>(memory->data());
  Array array(DType::f64, Shape{2}, Order::row_major, std::move(memory), data);
  EXPECT_EQ(array.mutable_data(), data);
}

TEST(Array, ImpossibleShapesAreRefused) {
  EXPECT_THROW(Array(DType::f64, {-1}), ValueError);
  EXPECT_THROW(Array(DType::f64, {INT64_MAX, INT64_MAX}), ValueError);
  EXPECT_THROW(Array(DType::f64, {0, INT64_MAX, INT64_MAX}), ValueError);
  EXPECT_THROW(Array(DType::i8, Shape(17, 1)), ValueError);
  EXPECT_EQ(Array(DType::f64, {0, 5}).size(), 0U);
}

TEST(Array, MoreThanFourGibibytesAreCounted) {
  const Array array(DType::u8, {(std::int64_t{1} << 32) + 5});  // never touched, so never in memory
  EXPECT_EQ(array.nbytes(), (std::size_t{1} << 32) + 5);
  EXPECT_EQ(array.bytes().size(), (std::size_t{1} << 32) + 5);
}

TEST(Array, MemoryIsAlignedForVectors) {
  for (std::int64_t n : {1, 3, 100, 5000}) {
    const Array array(DType::u8, {n});
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(array.data()) % 64, 0U);
  }
}

TEST(Array, OrdersDifferInMemoryOnly) {
  const Array row = counting({2, 3, 4}, Order::row_major), column = counting({2, 3, 4}, Order::column_major);
  EXPECT_EQ(row, column);
  EXPECT_NE(std::memcmp(row.data(), column.data(), row.nbytes()), 0);
  const Array columns = row.ordered(Order::column_major), rows = column.ordered(Order::row_major);
  EXPECT_EQ(std::memcmp(columns.data(), column.data(), row.nbytes()), 0);
  EXPECT_EQ(std::memcmp(rows.data(), row.data(), row.nbytes()), 0);
  EXPECT_EQ(Value(row).repr(), Value(column).repr());
  EXPECT_EQ(Value(column.row(1)).repr(), "[[12, 13, 14, 15], [16, 17, 18, 19], [20, 21, 22, 23]]");
  EXPECT_EQ(column.take(1, -1, 2), row.take(1, -1, 2));
  EXPECT_EQ(Value(counting({3, 2}, Order::column_major).take(2, -2, 2)).repr(), "[[4, 5], [0, 1]]");
  EXPECT_EQ(counting({5}, Order::row_major).ordered(Order::column_major).order(), Order::column_major);
}

TEST(Array, ConversionLosesNothingOrIsRefused) {
  const auto convert = [](const Value& numbers, DType to) { return Value(numbers.as_array().converted(to)).repr(); };
  EXPECT_EQ(convert(std::vector<double>{1, -2}, DType::i8), "[1, -2]");
  EXPECT_EQ(convert(std::vector<double>{NAN, INFINITY, -0.0}, DType::f32), "[nan, inf, -0.0]");
  EXPECT_EQ(convert(std::vector<bool>{true}, DType::f64), "[1.0]");
  EXPECT_EQ(convert(std::vector<std::complex<double>>{{2, 0}}, DType::i32), "[2]");
  EXPECT_EQ(convert(std::vector<std::uint64_t>{UINT64_MAX}, DType::u64), "[18446744073709551615]");
  EXPECT_THROW(convert(std::vector<double>{0.5}, DType::i64), ValueError);
  EXPECT_THROW(convert(std::vector<double>{NAN}, DType::i64), ValueError);
  EXPECT_THROW(convert(std::vector<double>{9223372036854775808.0}, DType::i64), ValueError);
  EXPECT_THROW(convert(std::vector<double>{0.1}, DType::f32), ValueError);
  EXPECT_THROW(convert(std::vector<std::int64_t>{INT64_MAX}, DType::f64), ValueError);
  EXPECT_THROW(convert(std::vector<int>{-1}, DType::u8), ValueError);
  EXPECT_THROW(convert(std::vector<int>{2}, DType::boolean), ValueError);
  EXPECT_THROW(convert(std::vector<std::complex<double>>{{2, 1}}, DType::f64), ValueError);
  try {
    convert(std::vector<double>{1, 2.5}, DType::i32);
  } catch (const ValueError& error) {
    EXPECT_STREQ(error.what(),
                 "element 1, 2.5, cannot be a number of dtype i32 without loss; round or choose another dtype");
  }
}

TEST(Array, EqualityIsOfNumbers) {
  EXPECT_EQ(Value(std::vector<int>{1, 2}), Value(std::vector<double>{1, 2}));
  EXPECT_NE(Value(std::vector<double>{1.5}), Value(std::vector<int>{1}));
  EXPECT_NE(Value(std::vector<double>{NAN}), Value(std::vector<double>{NAN}));
  EXPECT_NE(Value(std::vector<std::uint64_t>{UINT64_MAX}), Value(std::vector<int>{-1}));
}

TEST(Array, ComesFromNestedLists) {
  EXPECT_EQ(Value(List{List{1, 2}, List{3, 4.5}}).as<Array>().describe(), "f64 array of shape (2, 2)");
  EXPECT_EQ(Value(List{true}).as<Array>().dtype(), DType::boolean);
  EXPECT_EQ(Value(List{1, 2}).as<Array>().dtype(), DType::i64);
  EXPECT_EQ(Value(List{}).as<Array>().size(), 0U);
  EXPECT_THROW(Value(List{List{1}, List{1, 2}}).as<Array>(), ValueError);
  EXPECT_THROW(Value(List{List{1}, 2}).as<Array>(), ValueError);
  EXPECT_THROW(Value(List{1, List{2}}).as<Array>(), ValueError);
  EXPECT_THROW(Value(List{"x"}).as<Array>(), TypeError);
}

}  // namespace
}  // namespace enginery
