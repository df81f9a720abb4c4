// tests/unit/tasks/map_test.cpp: a function is called for each item of a map's chunk, and what comes of it.
#include <cmath>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include <enginery/columns.hpp>
#include <enginery/function.hpp>
#include <enginery/stop.hpp>

#include "core/tasks/executor.hpp"

namespace enginery::tasks {
namespace {

using testing::HasSubstr;

constexpr std::size_t kInline = 65536;

class MapTest : public testing::Test {
 protected:
  ~MapTest() override { begin_stoppable_task(); }

  wire::Outcome run(const wire::CallParts& parts) {
    const wire::Packed call = wire::pack(parts, kInline);
    const wire::Packed outcome = tasks::pack(executor_.run(call.body, call.bulk), kInline);
    return wire::unpack_outcome(outcome.body, outcome.bulk);
  }
  /// `arguments` as the wire has them: first, count, seed, what is the same for all, columns.
  wire::Outcome map_raw(std::string_view name, std::vector<Value> arguments) {
    return run({.op = wire::Op::map, .name = name, .positional = arguments});
  }
  wire::Outcome map(std::string_view name, std::size_t count, const std::vector<Value>& columns,
                    List same_for_all = {}) {
    std::vector<Value> arguments{0, count, Value(), Value::list(std::move(same_for_all))};
    arguments.insert(arguments.end(), columns.begin(), columns.end());
    return map_raw(name, std::move(arguments));
  }
  template <class F>
  void define(const char* name, F function) {
    Function::Declaration named;
    named.name = name;
    names_.set(name, Value::function(Function::make(std::move(named), std::move(function))));
  }
  static Value values(const wire::Outcome& outcome) {
    EXPECT_FALSE(outcome.failure) << outcome.failure->evalue;
    return outcome.failure ? Value() : outcome.value.as_tuple()[0];
  }
  static Value failures(const wire::Outcome& outcome) {
    return outcome.failure ? Value() : outcome.value.as_tuple()[1];
  }

  Namespace names_;
  modules::Loader loader_;
  Executor executor_{names_, loader_};
};

TEST_F(MapTest, AFunctionIsCalledForEachItemWithWhatIsTheSameForAllFirst) {
  define("join", [](const std::string& a, const std::string& b, int c) { return a + b + std::to_string(c); });
  const wire::Outcome outcome =
      map("join", 3, {Value::list({"x", "y", "z"}), Value(std::vector<int>{7, 8, 9})}, {"same "});
  EXPECT_EQ(values(outcome).repr(), "['same x7', 'same y8', 'same z9']");
  EXPECT_EQ(failures(outcome).repr(), "[]");
  EXPECT_EQ(values(map("join", 2, {Value::tuple({"x", "y"}), Value::tuple({1, 2})}, {"a"})).repr(), "['ax1', 'ay2']");
  EXPECT_EQ(values(map("join", 0, {Value::list(), Value::list()}, {"a"})).repr(), "[]");
}

TEST_F(MapTest, TheRowsOfAnArrayAreItsItems) {
  define("sum", [](const std::vector<double>& row) { return row[0] + 10 * row[1]; });
  for (const Order order : {Order::row_major, Order::column_major}) {
    Array rows(DType::f64, {2, 2}, order);
    for (std::size_t i = 0; i < 4; ++i) rows.set_item(i, static_cast<double>(i + 1));
    EXPECT_EQ(values(map("sum", 2, {Value::array(rows)})), Value(std::vector<double>{21, 43}));
  }
}

TEST_F(MapTest, TheItemsOfAListInColumnsAreItsItems) {
  define("difference", [](const std::pair<double, int>& pair) { return pair.first - pair.second; });
  std::vector<std::pair<double, int>> pairs(100, {5.5, 2});
  pairs[99] = {1, 1};
  const Value column(pairs);
  ASSERT_TRUE(detail::columns_of(column));
  const Value differences = values(map("difference", 100, {column}));
  EXPECT_EQ(differences.at(0), Value(3.5));
  EXPECT_EQ(differences.at(99), Value(0.0));
}

TEST_F(MapTest, ResultsOfOneKindOfNumberAreOneArray) {
  define("same", [](const Value& value) { return value; });
  const auto dtype_of = [&](const List& items) {
    const Value given = values(map("same", items.size(), {Value::list(items)}));
    EXPECT_EQ(given.elements().size(), items.size());
    for (std::size_t i = 0; i < items.size(); ++i)
      EXPECT_EQ(given.elements().at(i).repr(), items[i].repr()) << "also its type";
    return given.kind() == Kind::array ? to_string(given.as_array().dtype()) : "list";
  };
  EXPECT_STREQ(dtype_of({1.5, -0.0, std::numeric_limits<double>::infinity()}), "f64");
  EXPECT_STREQ(dtype_of({1, -2, std::numeric_limits<std::int64_t>::min()}), "i64");
  EXPECT_STREQ(dtype_of({true, false}), "bool");
  EXPECT_STREQ(dtype_of({1, 2.0}), "list");
  EXPECT_STREQ(dtype_of({true, 1}), "list");
  EXPECT_STREQ(dtype_of({1, std::numeric_limits<std::uint64_t>::max()}), "list");
  EXPECT_STREQ(dtype_of({std::numeric_limits<std::uint64_t>::max(), 1}), "list");
  EXPECT_STREQ(dtype_of({1.5, Value()}), "list");
  EXPECT_STREQ(dtype_of({"a", 1}), "list");
  EXPECT_STREQ(dtype_of({Value(), Value()}), "list");
}

TEST_F(MapTest, AnItemThatFailsFailsAlone) {
  define("root", [](double x) {
    if (x < 0) throw std::domain_error("negative");
    return std::sqrt(x);
  });
  define("text", [](double x) {
    if (x < 0) throw ValueError("negative");
    return Value::string("ok");
  });
  const Value items(std::vector<double>{-1, 4, -2});
  const wire::Outcome roots = map("root", 3, {items});
  EXPECT_EQ(values(roots), Value(std::vector<double>{0, 2, 0}));
  ASSERT_EQ(failures(roots).size(), 2U);
  const List last = failures(roots).elements().at(1).as_tuple();
  EXPECT_EQ(last.at(0), Value(2));
  EXPECT_EQ(last.at(1), Value("ValueError"));
  EXPECT_EQ(last.at(2), Value("negative"));
  EXPECT_THAT(last.at(3).as_string(), HasSubstr("tasks_test")) << "where it was thrown";
  EXPECT_EQ(values(map("text", 3, {items})).repr(), "[None, 'ok', None]");
  EXPECT_EQ(values(map("root", 2, {Value::list({-1, "a"})})).repr(), "[None, None]") << "and none has a result";
}

TEST_F(MapTest, ANumberBeforeAnItemThatFailsIsThatNumberAlsoWhenTheyBecomeAList) {
  define("f", [](int x) {
    if (x == 2) throw ValueError("two");
    return x < 4 ? Value(x) : Value("four");
  });
  EXPECT_EQ(values(map("f", 4, {Value(std::vector<int>{1, 2, 3, 4})})).repr(), "[1, None, 3, 'four']");
}

TEST_F(MapTest, AnItemsResultThatCannotTravelFailsAsATasksDoes) {
  struct Opaque {};
  define("opaque", [](int x) { return x == 1 ? Value::opaque(std::make_shared<Opaque>()) : Value(x); });
  define("inside", [](int x) {
    return Value::list({Value::tuple({x == 1 ? Value::opaque(std::make_shared<Opaque>()) : Value(x)})});
  });
  define("deep", [](int x) {
    Value deep = x;
    for (int i = 0; i < 199; ++i) deep = Value::list({deep});
    return deep;
  });
  for (const char* name : {"opaque", "inside"}) {
    const Value arguments[] = {1};
    const wire::Outcome alone = run({.op = wire::Op::apply, .name = name, .positional = arguments});
    ASSERT_TRUE(alone.failure);
    const wire::Outcome outcome = map(name, 3, {Value(std::vector<int>{0, 1, 2})});
    ASSERT_EQ(failures(outcome).size(), 1U) << name;
    const List failure = failures(outcome).elements().at(0).as_tuple();
    EXPECT_EQ(failure.at(0), Value(1));
    EXPECT_EQ(failure.at(1).as_string(), alone.failure->ename);
    EXPECT_THAT(failure.at(2).as_string(), HasSubstr("cannot leave its process"));
    EXPECT_THAT(values(outcome).elements().at(1).repr(), testing::AnyOf("None", "0"));
  }
  EXPECT_THAT(failures(map("deep", 1, {Value::list({1})})).repr(), HasSubstr("nested more than 200 levels deep"));
}

TEST_F(MapTest, ReferencesAreTheEnginesOwnObjects) {
  names_.set("a", Value::list({1}));
  define("append", [](Value list, int x) {
    list.append(x);
    return list.size();
  });
  EXPECT_EQ(values(map("append", 2, {Value(std::vector<int>{2, 3})}, {Value::reference("a")})),
            Value(std::vector<int>{2, 3}));
  EXPECT_EQ(names_.get("a").repr(), "[1, 2, 3]");
  EXPECT_EQ(values(map("append", 2, {Value::list({Value::list(), Value::reference("a")}), Value::list({4, 4})})),
            Value(std::vector<int>{1, 4}));
  int calls = 0;
  define("count", [&calls](int, int) { return ++calls; });
  const wire::Outcome none = map("count", 2, {Value::list({1, 1})}, {Value::reference("b")});
  ASSERT_TRUE(none.failure);
  EXPECT_EQ(none.failure->ename, "NameError");
  EXPECT_EQ(calls, 0);
}

TEST_F(MapTest, WhatNamesNoSuchFunctionFailsTheWhole) {
  define("half", [](double x) { return x / 2; });
  names_.set("a", 5);
  const auto ename = [](const wire::Outcome& outcome) { return outcome.failure ? outcome.failure->ename : "none"; };
  EXPECT_EQ(ename(map("nothing", 1, {Value::list({1})})), "NameError");
  EXPECT_EQ(ename(map("a", 1, {Value::list({1})})), "TypeError");
  const Value arguments[] = {0, 1, Value(), Value::list(), Value::list({1})};
  wire::CallParts call{.op = wire::Op::map, .name = "half", .positional = arguments, .signature = "(int) -> int"};
  EXPECT_EQ(ename(run(call)), "TypeError");
  call.signature = "(float) -> float";
  EXPECT_EQ(ename(run(call)), "none");
}

TEST_F(MapTest, AMalformedCallIsRefusedBeforeItsFirstItem) {
  int calls = 0;
  define("count", [&calls](int) { return ++calls; });
  const Value none, empty = Value::list(), two = Value::list({1, 2});
  const std::vector<std::vector<Value>> malformed = {
      {},
      {0, 2, none},
      {"0", 2, none, empty, two},
      {0, 2.0, none, empty, two},
      {0, 2, "seed", empty, two},
      {0, 2, none, none, two},
      {0, 3, none, empty, two},
      {0, 1, none, empty, two},
      {0, 2, none, empty, 5},
      {0, 2, none, empty, Value::array(Array(DType::f64, {}))},
      {0, 2, none, empty, Value::array(Array(DType::f64, {3, 2}))},
      {0, -1, none, empty, two},
  };
  for (const std::vector<Value>& arguments : malformed) {
    const wire::Outcome outcome = map_raw("count", arguments);
    ASSERT_TRUE(outcome.failure) << Value::list(arguments);
    EXPECT_EQ(outcome.failure->ename, "ProtocolError") << Value::list(arguments);
  }
  EXPECT_EQ(calls, 0);
}

TEST_F(MapTest, EachItemIsToldBeforeItsFunctionIsCalled) {
  std::vector<int> told;
  const auto tell = [&](std::size_t item) { told.push_back(static_cast<int>(item)); };
  Executor executor(names_, loader_, Uuid(), {}, {}, tell);
  define("tell", [&told](int x) { told.push_back(x); });
  const Value arguments[] = {40, 2, Value(), Value::list(), Value(std::vector<int>{100, 101})};
  const wire::Packed call = wire::pack({.op = wire::Op::map, .name = "tell", .positional = arguments}, kInline);
  executor.run(call.body, call.bulk);
  EXPECT_THAT(told, testing::ElementsAre(0, 100, 1, 101));
}

TEST_F(MapTest, BetweenItemsItStopsWhenItIsAskedTo) {
  int calls = 0;
  define("count", [&calls](int x) {
    if (x == 2) request_stop();
    return ++calls;
  });
  const wire::Outcome outcome = map("count", 4, {Value(std::vector<int>{1, 2, 3, 4})});
  ASSERT_TRUE(outcome.failure);
  EXPECT_EQ(outcome.failure->ename, "TaskAborted");
  EXPECT_EQ(calls, 2);
  EXPECT_THAT(outcome.failure->evalue, HasSubstr("2 of its 4 items"));
}

}  // namespace
}  // namespace enginery::tasks
