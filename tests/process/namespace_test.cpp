// tests/process/namespace_test.cpp: an engine's namespace, seen from a client.
#include <cmath>
#include <complex>
#include <fstream>
#include <tuple>

#include "tests/process/cluster_fixture.hpp"

namespace enginery {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST_F(ClusterTest, WhatIsPushedIsPulledBack) {
  start_engines(1);
  DirectView e0 = on(0);
  e0.push({{"a", 1.03234}, {"b", 3453}}).get();
  const double a = e0.pull("a");
  const Value b_a = e0.pull({"b", "a"});
  const auto [b, a2] = e0.pull<std::int64_t, double>("b", "a");
  EXPECT_EQ(a, 1.03234);
  EXPECT_EQ(b_a.repr(), "[3453, 1.03234]");
  EXPECT_EQ(b, 3453);
  EXPECT_EQ(a2, a);
}

TEST_F(ClusterTest, TheNamespaceReadsLikeADictionary) {
  start_engines(1, "");
  DirectView e0 = on(0);
  e0["a"] = std::vector<int>{0, 1, 2, 3, 4};
  e0.update({{"c", "text"}, {"d", true}});
  EXPECT_EQ(Value(e0["a"]).repr(), "[0, 1, 2, 3, 4]");
  EXPECT_EQ(e0.get<std::string>("c"), "text");
  e0["e"] = e0["c"];
  EXPECT_EQ(e0.get<std::string>("e"), "text");
  EXPECT_THAT(e0.keys(), ElementsAre("a", "c", "d", "e"));
  EXPECT_TRUE(e0.contains("d"));
  e0.erase("d");
  EXPECT_FALSE(e0.contains("d"));
  EXPECT_THAT(error_of([&] { e0.get("d"); }), HasSubstr("NameError: name 'd' is not defined"));
}

TEST_F(ClusterTest, AReferenceIsTheEnginesOwnObject) {
  start_engines(1);
  on(0)["a"] = 25;
  EXPECT_FALSE(on(0).apply_sync<bool>("testing.is_it", "a", 25));
  EXPECT_TRUE(on(0).apply_sync<bool>("testing.is_it", "a", Reference("a")));
  EXPECT_THAT(error_of([&] { on(0).apply_sync("testing.identity", Reference("nobody")); }),
              HasSubstr("NameError: name 'nobody' is not defined"));
  const Value list = on(0).apply_sync("testing.identity", std::vector<Value>{Value(Reference("a")), 7});
  EXPECT_EQ(list.repr(), "[25, 7]");
}

TEST_F(ClusterTest, TwoClientsShareTheNamespace) {
  start_engines(1, "");
  Client second;
  on(0)["a"] = "from one";
  EXPECT_EQ(second[0].get<std::string>("a"), "from one");
}

TEST_F(ClusterTest, ValuesOfEveryKindSurviveTheWay) {
  start_engines(1);
  const auto there_and_back = [&](const Value& value) { return on(0).apply_sync("testing.identity", value); };
  const std::vector<Value> values{
      Value(),
      true,
      std::int64_t{INT64_MIN},
      std::int64_t{INT64_MAX},
      -0.0,
      1e308,
      std::complex<double>(1, -2),
      std::string("UTF-8 \xc3\xa4 and\0NUL", 14),
      Value::bytes(std::string("\0\xff", 2)),
      Value::tuple({}),
      Value(std::map<std::string, std::vector<double>>{{"x", {1, 2}}, {"empty", {}}}),
      Value(Eigen::MatrixXd::Random(5, 7)),
      Value(Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>::Random(3, 2).eval()),
      Value(Eigen::MatrixXd(0, 3)),
      Value(std::vector<Value>{1, "two", std::vector<Value>{3.0}})};
  for (const Value& value : values) EXPECT_TRUE(there_and_back(value) == value) << value.repr();
  EXPECT_TRUE(std::signbit(there_and_back(-0.0).as_real()));
  EXPECT_TRUE(std::isnan(there_and_back(NAN).as_real()));
}

TEST_F(ClusterTest, ALargeArrayTravelsInChunks) {
  start_engines(1);
  const Eigen::VectorXd x = Eigen::VectorXd::LinSpaced(4'000'000, 0, 1);  // 32 MB
  on(0)["x"] = x;
  EXPECT_EQ(on(0).get<Eigen::VectorXd>("x"), x);
  EXPECT_EQ(on(0).apply_sync<Eigen::VectorXd>("testing.identity", x), x);
  EXPECT_EQ(on(0).apply_sync<std::int64_t>("testing.add", 1), 2);
}

TEST_F(ClusterTest, ManyEnginesGiveTheirFirstLargeResultsAtOnce) {
  start_engines(8);
  const AsyncResults<Value> results = rc().all().apply_async("testing.zeros", 2'000'000);
  ASSERT_TRUE(results.wait(Seconds(60)));
  for (const Value& result : results.get()) EXPECT_EQ(result.as_array().nbytes(), 2'000'000u);
}

TEST_F(ClusterTest, AKeyThatIsNoPathIsASyntaxErrorAndNothingIsBound) {
  start_engines(1, "");
  on(0)["a"] = 1;
  for (const char* name : {"", ".", "1a", "a b", "a["})
    EXPECT_THAT(error_of([&] { on(0).update({{name, 1}}); }), HasSubstr("SyntaxError: ")) << name;
  EXPECT_THAT(on(0).keys(), ElementsAre("a"));
}

TEST_F(ClusterTest, AKeyMayBeAPathIntoWhatIsThere) {
  start_engines(1);
  DirectView e0 = on(0);
  e0["a"] = Value::list({1, 2, 3});
  e0["d"] = std::map<std::string, std::vector<int>>{{"level", {10, 20}}};
  e0["x"] = std::vector<double>{0.5, 1.5};
  e0["a[-1]"] = "last";
  e0["d.level[0]"] = 11;
  e0["d['more']"] = true;
  e0.push({{"x[1]", 2.5}}).get();
  EXPECT_EQ(e0.get("a").repr(), "[1, 2, 'last']");
  EXPECT_EQ(e0.get("d").repr(), "{'level': [11, 20], 'more': True}");
  EXPECT_EQ(e0.get<double>("x[1]"), 2.5);
  e0.erase("a[0]");
  e0.erase("d.more");
  EXPECT_EQ(e0.get("a").repr(), "[2, 'last']");
  EXPECT_EQ(e0.get("d").repr(), "{'level': [11, 20]}");
  EXPECT_TRUE(e0.apply_sync<bool>("testing.is_it", "d", Reference("d")));
  EXPECT_EQ(e0.apply_sync<std::int64_t>("testing.add", Reference("d.level[0]"), Reference("d.level[-1]")), 31);
  EXPECT_THAT(error_of([&] { e0["a[7]"] = 1; }), HasSubstr("IndexError: "));
  EXPECT_THAT(error_of([&] { e0["a.b"] = 1; }), HasSubstr("AttributeError: 'list' object has no attribute"));
  EXPECT_THAT(error_of([&] { e0["nothing.b"] = 1; }), HasSubstr("NameError: name 'nothing' is not defined"));
}

TEST_F(ClusterTest, AReferenceInsideAListOrDictIsTheVeryObject) {
  start_engines(1);
  DirectView e0 = on(0);
  e0["a"] = Value::list({1, 2});
  e0["holder"] = Value::list({Reference("a"), 5});
  e0["dict"] = std::map<std::string, Value>{{"inner", Value(Reference("a"))}};
  EXPECT_TRUE(e0.apply_sync<bool>("testing.is_it", "a", Reference("holder[0]")));
  EXPECT_TRUE(e0.apply_sync<bool>("testing.is_it", "a", Reference("dict.inner")));
  const Value list = e0.apply_sync("testing.identity", Value::list({Reference("a"), Value::tuple({Reference("a")})}));
  EXPECT_EQ(list.repr(), "[[1, 2], ([1, 2],)]");
  EXPECT_THAT(error_of([&] { e0.apply("testing.identity", Value::list({Reference("b")})).get(); }),
              HasSubstr("NameError: name 'b' is not defined"));
}

TEST_F(ClusterTest, ALargeListTravelsToo) {
  start_engines(1, "");
  List list;
  for (int i = 0; i < 200'000; ++i) list.push_back(Value::tuple({i, std::to_string(i)}));
  const Value value = Value::list(std::move(list));
  on(0)["list"] = value;
  EXPECT_TRUE(on(0).get("list") == value);
}

TEST_F(ClusterTest, AFunctionStaysOnItsEngineAndSaysSo) {
  start_engines(1);
  EXPECT_THAT(error_of([&] { on(0).get("testing.add"); }), HasSubstr("stays on its engine"));
}

}  // namespace
}  // namespace enginery
