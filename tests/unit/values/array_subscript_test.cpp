// tests/unit/values/array_subscript_test.cpp: array[…], against what numpy and nested lists give.
#include <gtest/gtest.h>

#include <enginery/value.hpp>

namespace enginery {
namespace {

using Parts = std::vector<Subscript>;

/// 0, 1, 2, … in row-major counting.
Value counting(std::vector<std::int64_t> shape, Order order = Order::row_major) {
  Array result(DType::i64, shape, order);
  for (std::size_t i = 0; i < result.size(); ++i) result.set_item(i, static_cast<std::int64_t>(i));
  return result;
}

std::string at(const Value& array, const Parts& parts) {
  try {
    return array.at(parts).repr();
  } catch (const Error& error) {
    return error.ename() + ": " + error.what();
  }
}

/// The array after array[parts] = value, or the error.
std::string set(const Value& array, const Parts& parts, const Value& value) {
  try {
    array.set_item(parts, value);
    return array.repr();
  } catch (const Error& error) {
    return error.ename() + ": " + error.what();
  }
}

const Slice kAll;

TEST(ArraySubscript, NamesElementsRowsAndParts) {
  for (const Order order : {Order::row_major, Order::column_major}) {
    const Value m = counting({3, 4}, order);
    EXPECT_EQ(at(m, {1}), "[4, 5, 6, 7]");
    EXPECT_EQ(at(m, {-1, -1}), "11");
    EXPECT_EQ(at(m, {kAll, 0}), "[0, 4, 8]");
    EXPECT_EQ(at(m, {Slice{1, {}, {}}, Slice{{}, {}, 2}}), "[[4, 6], [8, 10]]");
    EXPECT_EQ(at(m, {Slice{{}, {}, -1}}), "[[8, 9, 10, 11], [4, 5, 6, 7], [0, 1, 2, 3]]");
    EXPECT_EQ(at(m, {2, Slice{{}, {}, -2}}), "[11, 9]");
    EXPECT_EQ(at(m, {Slice{5, {}, {}}}), "[]");
    EXPECT_EQ(at(m, {Slice{{}, {}, INT64_MAX}, Slice{{}, {}, INT64_MIN}}), "[[3]]");
    EXPECT_EQ(at(m, {Value::tuple({1, 2})}), "6");
    EXPECT_EQ(at(m, {kAll, Value(), 1}), "[[1], [5], [9]]");
    EXPECT_EQ(at(counting({2, 2, 2}, order), {kAll, 1}), "[[2, 3], [6, 7]]");
    EXPECT_EQ(at(counting({2, 2, 2}, order), {1, kAll, 0}), "[4, 6]");
  }
}

TEST(ArraySubscript, IsACopy) {
  const Value m = counting({2, 2});
  const Value row = m.at(Parts{0}), all = m.at(Parts{kAll});
  row.set_item(0, 9);
  all.set_item(Parts{0, 0}, 9);
  EXPECT_EQ(m.repr(), "[[0, 1], [2, 3]]");
}

TEST(ArraySubscript, SlicesAreThoseOfNestedLists) {
  const std::optional<std::int64_t> places[] = {{}, 0, 1, 3, 7, -1, -2, -9}, steps[] = {{}, 1, 2, -1, -3};
  std::vector<Slice> slices;
  for (const auto start : places)
    for (const auto stop : places)
      for (const auto step : steps) slices.push_back({start, stop, step});
  const Value row = counting({4, 5}), column = counting({4, 5}, Order::column_major);
  List lists;
  for (const Value& line : row.elements()) lists.push_back(Value(line.elements()));
  for (std::size_t i = 0; i < slices.size(); ++i) {
    const Slice &outer = slices[i], &inner = slices[(i * 37 + 11) % slices.size()];
    const Parts parts = {outer, inner};
    List expected, doubled;
    for (const Value& line : Value(lists).at(Parts{outer}).elements()) expected.push_back(line.at(Parts{inner}));
    for (const Value& array : {row, column}) {
      ASSERT_EQ(at(array, parts), Value(expected).repr());
      // What is assigned to a part is what that part then is, and the rest stays.
      const Value changed = Value::array(array.as_array()), part = array.at(parts) * 0 - 1;
      changed.set_item(parts, part);
      ASSERT_EQ(at(changed, parts), part.repr());
      const Value different = Value::compare(Comparison::not_equal, changed, array);
      std::size_t count = 0;
      for (std::size_t k = 0; k < 20; ++k) count += different.as_array().item(k).truth();
      ASSERT_EQ(count, part.as_array().size());
    }
  }
}

TEST(ArraySubscript, MasksChoose) {
  for (const Order order : {Order::row_major, Order::column_major}) {
    const Value m = counting({3, 2}, order);
    EXPECT_EQ(at(m, {Value::compare(Comparison::greater, m, 2)}), "[3, 4, 5]");
    EXPECT_EQ(at(m, {List{true, false, true}}), "[[0, 1], [4, 5]]");
    EXPECT_EQ(at(m, {List{false, false, false}}), "[]");
    EXPECT_EQ(set(m, {Value::compare(Comparison::less, m, 2)}, -1), "[[-1, -1], [2, 3], [4, 5]]");
    EXPECT_EQ(set(m, {List{false, true, true}}, List{8, 9}), "[[-1, -1], [8, 9], [8, 9]]");
  }
  EXPECT_EQ(at(counting({3}), {List{true, false}}),
            "IndexError: boolean index did not match indexed array along axis 0; size of axis is 3 but size of "
            "corresponding boolean axis is 2");
}

TEST(ArraySubscript, IndicesChooseRows) {
  for (const Order order : {Order::row_major, Order::column_major}) {
    const Value m = counting({3, 2}, order);
    EXPECT_EQ(at(m, {List{2, 0, -1}}), "[[4, 5], [0, 1], [4, 5]]");
    EXPECT_EQ(at(m, {List{List{0}, List{1}}}), "[[[0, 1]], [[2, 3]]]");
    EXPECT_EQ(at(m, {List{}}), "[]");
    EXPECT_EQ(set(m, {std::vector<int>{0, 2}}, List{List{7}, List{8}}), "[[7, 7], [2, 3], [8, 8]]");
  }
  EXPECT_EQ(at(counting({3}), {List{0, 3}}), "IndexError: index 3 is out of bounds for axis 0 with size 3");
  EXPECT_EQ(at(counting({3}), {List{0.5}}), "IndexError: arrays used as indices must be of integer (or boolean) type");
  EXPECT_EQ(at(counting({3, 2}), {List{0}, 1}),
            "IndexError: an array or list of indices stands alone between [ and ]: take the rows first, as in "
            "a[rows][:, 0]");
}

TEST(ArraySubscript, IsSetWithWhatIsRepeatedOverIt) {
  const auto fresh = [] { return counting({2, 3}); };
  EXPECT_EQ(set(fresh(), {0}, 7), "[[7, 7, 7], [3, 4, 5]]");
  EXPECT_EQ(set(fresh(), {kAll, 1}, List{8, 9}), "[[0, 8, 2], [3, 9, 5]]");
  EXPECT_EQ(set(fresh(), {kAll, Slice{{}, {}, -2}}, List{List{1}, List{2}}), "[[1, 1, 1], [2, 4, 2]]");
  EXPECT_EQ(set(fresh(), {kAll}, List{List{7, 8, 9}}), "[[7, 8, 9], [7, 8, 9]]");
  EXPECT_EQ(set(fresh(), {1}, List{List{7, 8, 9}}), "[[0, 1, 2], [7, 8, 9]]");
  EXPECT_EQ(set(fresh(), {0, 0}, 7.0), "[[7, 1, 2], [3, 4, 5]]");
  EXPECT_EQ(set(fresh(), {kAll}, List{1, 2}),
            "ValueError: could not broadcast input array from shape (2,) into shape (2,3)");
  EXPECT_EQ(set(fresh(), {0, 0}, List{1, 2}),
            "ValueError: could not broadcast input array from shape (2,) into shape ()");
  const Value own = counting({4});
  EXPECT_EQ(set(own, {kAll}, own.slice({}, {}, -1)), "[3, 2, 1, 0]");
  EXPECT_EQ(set(own, {kAll}, own), "[3, 2, 1, 0]");
}

TEST(ArraySubscript, WhatIsSetTakesTheArraysDtype) {
  const Value single = Array::zeros(DType::f32, std::vector<std::int64_t>{2});
  EXPECT_EQ(set(single, {kAll}, List{0.1, 2}), "[0.1, 2.0]") << "floats are rounded";
  const Value whole = counting({2});
  EXPECT_EQ(set(whole, {kAll}, List{1.0, 2.0}), "[1, 2]");
  EXPECT_EQ(set(whole, {kAll}, List{0.5, 2.0}),
            "ValueError: element 0, 0.5, cannot be a number of dtype i64 without loss; round or choose another dtype");
  EXPECT_EQ(whole.repr(), "[1, 2]");
}

TEST(ArraySubscript, RefusesInNumpysWords) {
  const Value m = counting({2, 3});
  EXPECT_EQ(at(m, {0, 0, 0}), "IndexError: too many indices for array: array is 2-dimensional, but 3 were indexed");
  EXPECT_EQ(at(m, {0, 3}), "IndexError: index 3 is out of bounds for axis 1 with size 3");
  EXPECT_EQ(at(m, {-3}), "IndexError: index -3 is out of bounds for axis 0 with size 2");
  EXPECT_EQ(at(m, {"x"}),
            "IndexError: only integers, slices (`:`), None, and integer or boolean arrays or lists are valid indices, "
            "not str");
  const char* const no_index =
      "IndexError: a bool is no index of an array: take int() of it for a position, or a mask that has a bool for each "
      "row";
  EXPECT_EQ(at(m, {true}), no_index);
  EXPECT_EQ(at(m, {0, false}), no_index);
  EXPECT_EQ(set(m, {Value::tuple({true, 1})}, 9), no_index);
  EXPECT_EQ(at(m, {Slice{{}, {}, 0}}), "ValueError: slice step cannot be zero");
  EXPECT_THROW(m.delete_item(0), ValueError);
  EXPECT_THROW(m.delete_item(Parts{kAll}), ValueError);
}

}  // namespace
}  // namespace enginery
