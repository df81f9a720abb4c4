// tests/unit/values/json_test.cpp: values as JSON.
#include <cmath>
#include <complex>
#include <limits>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include <enginery/dict.hpp>
#include <enginery/errors.hpp>

#include "core/values/objects.hpp"

namespace enginery {
namespace {

using testing::HasSubstr;

std::string json(const Value& value) { return json_text(1 << 20, value); }

TEST(Json, WhatItHasIsWrittenAsItIs) {
  EXPECT_EQ(json(Value()), "null");
  EXPECT_EQ(json(true), "true");
  EXPECT_EQ(json(std::numeric_limits<std::int64_t>::min()), "-9223372036854775808");
  EXPECT_EQ(json(Value::integer(std::numeric_limits<std::uint64_t>::max())), "18446744073709551615");
  EXPECT_EQ(json(0.1), "0.1");
  EXPECT_EQ(json(1e300), "1e+300");
  EXPECT_EQ(json(List{1, Value::tuple({2.5, "x"}), List{}}), R"([1, [2.5, "x"], []])");
  EXPECT_EQ(json(Value::dict({{"a", 1}, {"b", List{Value()}}})), R"({"a": 1, "b": [null]})");
  EXPECT_EQ(json(Value::array(Array::zeros(DType::f64, std::vector<std::int64_t>{2, 2}))), "[[0.0, 0.0], [0.0, 0.0]]");
  EXPECT_EQ(json(Value::array(Array::zeros(DType::boolean, std::vector<std::int64_t>{0}))), "[]");
}

TEST(Json, TextIsEscapedAndValidUtf8) {
  EXPECT_EQ(json("a\"b\\c\n\x01 ä"), R"("a\"b\\c\u000a\u0001 ä")");
  EXPECT_EQ(json(std::string("\xff"
                             "x")),
            "\"\xef\xbf\xbdx\"");
}

TEST(Json, WhatItHasNotIsWrittenOtherwise) {
  EXPECT_EQ(json(List{NAN, INFINITY, -INFINITY}), R"(["nan", "inf", "-inf"])");
  EXPECT_EQ(json(std::complex<double>(1.5, NAN)), R"({"real": 1.5, "imag": "nan"})");
  EXPECT_EQ(json(Value::bytes("\xff")), R"({"base64": "/w=="})");
  EXPECT_EQ(json(Value::bytes("abc")), R"({"base64": "YWJj"})");
  EXPECT_EQ(json(Value::bytes("ab")), R"({"base64": "YWI="})");
  EXPECT_EQ(json(Value::bytes("")), R"({"base64": ""})");
  EXPECT_EQ(json(Value::dict({{1, "a"}, {Value::tuple({1, 2}), "b"}})), R"([[1, "a"], [[1, 2], "b"]])");
  EXPECT_EQ(json(Value::dict({})), "{}");
  EXPECT_EQ(json(Value::reference("a")), "\"Reference('a')\"");
  EXPECT_THAT(json(Value::opaque(std::make_shared<int>(1))), HasSubstr("object>\""));
}

TEST(Json, WhatIsTooLongOrHoldsItselfIsRefused) {
  EXPECT_THROW(json_text(100, Value(std::string(200, 'a'))), ValueError);
  EXPECT_THROW(json_text(100, Value::array(Array::zeros(DType::f64, std::vector<std::int64_t>{600'000'000, 0}))),
               ValueError);
  const Value list = List{1};
  list.append(list);
  EXPECT_THROW(json(list), ValueError);
  list.as_list().clear();
}

}  // namespace
}  // namespace enginery
