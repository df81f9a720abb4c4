// tests/process/exec_test.cpp: what `enginery exec` shows.
#include <csignal>
#include <cstdint>
#include <string>

#include <gmock/gmock.h>

#include "tests/process/cli_fixture.hpp"

namespace enginery::testing_processes {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

TEST_F(CliTest, ExecShowsWhatEachEngineGave) {
  const auto command = start_ready({"-n", "3"});
  const Ran assigned = enginery("exec 'a = 6'");
  EXPECT_EQ(assigned.status, 0) << assigned.err;
  EXPECT_EQ(assigned.out, "");
  EXPECT_EQ(enginery("exec 'a * 7'").out, "[0] 42\n[1] 42\n[2] 42\n");
  EXPECT_EQ(enginery("exec 'a * 7' --engines 2,0").out, "[2] 42\n[0] 42\n");
  EXPECT_EQ(enginery("exec 'a * 7' --engines=-1").out, "[2] 42\n");

  const json ran = enginery_json("exec 'a * 7' --engines 1");
  EXPECT_EQ(ran.at("statement"), "a * 7");
  ASSERT_EQ(ran.at("engines").size(), 1u);
  const json& engine = ran.at("engines")[0];
  EXPECT_EQ(engine.at("engine"), 1);
  EXPECT_EQ(engine.at("status"), "ok");
  EXPECT_EQ(engine.at("result"), 42);
  EXPECT_EQ(engine.at("stdout"), "");
  EXPECT_TRUE(engine.at("error").is_null());
  EXPECT_TRUE(enginery_json("exec 'b = 1'").at("engines")[0].at("result").is_null());
}

TEST_F(CliTest, ExecShowsTheEndsOfWhatIsLongUnlessAllIsAskedFor) {
  const auto command = start_ready({"-n", "1"});
  EXPECT_EQ(enginery("exec 'array(list(range(500000)))'").out,
            "[0] <i64 array of shape (500000,): [0, 1, 2, …, 499997, 499998, 499999]>\n");
  EXPECT_EQ(enginery("exec 'list(range(2000))'").out, "[0] <list of 2000 items: [0, 1, 2, …, 1997, 1998, 1999]>\n");
  const std::string full = enginery("exec 'list(range(2000))' --full").out;
  EXPECT_THAT(full, AllOf(StartsWith("[0] [0, 1, 2, 3, "), HasSubstr(", 1000, ")));
}

TEST_F(CliTest, ExecGivesValuesAsJson) {
  const auto command = start_ready({"-n", "1", "--load", "system"});
  const auto result = [this](const std::string& code) {
    return enginery_json("exec \"" + code + "\"").at("engines")[0].at("result");
  };
  EXPECT_EQ(result("{'a': [1, 2.5, True, None, 'x']}"), json::parse(R"({"a": [1, 2.5, true, null, "x"]})"));
  EXPECT_EQ(result("array([[1.5, 2], [3, 4]])"), json::parse("[[1.5, 2.0], [3.0, 4.0]]"));
  EXPECT_EQ(result("9223372036854775807"), INT64_MAX);
  EXPECT_THAT(result("system.getpid").get<std::string>(), StartsWith("<function "));
}

TEST_F(CliTest, ExecShowsWhatEachEnginePrinted) {
  const auto command = start_ready({"-n", "2"});
  EXPECT_EQ(enginery("exec 'print(\"one\\ntwo\")' --engines 1").out, "[stdout:1] one\n[stdout:1] two\n");
}

TEST_F(CliTest, ExecThatFailsOnOneEngineIsAFailureWithItsError) {
  const auto command = start_ready({"-n", "2"});
  EXPECT_EQ(enginery("exec 'a = 6' --engines 1").status, 0);
  const Ran ran = enginery("exec 'a * 7'");
  EXPECT_EQ(ran.status, 1);
  EXPECT_EQ(ran.out, "[1] 42\n");
  EXPECT_THAT(ran.err, HasSubstr("[0] NameError: name 'a' is not defined"));
  EXPECT_THAT(ran.err, Not(HasSubstr("[1]")));
  const json engines = enginery_json("exec 'a * 7'", 1).at("engines");
  EXPECT_EQ(engines[0].at("status"), "error");
  EXPECT_EQ(engines[0].at("error").at("ename"), "NameError");
  EXPECT_TRUE(engines[1].at("error").is_null());

  const Ran nobody = enginery("exec 1 --engines 7");
  EXPECT_EQ(nobody.status, 1);
  EXPECT_THAT(nobody.err, HasSubstr("engine 7"));
}

TEST_F(CliTest, ExecShowsTheFirstFewOfErrorsThatDifferAndCountsTheRest) {
  const auto command = start_ready({"-n", "7", "--load", "system"});
  const Ran ran = enginery("exec 'int(\"no. \" + str(system.getpid()))'");
  EXPECT_EQ(ran.status, 1);
  EXPECT_THAT(ran.err, ContainsRegex("^(\\[[0-4]\\] ValueError: [^\n]*no\\. [0-9]+[^\n]*\n){5}"
                                     "enginery: 2 more engines failed otherwise; --json shows each\n$"));
}

TEST_F(CliTest, ExecShowsWhereAnErrorCameFromWhenItIsAskedTo) {
  const auto command = start_ready({"-n", "2"});
  const std::string error = "ZeroDivisionError: division by zero\n";
  EXPECT_EQ(enginery("exec '1 / 0'").err, "[0, 1] " + error);
  const Ran traced = enginery("exec '1 / 0' --traceback --engines 0");
  EXPECT_EQ(traced.status, 1);
  EXPECT_THAT(traced.err, ContainsRegex("^\\[0\\]   at .+\n(\\[0\\] .*\n)*\\[0\\] ZeroDivisionError"));
  EXPECT_THAT(enginery_json("exec '1 / 0'", 1).at("engines")[0].at("error").at("traceback").get<std::string>(),
              HasSubstr("  at "));
}

TEST_F(CliTest, ExecOfAPluginThatWasNotImportedSaysHowToImportIt) {
  const auto command = start_ready({"-n", "1"});
  for (const char* words : {"exec 'norms.get_norms([1])'", "exec norms"})
    EXPECT_THAT(enginery(words).err, HasSubstr("name 'norms' is not defined. Push or assign it first, or, if it is a "
                                               "plugin, import norms"));
  EXPECT_EQ(enginery("exec 'import norms; norms'").out, "[0] <module 'norms'>\n");
}

TEST_F(CliTest, ExecGivesUpAtItsTimeLimitAndAtCtrlC) {
  const auto command = start_ready({"-n", "1", "--load", "system"});
  const Ran late = enginery("exec 'system.sleep(600)' --timeout 0.1");
  EXPECT_EQ(late.status, 1);
  EXPECT_THAT(late.err, HasSubstr("enginery: not done within 0.1 s; the engines are asked to stop"));
  EXPECT_EQ(enginery("exec 'import system' --timeout 20").status, 0);

  Command exec({"exec", "system.sleep(600)"});
  while (enginery_json("status").at("engines")[0].at("state") != "busy") {}
  exec.signal(SIGINT);
  EXPECT_EQ(exec.finish(), 130) << exec.text();
  EXPECT_EQ(enginery("exec '1 + 1' --timeout 20").out, "[0] 2\n");
}

TEST_F(CliTest, ExecOfWhatCrashesSaysWhereInTheUsersCode) {
  const auto command = start_ready({"-n", "1", "--load", "testing"});
  const std::string err = enginery("exec \"testing.crash('abort', '')\"").err;
  EXPECT_THAT(
      err, ContainsRegex("\\[0\\]   at [^\n]*crash\\([^\n]*\\) in testing.so(\\+0x[0-9a-f]+| \\([^\n]*:[0-9]+\\))\n"));
  EXPECT_THAT(err, ContainsRegex("  at abort in lib(c|tsan)\\.so"));
  for (const char* words : {"enginery::evaluator", "std::__invoke", "std::visit"})
    EXPECT_THAT(err, Not(HasSubstr(words)));
}

}  // namespace
}  // namespace enginery::testing_processes
