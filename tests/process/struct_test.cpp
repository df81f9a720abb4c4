// tests/process/struct_test.cpp: a program's structs as variables, and the paths to their fields.
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/process/cluster_fixture.hpp"

namespace model {

struct Inner {
  std::vector<double> values;
  std::string label;
  bool operator==(const Inner&) const = default;
};
struct Config {
  double alpha = 0;
  int steps = 0;
  Inner inner;
  std::vector<Inner> stages;
  std::map<std::string, Inner> named;
  std::optional<Inner> last;
  bool operator==(const Config&) const = default;
};
/// More fields than the words about a dict show keys.
struct Wide {
  int a = 1, b = 2, c = 3, d = 4, e = 5, f = 6, g = 7, h = 8, i = 9, tolerance = 10;
};

}  // namespace model

namespace enginery {
namespace {

using model::Config;
using model::Inner;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

class StructTest : public ClusterTest {
 protected:
  void SetUp() override {
    ClusterTest::SetUp();
    start_engines(1);
    on(0)["config"] = config_;
  }
  const Config config_{
      0.5, 10, {{1, 2, 3}, "in"}, {{{4}, "one"}, {{5, 6}, "two"}}, {{"best", {{7}, "b"}}}, Inner{{8}, "l"}};
};

TEST_F(StructTest, IsAssignedAndComesBackWithWhatIsNestedInIt) {
  EXPECT_EQ(on(0).get<Config>("config"), config_);
  on(0)["many"] = std::map<std::string, std::vector<Config>>{{"both", {config_, Config{}}}};
  EXPECT_EQ((on(0).get<std::vector<Config>>("many.both")), (std::vector{config_, Config{}}));
  EXPECT_EQ(on(0).get<Config>("many['both'][0]"), config_);
}

TEST_F(StructTest, ItsFieldsAreReadByPath) {
  const DirectView e0 = on(0);
  EXPECT_EQ(e0.get<double>("config.alpha"), 0.5);
  EXPECT_EQ(double(e0["config.alpha"]), 0.5);
  EXPECT_EQ(e0.get<double>("config.inner.values[0]"), 1);
  EXPECT_EQ(e0.get<double>("config.inner.values[-1]"), 3);
  EXPECT_EQ(e0.get<Inner>("config.inner"), config_.inner);
  EXPECT_EQ(e0.get<std::string>("config.stages[1].label"), "two");
  EXPECT_EQ(e0.get<double>("config.stages[1].values[0]"), 5);
  EXPECT_EQ(e0.get<Inner>("config.named.best"), config_.named.at("best"));
  EXPECT_EQ(e0.get<std::string>("config.named['best'].label"), "b");
  EXPECT_EQ(e0.get<std::string>("config.last.label"), "l");
  EXPECT_EQ((e0.pull<double, int>("config.alpha", "config.steps")), (std::tuple(0.5, 10)));
  EXPECT_EQ(e0.apply_sync<std::int64_t>("testing.add", Reference("config.steps"), 1), 11);
}

TEST_F(StructTest, ItsFieldsAreAssignedByPath) {
  const DirectView e0 = on(0);
  e0["config.alpha"] = 0.25;
  e0["config.inner.values[0]"] = 100.0;
  e0["config.stages[0]"] = Inner{{9, 9}, "new"};
  e0["config.named.best.label"] = "better";
  e0.push({{"config.steps", 20}, {"config.last", Value()}}).get();
  Config expected = config_;
  expected.alpha = 0.25;
  expected.inner.values[0] = 100;
  expected.stages[0] = {{9, 9}, "new"};
  expected.named["best"].label = "better";
  expected.steps = 20;
  expected.last.reset();
  EXPECT_EQ(e0.get<Config>("config"), expected);
}

TEST_F(StructTest, AFieldThatItHasNotIsAnErrorThatNamesThoseThatItHas) {
  EXPECT_EQ(error_of([&] { on(0).get("config.alhpa"); }),
            "KeyError: 'alhpa' is not among the dict's keys: 'alpha', 'steps', 'inner', 'stages', 'named', 'last'. Did "
            "you mean 'alpha'?");
  EXPECT_EQ(error_of([&] { on(0).get("config.inner.size"); }),
            "KeyError: 'size' is not among the dict's keys: 'values', 'label'");
  EXPECT_THAT(error_of([&] { on(0)["config.inside.label"] = "x"; }),
              AllOf(HasSubstr("KeyError: 'inside' is not among"), HasSubstr("'inner'")));
  EXPECT_THAT(error_of([&] { on(0).get("config.alpha.real"); }), HasSubstr("'float' object has no attribute 'real'"));
  EXPECT_THAT(error_of([&] { on(0).get("config.inner.values[3]"); }), HasSubstr("IndexError: "));
  on(0)["wide"] = model::Wide{};
  EXPECT_THAT(error_of([&] { on(0).get("wide.tolerence"); }),
              AllOf(HasSubstr("'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'tolerance'"),
                    HasSubstr("Did you mean 'tolerance'?")));
}

// To the engine it is a dict, which an assignment may extend, as any other; the struct is what its readers know.
TEST_F(StructTest, AFieldThatWasAddedIsNoticedByWhoReadsTheStruct) {
  on(0)["config.inner.lable"] = "new";
  EXPECT_THAT(error_of([&] { on(0).get<Config>("config"); }),
              AllOf(HasSubstr("field inner: model::Inner has the fields values, label, and what came has values, "
                              "label, lable")));
  on(0).erase("config.inner.lable");
  EXPECT_EQ(on(0).get<Config>("config"), config_);
}

TEST_F(StructTest, AFieldOfAnotherTypeIsNamedByWhoReadsTheStruct) {
  on(0)["config.steps"] = "many";
  EXPECT_THAT(error_of([&] { on(0).get<Config>("config"); }), HasSubstr("field steps: expected int, got str 'many'"));
}

}  // namespace
}  // namespace enginery
