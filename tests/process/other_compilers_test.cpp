// tests/process/other_compilers_test.cpp: plugins that other compilers built, on an engine that this one has built.
#include <cctype>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include <enginery/abi.hpp>

#include "tests/process/cluster_fixture.hpp"

namespace enginery {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

/// Their names, as "clang++"; one that is empty when there are none.
std::vector<std::string> others() {
  std::vector<std::string> names;
  std::istringstream list(OTHER_COMPILERS);
  for (std::string name; list >> name;) names.push_back(name);
  return names.empty() ? std::vector<std::string>{""} : names;
}

/// The plugin `across` of each of them is imported on one engine.
class OtherCompilersTest : public ClusterTest, public testing::WithParamInterface<std::string> {
 protected:
  void SetUp() override {
    ClusterTest::SetUp();
    if (GetParam().empty()) GTEST_SKIP() << "no other compiler is here; this looks for " LOOKED_FOR;
    setenv("ENGINERY_PLUGIN_PATH", (PLUGINS "/" + GetParam()).c_str(), 1);
    start_engines(1, "");
    on(0).execute("import across").get();
  }
  bool exists(const std::string& name) const { return std::filesystem::exists(folder_ / name); }
};
INSTANTIATE_TEST_SUITE_P(Each, OtherCompilersTest, testing::ValuesIn(others()), [](const auto& compiler) {
  std::string name = compiler.param.empty() ? "None" : compiler.param;
  for (char& c : name)
    if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
  return name;
});

TEST_P(OtherCompilersTest, ThePluginIsOfAnotherCompilerThanTheEngine) {
  const auto compiler = on(0).apply_sync<std::string>("across.built_by");
  EXPECT_THAT(compiler, StartsWith(GetParam().substr(0, GetParam().find('-')) + " "));
  EXPECT_NE(compiler, ENGINERY_BUILT_BY);
}

TEST_P(OtherCompilersTest, StringsVectorsAndMapsGoToItsTasksAndComeBack) {
  const std::string longer(100, 'x');
  const std::vector<std::string> words{"a", "bb", "ba", longer};
  EXPECT_EQ(on(0).apply_sync<std::string>("across.joined", words), "a, bb, ba, " + longer);
  EXPECT_EQ(on(0).apply_sync("across.joined", List{}), Value(""));
  EXPECT_THAT(on(0).apply_sync<std::vector<double>>("across.sums", std::vector<double>{1, 2, 3.5}),
              ElementsAre(1, 3, 6.5));
  const auto lengths = on(0).apply_sync<std::map<std::string, std::vector<std::int64_t>>>("across.lengths", words);
  EXPECT_EQ(lengths, (std::map<std::string, std::vector<std::int64_t>>{{"a", {1}}, {"b", {2, 2}}, {"x", {100}}}));
  EXPECT_EQ(on(0).apply_sync("across.what", "12"), Value(12));
  EXPECT_EQ(on(0).apply_sync("across.what", "twelve"), Value("twelve"));
  EXPECT_TRUE(on(0).apply_sync("across.what", "").is_none());
}

TEST_P(OtherCompilersTest, ItsTasksChangeTheEnginesArraysInPlace) {
  on(0)["x"] = std::vector<double>{1, 2, 3};
  on(0).apply_sync("across.scale", Reference("x"), 10);
  EXPECT_THAT(on(0).get<std::vector<double>>("x"), ElementsAre(10, 20, 30));
}

TEST_P(OtherCompilersTest, ValuesAreTakenApartThereAndMade) {
  const Value nested(Dict{{"list", List{1, "two", 3.5}}, {"array", std::vector<double>{1, 2}}});
  const Value described = on(0).apply_sync("across.described", nested);
  EXPECT_EQ(described.as_dict().find("words")->repr(), R"(["list is [1, 'two', 3.5]", 'array is [1.0, 2.0]'])");
  EXPECT_EQ(on(0).get<Value>("across.words").repr(), "['a', 1, 2.5]") << "by the plugin's body";
  EXPECT_EQ(*described.as_dict().find("as it came"), nested);
}

TEST_P(OtherCompilersTest, WhatItsTasksThrowIsCaughtByItsType) {
  const auto raised = [&](const char* kind) {
    try {
      on(0).apply_sync("across.raise", kind);
    } catch (const RemoteError& error) {
      EXPECT_THAT(error.traceback(), AllOf(HasSubstr("raise"), HasSubstr("across.so")));
      return std::string(error.what());
    }
    return std::string("nothing");
  };
  EXPECT_EQ(raised("std"), "ValueError: from the standard library");
  EXPECT_EQ(raised("private"), "IndexError: known to the plugin alone");
  EXPECT_EQ(raised("enginery"), "ValueError: from enginery");
  EXPECT_THAT(raised("a number"), StartsWith("int: "));
}

TEST_P(OtherCompilersTest, ItsTasksCatchWhatTheEngineThrows) {
  EXPECT_THAT(on(0).apply_sync<std::string>("across.caught"),
              StartsWith("NameError: name 'a name that nobody gave' is not defined"));
}

TEST_P(OtherCompilersTest, AnObjectOfItsOwnStaysOnTheEngineAndComesBackByReference) {
  on(0).apply_sync("across.keep_tally", "tally");
  for (const char* word : {"a", "b", "a"}) on(0).apply_sync("across.add", Reference("tally"), word);
  const auto counts = on(0).apply_sync<std::map<std::string, std::int64_t>>("across.counts", Reference("tally"));
  EXPECT_EQ(counts, (std::map<std::string, std::int64_t>{{"a", 2}, {"b", 1}}));
  EXPECT_EQ(on(0).apply_sync<std::string>("across.name_of_kept", "tally"), "tally");
  EXPECT_THAT(error_of([&] { on(0).apply_sync("across.add", 5, "a"); }), StartsWith("TypeError: "));
  on(0).execute("del tally").get();
  EXPECT_THAT(error_of([&] { on(0).apply_sync("across.counts", Reference("tally")); }), StartsWith("NameError: "));
}

TEST_P(OtherCompilersTest, WhatItsTasksPrintComesWithTheirResults) {
  const auto printed = on(0).apply_async("across.print");
  printed.get(Seconds(30));
  EXPECT_EQ(printed.metadata().out, "by printf\nby std::cout\n");
}

TEST_P(OtherCompilersTest, ItsTasksWaitByTheEnginesStopToken) {
  const auto waiting =
      on(0).apply_async("across.wait_for_stop", (folder_ / "begun").string(), (folder_ / "asked").string());
  ASSERT_TRUE(comes([&] { return exists("begun"); }));
  rc().interrupt(0);
  EXPECT_TRUE(comes([&] { return exists("asked"); }));
  EXPECT_EQ(waiting.get(Seconds(30)), Value("asked"));
}

TEST_P(OtherCompilersTest, ScriptsAreCompiledByIt) {
  setenv("ENGINERY_CXX", GetParam().c_str(), 1);
  on(0).execute_cpp("globals()[\"words\"] = std::string(ENGINERY_BUILT_BY);").get();
  unsetenv("ENGINERY_CXX");
  EXPECT_EQ(on(0).get<std::string>("words"), on(0).apply_sync<std::string>("across.built_by"));
}

TEST_P(OtherCompilersTest, ItsPluginIsLoadedByThisProgramToo) {
  on(0).execute("del across").get();
  rc().all().sync_imports({"across"});
  EXPECT_EQ(on(0).apply_sync<std::string>("across.joined", std::vector<std::string>{"a", "b"}), "a, b");
}

}  // namespace
}  // namespace enginery
