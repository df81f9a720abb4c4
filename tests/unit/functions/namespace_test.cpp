// tests/unit/functions/namespace_test.cpp: variables, and the paths that lead into them.
#include <enginery/namespace.hpp>

#include <cstdint>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <enginery/dict.hpp>

#include "core/functions/namespace_paths.hpp"

namespace enginery {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

template <class E, class F>
std::string words(F action) {
  try {
    action();
  } catch (const E& error) {
    return error.what();
  }
  return "was not refused";
}

class NamespaceTest : public testing::Test {
 protected:
  std::string printed(std::string_view name) {
    std::ostringstream out;
    out << names_[name];
    return out.str();
  }
  Namespace names_;
};

TEST_F(NamespaceTest, AVariableIsAssignedReadAndPrinted) {
  names_["a"] = 5;
  names_["b"] = names_["a"];
  EXPECT_EQ(printed("b"), "5");
  EXPECT_EQ(names_.at<std::int64_t>("a"), 5);
  EXPECT_EQ(names_["a"].as<double>(), 5.0);
  EXPECT_TRUE(names_["a"] == 5);
  EXPECT_TRUE(names_["a"] == names_["b"]);
}

TEST_F(NamespaceTest, AugmentedAssignmentRebindsNumbersAndChangesListsInPlace) {
  names_["a"] = 20;
  const Value before = names_["a"];
  names_["a"] += 5;
  names_["a"] -= 1;
  names_["a"] *= 2;
  EXPECT_EQ(printed("a"), "48");
  EXPECT_EQ(before, Value(20));

  names_["l"] = Value::list(List{1});
  const Value list = names_["l"];
  names_["l"] += Value::list(List{2});
  EXPECT_TRUE(list.is(names_["l"]));
  EXPECT_EQ(printed("l"), "[1, 2]");
}

TEST_F(NamespaceTest, AssigningOneVariableToAnotherSharesTheObject) {
  names_["a"] = Value::list(List{1});
  names_["b"] = names_["a"];
  const Value a = names_["a"];
  EXPECT_TRUE(a.is(names_["b"]));
}

TEST_F(NamespaceTest, AnUnknownNameIsANameErrorWithTheOneThatWasMeant) {
  names_["alpha"] = 1;
  EXPECT_THAT(words<NameError>([&] { static_cast<void>(names_["alhpa"].as<Value>()); }),
              StartsWith("name 'alhpa' is not defined. Did you mean 'alpha'?"));
  EXPECT_THROW(names_["nothing"] += 1, NameError);
}

TEST_F(NamespaceTest, AValueOfAnotherTypeIsATypeErrorThatNamesTheVariable) {
  names_["a"] = "text";
  EXPECT_THAT(words<TypeError>([&] { names_.at<double>("a"); }), StartsWith("'a': "));
}

TEST_F(NamespaceTest, NamesKeepTheOrderOfTheirFirstAssignment) {
  for (const char* name : {"c", "a", "b"}) names_[name] = name;
  names_["c"] = 1;
  EXPECT_THAT(names_.keys(), ElementsAre("c", "a", "b"));
  EXPECT_TRUE(names_.erase("a"));
  EXPECT_FALSE(names_.erase("a"));
  EXPECT_THAT(names_.keys(), ElementsAre("c", "b"));
  EXPECT_FALSE(names_.contains("a"));
}

TEST_F(NamespaceTest, APathLeadsThroughModulesDictsAndLists) {
  const auto module = std::make_shared<ModuleNamespace>();
  module->name = "norms";
  module->attributes.set("level", 2);
  names_.set("norms", Value::module(module));
  Dict dict;
  dict.set(Value("key"), Value::list(List{10, 20}));
  names_.set("d", Value::dict(std::move(dict)));
  EXPECT_EQ(names_.resolve("norms.level"), Value(2));
  EXPECT_EQ(names_.resolve("d.key[1]"), Value(20));
  EXPECT_EQ(names_.resolve("d['key'][-2]"), Value(10));
  EXPECT_TRUE(names_.resolve("d").is(names_["d"]));
}

TEST_F(NamespaceTest, APathThatLeadsNowhereSaysWhereItEnds) {
  EXPECT_THAT(words<NameError>([&] { names_.resolve("norms.get_norms"); }),
              testing::AllOf(StartsWith("name 'norms' is not defined"), HasSubstr("import norms")));
  const auto module = std::make_shared<ModuleNamespace>();
  module->name = "norms";
  module->attributes.set("get_norms", 2);
  names_.set("norms", Value::module(module));
  EXPECT_THAT(words<AttributeError>([&] { names_.resolve("norms.get_norm"); }),
              StartsWith("module 'norms' has no attribute 'get_norm'. Did you mean 'get_norms'?"));
  names_["l"] = Value::list(List{1});
  EXPECT_THROW(names_.resolve("l[1]"), IndexError);
  EXPECT_THROW(names_.resolve("l.x"), AttributeError);
}

TEST_F(NamespaceTest, APathIsAssignedToAndRemoved) {
  const auto module = std::make_shared<ModuleNamespace>();
  module->name = "norms";
  names_.set("norms", Value::module(module));
  names_["l"] = Value::list(List{1, Value::list(List{2, 3})});
  names_.assign("norms.level", 7);
  names_.assign("l[1][-1]", 30);
  names_.assign("fresh", 1);
  EXPECT_EQ(names_.resolve("norms.level"), Value(7));
  EXPECT_EQ(names_["l"].as<Value>().repr(), "[1, [2, 30]]");
  names_.remove("norms.level");
  names_.remove("l[0]");
  names_.remove("fresh");
  EXPECT_FALSE(module->attributes.contains("level"));
  EXPECT_EQ(names_["l"].as<Value>().repr(), "[[2, 30]]");
  EXPECT_FALSE(names_.contains("fresh"));
  EXPECT_THROW(names_.remove("norms.level"), AttributeError);
  EXPECT_THROW(names_.remove("l.x"), AttributeError);
  EXPECT_THROW(names_.assign("l.x", 1), AttributeError);
  EXPECT_THROW(names_.remove("fresh"), NameError);
  EXPECT_THROW(names_.assign("l[0", 1), SyntaxError);
}

TEST_F(NamespaceTest, OfSeveralItemsNoneIsBoundWhenOnePathIsBad) {
  names_["l"] = Value::list(List{1});
  names_["t"] = Value::tuple(List{1});
  names_["x"] = Value(std::vector<double>{0.5});
  names_["d"] = Value::dict(Dict());
  for (const char* bad : {"1a", "a b", "l[0", "nothing.there", "nothing[0]", "l[1]", "l.x", "t[0]", "x[1]", "x.y",
                          "d.none.x", "d['none'][0]"}) {
    EXPECT_ANY_THROW(modules::assign_all(names_, {{"good", 1}, {"l[0]", 2}, {bad, 3}})) << bad;
    EXPECT_ANY_THROW(modules::assign_all(names_, {{bad, 3}, {"good", 1}})) << bad;
    EXPECT_FALSE(names_.contains("good")) << bad;
    EXPECT_EQ(printed("l"), "[1]") << bad;
  }
  modules::assign_all(names_, {{"l[0]", 2},
                               {"good", Value::list(List{0, 0})},
                               {"good[1]", 5},
                               {"d.key", Value::dict(Dict())},
                               {"d.key.inner", 6},
                               {"x[0]", 7}});
  EXPECT_EQ(printed("l"), "[2]");
  EXPECT_EQ(printed("good"), "[0, 5]");
  EXPECT_EQ(printed("d"), "{'key': {'inner': 6}}");
  EXPECT_EQ(names_.resolve("x[0]"), Value(7.0));
}

TEST_F(NamespaceTest, ATextThatIsNoPathIsASyntaxError) {
  names_["a"] = Value::list(List{1});
  for (const char* path : {"", ".", "a.", "a[", "a[0", "a['x]", "a[x]", "a]", "1a", "a b", "a[99999999999999999999]"}) {
    EXPECT_THROW(names_.resolve(path), SyntaxError) << path;
  }
}

TEST_F(NamespaceTest, AnObjectMayUseTheNamespaceWhileItIsLetGo) {
  Namespace names;
  struct Last {
    Namespace& names;
    std::string word;
    ~Last() {
      names.erase("object");
      names.set("x", Value::string(word + std::to_string(names.size())));
    }
  };
  const auto define = [&](const char* name, const char* word) {
    names.set(name, Value::opaque(std::shared_ptr<Last>(new Last{names, word})));
  };
  names.set("x", 1);
  names.set("y", 2);
  define("object", "cleared ");
  names.clear();
  EXPECT_EQ(names.keys(), std::vector<std::string>{"x"});
  EXPECT_EQ(names.get("x"), Value("cleared 0"));
  define("object", "replaced ");
  names.set("object", 3);
  EXPECT_EQ(names.get("x"), Value("replaced 1"));
  EXPECT_FALSE(names.contains("object"));
}

TEST_F(NamespaceTest, ThisProcessHasANamespaceOfItsOwn) {
  globals()["a"] = 2;
  globals()["a"] += 4;
  EXPECT_EQ(globals().at<std::int64_t>("a"), 6);
  const Value b = globals()["a"];
  EXPECT_TRUE(b.is(globals()["a"]));
  globals().clear();
}

}  // namespace
}  // namespace enginery
