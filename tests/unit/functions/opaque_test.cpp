// tests/unit/functions/opaque_test.cpp: whose objects a module's functions take.
#include "tests/unit/modules/plugin_fixture.hpp"

namespace enginery::modules {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class OpaqueTest : public PluginTest {
 protected:
  void SetUp() override {
    PluginTest::SetUp();
    if (!loader_) loader_ = new Loader();  // once, since what is loaded stays
  }
  /// One of the builds in tests/fixtures/plugins/owned.cpp.
  static const ModuleNamespace& build(const std::string& folder, const std::string& plugin) {
    return *loader_->import_file(FIXTURE_PLUGINS "/owned/" + folder + "/" + plugin + ".so");
  }
  static const ModuleNamespace& a() { return build("a", "owned_a"); }
  static const ModuleNamespace& b() { return build("b", "owned_b"); }
  static const ModuleNamespace& first() { return build("1", "owned"); }
  static const ModuleNamespace& changed() { return build("2", "owned"); }
  static const ModuleNamespace& again() { return build("3", "owned"); }

  static std::string refusal(const ModuleNamespace& module, const char* function, const Value& object) {
    try {
      return "it gave " + call(module, function, {object}).repr();
    } catch (const TypeError& error) {
      return error.what();
    }
  }

  static inline Loader* loader_ = nullptr;
};

TEST_F(OpaqueTest, AModuleTakesItsOwn) {
  EXPECT_EQ(call(a(), "sum", {call(a(), "params", {1.5})}), 4.5);
  EXPECT_EQ(call(a(), "sum_of_copy", {call(a(), "params", {1.5})}), 4.5);
  EXPECT_EQ(call(b(), "sum", {call(b(), "params", {1.5})}), 2.0);
  EXPECT_EQ(call(a(), "x_of_nameless", {call(a(), "nameless")}), 3.0);
  EXPECT_EQ(call(a(), "number_of_tree", {call(a(), "tree")}), 2);
  EXPECT_EQ(call(a(), "is_params", {call(a(), "params", {1.5})}), true);
}

TEST_F(OpaqueTest, AnotherModulesClassOfThatNameAndSizeIsRefusedWithBothModulesAndTheMacro) {
  const Value params = call(a(), "params", {1.5});
  const auto says = AllOf(HasSubstr("expected an object of type Params of the module 'owned_b.so'"),
                          HasSubstr("got one of type Params of the module 'owned_a.so'"),
                          HasSubstr("ENGINERY_SHARED(Params, \"Params\", 1)"));
  EXPECT_THAT(refusal(b(), "sum", params), says);
  EXPECT_THAT(refusal(b(), "sum_of_copy", params), says);
  EXPECT_EQ(call(b(), "is_params", {params}), false);
  EXPECT_THAT(refusal(b(), "x_of_plain", call(a(), "plain")), HasSubstr("ENGINERY_SHARED(Plain, "))
      << "also where it happens to be the same";
}

TEST_F(OpaqueTest, WhatIsSharedByOneTagGoesFromModuleToModule) {
  EXPECT_EQ(call(b(), "text_of_shared", {call(a(), "shared", {"text"})}), "text");
  EXPECT_EQ(call(a(), "text_of_shared", {call(b(), "shared", {"text"})}), "text");
  EXPECT_THAT(refusal(b(), "number_of_versioned", call(a(), "versioned")),
              AllOf(HasSubstr("'owned_b.so', shared as \"tests.owned.Versioned\" version 2"),
                    HasSubstr("'owned_a.so', shared as \"tests.owned.Versioned\" version 1")));
}

TEST_F(OpaqueTest, AClassOfACommonLibraryIsOneType) {
  EXPECT_EQ(call(b(), "number_of_library", {call(a(), "of_library")}), 7);
}

TEST_F(OpaqueTest, AnotherBuildTakesWhatIsSeenToBeTheSame) {
  EXPECT_EQ(call(again(), "x_of_plain", {call(first(), "plain")}), 0.0);
  EXPECT_EQ(call(changed(), "x_of_plain", {call(first(), "plain")}), 0.0);
  EXPECT_EQ(call(again(), "first_of_changed", {call(first(), "changed")}), 1.0);
  EXPECT_EQ(call(again(), "number_of_tree", {call(first(), "tree")}), 2);
  EXPECT_EQ(call(again(), "x_of_nameless", {call(first(), "nameless")}), 3.0);
  EXPECT_EQ(call(again(), "text_of_shared", {call(first(), "shared", {"text"})}), "text");
}

TEST_F(OpaqueTest, AnotherBuildRefusesWhatIsNotSeenToBeTheSame) {
  EXPECT_THAT(refusal(changed(), "first_of_changed", call(first(), "changed")),
              AllOf(HasSubstr("'owned.so'"), HasSubstr("another build of it, which has other fields")));
  const auto unseen = AllOf(HasSubstr("another build of it, and reflection does not see whether it is the same"),
                            HasSubstr("ENGINERY_SHARED("));
  EXPECT_THAT(refusal(changed(), "sum", call(first(), "params", {1.5})), unseen);
  EXPECT_THAT(refusal(again(), "sum", call(first(), "params", {1.5})), unseen) << "though it is";
  EXPECT_THAT(refusal(again(), "sum_within", call(first(), "with_private")), unseen);
  EXPECT_THAT(refusal(changed(), "number_of_versioned", call(first(), "versioned")), HasSubstr("version 2"));
}

}  // namespace
}  // namespace enginery::modules
