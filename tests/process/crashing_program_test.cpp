// tests/process/crashing_program_test.cpp: engines meet programs whose globals no process of theirs survives.
#include "tests/process/cluster_fixture.hpp"
#include "tests/process/launcher_fixture.hpp"
#include "tests/sanitized.hpp"

namespace enginery {
namespace {

using testing::AllOf;
using testing::Each;
using testing::HasSubstr;
using testing::SizeIs;
using testing::StartsWith;

/// A build of crashing_program.cpp, and how it ends the process that loads it.
struct Crash {
  const char* name;
  const char* program;
  const char* how;

  friend void PrintTo(const Crash& crash, std::ostream* out) { *out << crash.name; }
};

class CrashingProgramTest : public ClusterTest, public testing::WithParamInterface<Crash> {
 protected:
  /// The lines that the program prints about `calls` calls.
  static std::vector<std::string> call(int calls) {
    testing_processes::Command command({std::to_string(calls)}, -1, GetParam().program);
    std::istringstream text(command.text());
    EXPECT_EQ(command.finish(), 0);
    std::vector<std::string> lines;
    for (std::string line; std::getline(text, line);) lines.push_back(line);
    return lines;
  }
};

TEST_P(CrashingProgramTest, IsRefusedAndTheEngineServesOn) {
  start_engines(1);
  on(0)["a"] = 25;
  const std::int64_t before = pid(0);
  const auto is_refused =
      AllOf(StartsWith("PluginLoadError: "), HasSubstr(".so: stage dlopen: loading it "), HasSubstr(GetParam().how),
            HasSubstr("move that work into"), HasSubstr("a program's main"));
  EXPECT_THAT(call(2), AllOf(SizeIs(2), Each(is_refused)));
  EXPECT_THAT(call(1), AllOf(SizeIs(1), Each(is_refused))) << "what was refused is kept by the host, but not proven";
  EXPECT_EQ(pid(0), before);
  EXPECT_EQ(on(0).apply_sync<std::int64_t>("testing.add", Reference("a"), 5), 30);
}

INSTANTIATE_TEST_SUITE_P(Constructors, CrashingProgramTest,
                         testing::Values(Crash{"Aborts", CRASHING_PROGRAMS "aborts",
                                               "SIGABRT (Aborted), saying \"the program's global gives up\""},
                                         Crash{"Segfaults", CRASHING_PROGRAMS "segfaults",
                                               kSanitized ? "(exit status " : "SIGSEGV"},
                                         Crash{"Exits", CRASHING_PROGRAMS "exits", "(exit status 0)"},
                                         Crash{"Throws", CRASHING_PROGRAMS "throws", "thrown by the program's global"}),
                         [](const auto& crash) { return std::string(crash.param.name); });

}  // namespace
}  // namespace enginery
