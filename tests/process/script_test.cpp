// tests/process/script_test.cpp: scripts and statements of C++ that are compiled when they are run.
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "tests/process/cluster_fixture.hpp"

namespace enginery {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

/// A script that no precompiled headers serve.
constexpr const char* kWithMacro = R"(#define ENGINERY_PLUGIN_VERSION "3.1"
#include <enginery/plugin.hpp>
ENGINERY_PLUGIN(script, m) { m.set("version", enginery_plugin_descriptor.version); }
)";

/// Scripts in a folder of the test's own, a compiler that counts, and a cache that all tests share, as the precompiled
/// headers in it take long to make.
class ScriptTest : public ClusterTest {
 protected:
  void SetUp() override {
    ClusterTest::SetUp();
    setenv("ENGINERY_CACHE", SCRIPT_CACHE, 1);
    setenv("ENGINERY_CXX", COUNTING_COMPILER, 1);
    setenv("LC_ALL", "C", 1);  // the compiler's words
    setenv("COMPILER_LOG", (folder_ / "log").c_str(), 1);
  }
  void TearDown() override {
    ClusterTest::TearDown();
    unsetenv("ENGINERY_CXX");
    unsetenv("COMPILER_LOG");
  }

  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name) << text;
    return (folder_ / name).string();
  }
  /// A text that was never compiled before.
  static std::string unseen() {
    static int count = 0;
    return "// " + std::to_string(getpid()) + " " + std::to_string(++count) + " " +
           std::to_string(std::chrono::system_clock::now().time_since_epoch().count()) + "\n";
  }
  /// How often a script was compiled; the shared headers do not count.
  int compilations() const {
    std::ifstream log(folder_ / "log");
    int count = 0;
    for (std::string line; std::getline(log, line);) count += line.find("-shared") != line.npos;
    return count;
  }
  template <class F>
  static CompileError compile_error_of(const F& call) {
    try {
      call();
    } catch (const CompileError& error) {
      return error;
    }
    ADD_FAILURE() << "it compiles";
    return CompileError("", "", "");
  }
};

TEST_F(ScriptTest, AScriptIsCompiledOnceAndRunsOnEveryEngine) {
  start_engines(2, "");
  const std::string script = write("script.cpp", unseen() + R"(#include <enginery/plugin.hpp>
static int triple(int x) { return 3 * x; }
ENGINERY_PLUGIN(script, m) {
  m.set("a", 5);
  m.def("triple", triple, "x"_a);
}
)");
  std::ostringstream printed;
  const auto ran = on(0).run(script);
  ran.get();
  printed << ran;
  EXPECT_EQ(printed.str(), "<AsyncResult: execute:finished>");
  EXPECT_EQ(compilations(), 1);
  rc().all().run(script).get();
  EXPECT_EQ(compilations(), 1);
  EXPECT_THAT(rc().all().apply_sync<int>("triple", Reference("a")), ElementsAre(15, 15));
}

TEST_F(ScriptTest, AScriptIsCompiledAnewWhenAHeaderOfItsOwnChangesAndOnlyThen) {
  const DirectView here = local();
  const std::string script = write("script.cpp", unseen() + R"(#include "an answer.hpp"
#include <enginery/plugin.hpp>
ENGINERY_PLUGIN(script, m) { m.set("answer", kAnswer); }
)");
  const std::string header = write("an answer.hpp", "constexpr int kAnswer = 41;\n");
  here.run(script).get();
  EXPECT_EQ(here.get<int>("answer"), 41);
  write("an answer.hpp", "constexpr int kAnswer = 42;\n");
  here.run(script).get();
  EXPECT_EQ(here.get<int>("answer"), 42);
  EXPECT_EQ(compilations(), 2);
  fs::last_write_time(header, fs::last_write_time(header) - std::chrono::hours(1));
  here.run(script).get();
  EXPECT_EQ(compilations(), 2);
}

TEST_F(ScriptTest, WhatDoesNotCompileIsReportedWithTheUsersOwnLine) {
  const std::string script = write("script.cpp", R"(#include <enginery/plugin.hpp>

ENGINERY_PLUGIN(script, m) {
  m.set("a", nonsense);
  m.set("b", rubbish);
}
)");
  const CompileError error = compile_error_of([&] { local().run(script); });
  EXPECT_EQ(error.ename(), "CompileError");
  EXPECT_EQ(error.file(), script);
  EXPECT_THAT(error.what(), StartsWith(script + ":4:14: error: 'nonsense' was not declared"));
  EXPECT_THAT(error.diagnostics(), HasSubstr(script + ":5:14: error: 'rubbish' was not declared"));
}

TEST_F(ScriptTest, AFunctionThatIsDefinedNowhereIsAnErrorHereNotOnTheEngine) {
  const std::string script = write("script.cpp", R"(#include <enginery/plugin.hpp>
int nowhere();
ENGINERY_PLUGIN(script, m) { m.set("a", nowhere()); }
)");
  const CompileError error = compile_error_of([&] { local().run(script); });
  EXPECT_THAT(error.what(), StartsWith(script + ":"));
  EXPECT_THAT(error.what(), HasSubstr("undefined reference to `nowhere()'"));
  EXPECT_THAT(error.what(), HasSubstr("a script links no libraries: make a project of it, with enginery_add_plugin"));
}

TEST_F(ScriptTest, WithoutACompilerTheErrorSaysWhatToDo) {
  setenv("ENGINERY_CXX", "no-such-compiler", 1);
  const std::string script = write("script.cpp", "");
  const CompileError error = compile_error_of([&] { local().run(script); });
  EXPECT_THAT(error.what(), StartsWith(script + ": there is no compiler 'no-such-compiler'"));
  EXPECT_THAT(error.what(), HasSubstr("ENGINERY_CXX"));
  EXPECT_EQ(error.diagnostics(), "");
  EXPECT_THAT(error_of([&] { local().run((folder_ / "none.cpp").string()); }), HasSubstr("none.cpp: stage read: "));
}

TEST_F(ScriptTest, StatementsAssignReadAndCallInTheEnginesNamespace) {
  start_engines(2, "--load testing");
  rc().all()["a"] = 20;
  const auto ran = on(0).execute_cpp(unseen() + R"(
    // what leads is in front of the statements
    #include <bitset>
    const int m = globals().at<int>("a");
    globals()["b"] = 2 * m + static_cast<int>(std::bitset<8>(3).count());
    globals()["c"] = std::vector<double>{1, 2, 3};)");
  ran.get();
  std::ostringstream printed;
  printed << ran;
  EXPECT_EQ(printed.str(), "<AsyncResult: execute:finished>");
  EXPECT_THAT(ran.metadata().execute_input, HasSubstr("2 * m + static_cast<int>(std::bitset<8>(3).count())"));
  EXPECT_EQ(on(0).get<int>("b"), 42);
  EXPECT_THAT(on(0).get<std::vector<double>>("c"), ElementsAre(1, 2, 3));

  const std::string both =
      unseen() + R"(globals()["b"] = globals().get("a") + 1; m.def("half", [](double x) { return x / 2; });)";
  rc().all().execute_cpp(both).get();
  EXPECT_EQ(compilations(), 2);
  EXPECT_THAT(rc().all().get<int>("b"), ElementsAre(21, 21));
  EXPECT_THAT(rc().all().apply_sync<double>("half", Reference("b")), ElementsAre(10.5, 10.5));
  rc().all()["a"] = 1;
  rc().all().execute_cpp(both).get();  // the same code, run again
  EXPECT_EQ(compilations(), 2);
  EXPECT_THAT(rc().all().get<int>("b"), ElementsAre(2, 2));

  EXPECT_EQ(error_of([&] { on(0).execute_cpp(unseen() + "std::vector<int>().at(3);").get(); }).find("IndexError: "), 0u)
      << "what the statements throw is theirs, not an error of loading";
  on(1).erase("a");
  EXPECT_THAT(error_of([&] { on(1).execute_cpp(both).get(); }), HasSubstr("name 'a' is not defined"));
}

TEST_F(ScriptTest, StatementsThatDoNotCompileAreReportedByTheirOwnLines) {
  const CompileError error = compile_error_of([&] {
    local().execute_cpp(
        "#include <bitset>\n"
        "int a = 5;\n"
        "globals()[\"a\"] = a + nonsense;\n");
  });
  EXPECT_EQ(error.file(), "<execute_cpp>");
  EXPECT_THAT(error.what(), StartsWith("<execute_cpp>:3:22: error: 'nonsense' was not declared"));
  const CompileError include = compile_error_of([&] { local().execute_cpp("\n#include <no/such.hpp>\n;"); });
  EXPECT_THAT(include.what(), StartsWith("<execute_cpp>:2:10: fatal error: no/such.hpp"));
}

TEST_F(ScriptTest, ProcessesThatWantTheSameScriptAtOnceCompileItOnce) {
  const std::string script = write("script.cpp", unseen() + R"(#include <enginery/plugin.hpp>
ENGINERY_PLUGIN(script, m) { m.set("a", 5); }
)");
  constexpr int kProcesses = 4;
  std::atomic<int> failed = 0;
  std::vector<std::string> built;
  std::vector<std::jthread> processes;
  for (int i = 0; i < kProcesses; ++i) built.push_back((folder_ / ("built" + std::to_string(i) + ".so")).string());
  for (const std::string& file : built)
    processes.emplace_back([&] { failed += run("build " + script + " -o " + file) != 0; });
  processes.clear();
  EXPECT_EQ(failed, 0);
  EXPECT_EQ(compilations(), 1);
  for (const std::string& file : built) {
    local().clear();
    local().run(file).get();
    EXPECT_EQ(local().get<int>("a"), 5);
  }
}

TEST_F(ScriptTest, AScriptThatDefinesMacrosForHeadersIsCompiledAsItStands) {
  local().run(write("script.cpp", kWithMacro)).get();
  EXPECT_EQ(local().get<std::string>("version"), "3.1");
  std::ifstream log(folder_ / "log");
  std::stringstream commands;
  commands << log.rdbuf();
  EXPECT_THAT(commands.str(), Not(HasSubstr("-include")));
}

TEST_F(ScriptTest, PrecompiledHeadersThatWereNotUsedForLongMakeRoom) {
  setenv("ENGINERY_CACHE", (folder_ / "cache").c_str(), 1);
  const auto now = fs::file_time_type::clock::now();
  const auto use = [&](int days_ago) {
    const fs::path entry = folder_ / "cache/scripts" / ("headers-" + std::to_string(days_ago));
    fs::create_directories(entry);
    std::ofstream(entry / "lock").flush();
    fs::last_write_time(entry / "lock", now - std::chrono::hours(24 * days_ago + 1));
    return entry;
  };
  std::vector<fs::path> entries;
  for (int days_ago = 0; days_ago < 6; ++days_ago) entries.push_back(use(days_ago));
  local().run(write("script.cpp", kWithMacro)).get();
  std::vector<bool> kept;
  for (const fs::path& entry : entries) kept.push_back(fs::exists(entry));
  EXPECT_THAT(kept, ElementsAre(true, true, true, true, false, false));
}

}  // namespace
}  // namespace enginery
