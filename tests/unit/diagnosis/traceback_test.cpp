// tests/unit/diagnosis/traceback_test.cpp: stacks in words.
#include "core/diagnosis/traceback.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "core/modules/mapped_code.hpp"

extern "C" const int traceback_fixture_line;
extern "C" int traceback_fixture(int x);

namespace enginery::modules {
namespace {

using testing::MatchesRegex;

/// Where a function of the fixture, or of this test, is.
CodePlace place_of(const void* function) {
  const CodeLocation location = CodeLocation::of(function).value();
  return {location.file, location.address.offset};
}

/// Names as the linker knows them, innermost first.
std::string words(const std::vector<const char*>& symbols) {
  std::vector<CodePlace> stack;
  for (const char* symbol : symbols) stack.push_back({"/lib/f.so", 0x1f40, symbol});
  return traceback(stack, false);
}

TEST(TracebackTest, CodeWithDebugInformationHasFileAndLine) {
  if (!lines_are_read()) GTEST_SKIP() << "there is no libdw";
  const std::vector<CodePlace> stack{place_of(reinterpret_cast<const void*>(&traceback_fixture))};
  EXPECT_THAT(traceback(stack, false, Exactness::line),
              MatchesRegex("  at traceback_fixture in libtraceback_fixture\\.so \\(/.*/traceback_fixture\\.cpp:" +
                           std::to_string(traceback_fixture_line) + "\\)"));
  EXPECT_EQ(traceback(stack, false), "  at traceback_fixture in libtraceback_fixture.so");
}

TEST(TracebackTest, CodeWithoutHasWhatAddr2lineTakes) {
  const std::vector<CodePlace> stack{{"/nowhere/f.so", 0x1f40, "_Z4taskv"}, {"/nowhere/f.so", 0x20, ""}};
  EXPECT_EQ(traceback(stack, false, Exactness::line), "  at f.so+0x20\n  at task() in f.so+0x1f40");
  EXPECT_EQ(traceback(stack, false), "  at f.so+0x20\n  at task() in f.so");
}

TEST(TracebackTest, WhatIsBetweenTheUsersFunctionsIsLeftOut) {
  EXPECT_EQ(words({"_Z4taskv",
                   // void std::__invoke_impl<void, void (*&)()>(std::__invoke_other, void (*&)())
                   "_ZSt13__invoke_implIvRPFvvEJEET_St14__invoke_otherOT0_DpOT1_",
                   // std::__invoke_result<void (*&)()>::type std::__invoke<void (*&)()>(void (*&)())
                   "_ZSt8__invokeIRPFvvEJEENSt15__invoke_resultIT_JDpT0_EE4typeEOS4_DpOS5_",
                   // std::_Function_handler<void (), void (*)()>::_M_invoke(std::_Any_data const&)
                   "_ZNSt17_Function_handlerIFvvEPS0_E9_M_invokeERKSt9_Any_data",
                   "_ZNKSt8functionIFvvEEclEv",  // std::function<void ()>::operator()() const
                   // enginery::evaluator::(anonymous namespace)::print(enginery::evaluator::Arguments&)
                   "_ZN8enginery9evaluator12_GLOBAL__N_15printERNS0_9ArgumentsE", "_Z6callerv"}),
            "  at caller() in f.so\n  at task() in f.so");
}

TEST(TracebackTest, AFunctionOfTheUsersThatTakesOrGivesSuchATypeIsShown) {
  const char* const takes = "_ZN4user5applyESt8functionIFvvEE";  // user::apply(std::function<void ()>)
  // void user::run<std::function<void ()> >(std::function<void ()>)
  const char* const of = "_ZN4user3runISt8functionIFvvEEEEvT_";
  EXPECT_EQ(words({takes, of}),
            "  at void user::run<std::function<void ()> >(std::function<void ()>) in f.so\n"
            "  at user::apply(std::function<void ()>) in f.so");
}

TEST(TracebackTest, OperatorsAreNamesToo) {
  EXPECT_EQ(words({"_ZN4userlsERiNS_1AE", "_ZN4user1AclEi"}),
            "  at user::A::operator()(int) in f.so\n  at user::operator<<(int&, user::A) in f.so");
}

}  // namespace
}  // namespace enginery::modules
