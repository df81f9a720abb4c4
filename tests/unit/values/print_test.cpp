// tests/unit/values/print_test.cpp: what is printed, against what Python 3.11 prints.
#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <sstream>

#include <enginery/value.hpp>

#include "core/values/allocation_limit.hpp"
#include "core/values/objects.hpp"

namespace enginery {
namespace {

template <std::size_t N>
std::string text(const char (&literal)[N]) {  // with the NULs inside it
  return std::string(literal, N - 1);
}

TEST(Print, FloatsArePythonsShortestDigits) {
  const std::pair<double, const char*> table[] = {
      {0.0, "0.0"},
      {-0.0, "-0.0"},
      {1.0, "1.0"},
      {-1.5, "-1.5"},
      {5.0, "5.0"},
      {25.0, "25.0"},
      {1.03234, "1.03234"},
      {0.1, "0.1"},
      {0.3333333333333333, "0.3333333333333333"},
      {1000000000000000.0, "1000000000000000.0"},
      {1e+16, "1e+16"},
      {1.5e+16, "1.5e+16"},
      {1.2345678901234568e+17, "1.2345678901234568e+17"},
      {9007199254740992.0, "9007199254740992.0"},
      {0.0001, "0.0001"},
      {1e-05, "1e-05"},
      {0.00012345, "0.00012345"},
      {1.2345e-05, "1.2345e-05"},
      {5e-324, "5e-324"},
      {1.7976931348623157e+308, "1.7976931348623157e+308"},
      {1e+22, "1e+22"},
      {1e+100, "1e+100"},
      {INFINITY, "inf"},
      {-INFINITY, "-inf"},
      {NAN, "nan"},
      {100.0, "100.0"},
      {504.8, "504.8"},
      {9007199254740992.0, "9007199254740992.0"},
      {9999999999999998.0, "9999999999999998.0"},
      {1e+17, "1e+17"},
      {123456.789, "123456.789"},
  };
  for (const auto& [number, printed] : table) EXPECT_EQ(Value(number).repr(), printed);
}

TEST(Print, ComplexNumbersArePythons) {
  const std::tuple<double, double, const char*> table[] = {
      {1.0, 2.0, "(1+2j)"},
      {1.0, -2.0, "(1-2j)"},
      {0.0, 2.0, "2j"},
      {-0.0, 1.0, "(-0+1j)"},
      {1.0, 0.0, "(1+0j)"},
      {1.0, -0.0, "(1-0j)"},
      {1.5, INFINITY, "(1.5+infj)"},
      {NAN, NAN, "(nan+nanj)"},
      {1e+20, 1e-07, "(1e+20+1e-07j)"},
      {0.0, 0.0, "0j"},
  };
  for (const auto& [real, imaginary, printed] : table) EXPECT_EQ(Value(std::complex(real, imaginary)).repr(), printed);
}

TEST(Print, StringsAreQuotedAsPythonQuotes) {
  const std::pair<std::string, std::string> table[] = {
      {text(""), text("''")},
      {text("text"), text("'text'")},
      {text("it's"), text("\"it's\"")},
      {text("say \"hi\""), text("'say \"hi\"'")},
      {text("both ' and \""), text("'both \\' and \"'")},
      {text("a\012b\011c\015d"), text("'a\\nb\\tc\\rd'")},
      {text("\000x\177\033"), text("'\\x00x\\x7f\\x1b'")},
      {text("gr\303\274\303\237 \342\202\254"), text("'gr\303\274\303\237 \342\202\254'")},
      {text("\302\205\302\240\302\255"), text("'\\x85\\xa0\\xad'")},
      {text("\342\200\213\342\200\250\357\273\277"), text("'\\u200b\\u2028\\ufeff'")},
      {text("\360\237\230\200"), text("'\360\237\230\200'")},
      {text("back\\slash"), text("'back\\\\slash'")},
      {text("\346\227\245\346\234\254\343\200\200"), text("'\346\227\245\346\234\254\\u3000'")},
      {text("\356\200\200\363\240\200\201"), text("'\\ue000\\U000e0001'")},
      {text("\303\251\000\303\251"), text("'\303\251\\x00\303\251'")},
  };
  for (const auto& [string, printed] : table) EXPECT_EQ(Value(string).repr(), printed);
}

TEST(Print, BytesAreQuotedAsPythonQuotes) {
  const std::pair<std::string, std::string> table[] = {
      {text(""), text("b''")},           {text(".."), text("b'..'")},
      {text("it's"), text("b\"it's\"")}, {text("\000\377\012\\"), text("b'\\x00\\xff\\n\\\\'")},
      {text("\"'"), text("b'\"\\''")},
  };
  for (const auto& [bytes, printed] : table) EXPECT_EQ(Value::bytes(bytes).repr(), printed);
}

TEST(Print, BytesThatAreNotUtf8AreEscapedInAString) {
  EXPECT_EQ(Value(std::string("a\xff\xc3")).repr(), "'a\\xff\\xc3'");
  EXPECT_EQ(Value(std::string("\xed\xa0\x80")).repr(), "'\\xed\\xa0\\x80'");
}

TEST(Print, ContainersAreNested) {
  EXPECT_EQ(Value().repr(), "None");
  EXPECT_EQ(Value(true).repr(), "True");
  EXPECT_EQ(Value(INT64_MIN).repr(), "-9223372036854775808");
  EXPECT_EQ(Value(List{}).repr(), "[]");
  EXPECT_EQ(Value(List{1, "a", Value()}).repr(), "[1, 'a', None]");
  EXPECT_EQ(Value::tuple({}).repr(), "()");
  EXPECT_EQ(Value::tuple({1}).repr(), "(1,)");
  EXPECT_EQ(Value(std::tuple(1, 2.0, "x")).repr(), "(1, 2.0, 'x')");
  EXPECT_EQ(Value(std::map<double, double>{{1, 504.8}, {INFINITY, 0.5}}).repr(), "{1.0: 504.8, inf: 0.5}");
  EXPECT_EQ(Value::dict({}).repr(), "{}");
  EXPECT_EQ(Value::reference("a.b").repr(), "Reference('a.b')");
}

TEST(Print, MoreRowsOfNothingThanAnyoneCanReadAreOnlyCounted) {
  const auto printed = [](std::vector<std::int64_t> shape) { return Value(Array::zeros(DType::f64, shape)).repr(); };
  EXPECT_EQ(printed({std::int64_t{1} << 50, 0}), "<f64 array of shape (1125899906842624, 0)>");
  EXPECT_EQ(printed({2000, 2000, 0, 2}), "<f64 array of shape (2000, 2000, 0, 2)>");
  EXPECT_EQ(printed({1, 0, std::int64_t{1} << 50}), "[[]]");
}

TEST(Print, ArraysAreNestedListsWithCommas) {
  EXPECT_EQ(Value(std::vector<int>{4, 3, 2, 1, 0}).repr(), "[4, 3, 2, 1, 0]");
  EXPECT_EQ(Value(std::vector<double>{1, 0.5}).repr(), "[1.0, 0.5]");
  EXPECT_EQ(Value(std::vector<float>{0.1F}).repr(), "[0.1]");
  EXPECT_EQ(Value(std::vector<bool>{true, false}).repr(), "[True, False]");
  EXPECT_EQ(Value(std::vector<std::uint64_t>{UINT64_MAX}).repr(), "[18446744073709551615]");
  EXPECT_EQ(Value(std::vector<std::complex<float>>{{1, 2}}).repr(), "[(1+2j)]");
  EXPECT_EQ(Value(std::vector<double>{}).repr(), "[]");
  EXPECT_EQ(Value(Array::zeros(DType::i8, std::vector<std::int64_t>{2, 0})).repr(), "[[], []]");
  Array array(DType::f64, {2, 2}, Order::column_major);
  for (int i = 0; i < 4; ++i) array.mutable_elements<double>()[static_cast<std::size_t>(i)] = i;
  EXPECT_EQ(Value(array).repr(), "[[0.0, 2.0], [1.0, 3.0]]");
}

TEST(Print, AListInItselfIsAnEllipsis) {
  const Value list = Value::list();
  list.append(1);
  list.append(list);
  EXPECT_EQ(list.repr(), "[1, [...]]");
  const Value dict = Value::dict({});
  dict.set_item("self", dict);
  EXPECT_EQ(dict.repr(), "{'self': {...}}");
  list.as_list().clear();
  dict.as_dict().clear();
}

TEST(Print, TheSameListTwiceIsNoCycle) {
  const Value inner = Value::list({1});
  EXPECT_EQ(Value(List{inner, inner}).repr(), "[[1], [1]]");
}

TEST(Print, WhatIsCutOffIsNotMade) {
  const Value large = Value("a") * 100'000'000;
  const AllocationLimit limit(1 << 20);
  const std::string text = repr_within(200'000, Value(List(15, large)), " and so on");
  EXPECT_EQ(text, "['" + std::string(199'998, 'a') + " and so on");
  EXPECT_EQ(repr_within(9, Value(List{1, 2, 3}), "…"), "[1, 2, 3]");
  EXPECT_EQ(repr_within(8, Value(List{1, 2, 3}), "…"), "[1, 2, 3…");
  EXPECT_EQ(repr_within(4, Value("aäää"), "…"), "'aä…");
  EXPECT_EQ(repr_within(4, Value("aää"), "…"), "'aä…");
  EXPECT_EQ(repr_within(6, Value::bytes(std::string(100, '\x80')), "…"), "b'\\x80…");
  Value nested = List{"laugh"};
  for (int i = 0; i < 30; ++i) nested = Value(List(10, nested));
  EXPECT_EQ(repr_within(35, nested, "…"), std::string(31, '[') + "'lau…");
}

std::string abbreviated(const Value& value) { return abbreviated_repr(10'000, value, "…"); }

TEST(Print, OfWhatIsLongOnlyTheEndsAreShownWhenThatIsAskedFor) {
  List list;
  for (int i = 0; i < 1001; ++i) list.push_back(i);
  EXPECT_EQ(abbreviated(list), "<list of 1001 items: [0, 1, 2, …, 998, 999, 1000]>");
  EXPECT_EQ(abbreviated(Value::tuple(list)), "<tuple of 1001 items: (0, 1, 2, …, 998, 999, 1000)>");
  EXPECT_EQ(abbreviated(List{1, list}), "[1, <list of 1001 items: [0, 1, 2, …, 998, 999, 1000]>]");
  Dict dict;
  for (int i = 0; i < 1001; ++i) dict.set(i, -i);
  EXPECT_EQ(abbreviated(Value::dict(dict)),
            "<dict of 1001 items: {0: 0, 1: -1, 2: -2, …, 998: -998, 999: -999, 1000: -1000}>");
  EXPECT_EQ(abbreviated(std::string(1001, 'a')), "<str of 1001 bytes: '" + std::string(100, 'a') + "'…>");
  list.pop_back();
  EXPECT_EQ(abbreviated(list), Value(list).repr());
  EXPECT_EQ(abbreviated(std::string(1000, 'a')), "'" + std::string(1000, 'a') + "'");
}

TEST(Print, OfALargeArrayTheCornersAreShownAsNumpyDoes) {
  const Value row = Value::array(Array::zeros(DType::f64, std::vector<std::int64_t>{2000}));
  EXPECT_EQ(abbreviated(row), "<f64 array of shape (2000,): [0.0, 0.0, 0.0, …, 0.0, 0.0, 0.0]>");
  const Value wide = Value::array(Array::zeros(DType::i32, std::vector<std::int64_t>{2, 600}));
  EXPECT_EQ(abbreviated(wide), "<i32 array of shape (2, 600): [[0, 0, 0, …, 0, 0, 0], [0, 0, 0, …, 0, 0, 0]]>");
  const Value none = Value::array(Array::zeros(DType::i32, std::vector<std::int64_t>{600'000'000, 0}));
  EXPECT_EQ(abbreviated(none), none.repr());
}

TEST(Print, WhatIsLongInManyPartsIsCut) {
  const Value row = Value(List(1000, 7));
  EXPECT_EQ(abbreviated_repr(20, Value(List(1000, row)), "…"), "[[7, 7, 7, 7, 7, 7, …");
}

TEST(Print, StrOfAStringIsItsText) {
  EXPECT_EQ(Value("it's").str(), "it's");
  EXPECT_EQ(Value(List{"x"}).str(), "['x']");
  std::ostringstream stream;
  stream << Value("x") << ' ' << Value(1.0);
  EXPECT_EQ(stream.str(), "x 1.0");
}

TEST(Print, WhatIsNestedTooDeeplyIsRefusedNotACrash) {
  Value deep = Value::list();
  for (int i = 0; i < 200000; ++i) deep = Value::list({deep});
  try {
    deep.repr();
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.ename(), "RecursionError");
  }
}  // and letting it go needs little stack

}  // namespace
}  // namespace enginery
