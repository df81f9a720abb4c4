// tests/unit/plugins/system_test.cpp: the process and host as the system plugin tells of them.
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <thread>
#include <tuple>

#include <enginery/stop.hpp>

#include "tests/sanitized.hpp"
#include "tests/unit/plugins/bundled_plugin.hpp"

namespace enginery {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

class SystemTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { system_ = std::make_unique<BundledPlugin>(SYSTEM_PLUGIN); }
  static void TearDownTestSuite() { system_.reset(); }
  void SetUp() override { home_ = std::filesystem::current_path(); }
  void TearDown() override {
    begin_stoppable_task();
    std::filesystem::current_path(home_);
  }
  static Value call(const char* task, const List& positional = {}) { return system_->call(task, positional); }
  static std::string refusal(const char* task, const List& positional = {}) {
    return system_->refusal(task, positional);
  }
  static std::int64_t bytes(const char* key) { return call("memory").at(key).as<std::int64_t>(); }

  static inline std::unique_ptr<BundledPlugin> system_;
  std::filesystem::path home_;
};

TEST_F(SystemTest, EveryTaskIsDocumented) { expect_documented(**system_); }

TEST_F(SystemTest, TheProcessAndHostAreThese) {
  EXPECT_EQ(call("getpid"), Value(std::int64_t{getpid()}));
  char name[256] = "";
  gethostname(name, sizeof name - 1);
  EXPECT_EQ(call("hostname"), Value(name));
  EXPECT_EQ(call("uname").at("node"), Value(name));
  EXPECT_EQ(call("uname").at("system"), Value("Linux"));
  EXPECT_EQ(call("uname").size(), 5u);
  EXPECT_EQ(call("cpu_count"), Value(std::int64_t{sysconf(_SC_NPROCESSORS_ONLN)}));
}

TEST_F(SystemTest, TheLoadIsThreeAverages) {
  for (const double average : {0, 1, 2}) EXPECT_GE(call("getloadavg").at(static_cast<int>(average)).as<double>(), 0);
  EXPECT_EQ(call("getloadavg").size(), 3u);
}

TEST_F(SystemTest, MemoryIsInBytes) {
  EXPECT_EQ(bytes("total"), std::int64_t{sysconf(_SC_PHYS_PAGES)} * sysconf(_SC_PAGESIZE));
  EXPECT_GT(bytes("available"), 0);
  EXPECT_LE(bytes("available"), bytes("total"));
}

TEST_F(SystemTest, WhatTheProcessTouchesBecomesResident) {
  constexpr std::int64_t kMore = 64 << 20;
  const std::int64_t before = bytes("resident");
  EXPECT_GT(before, 1 << 20);
  const std::vector<char> touched(kMore, 'x');
  const auto more = static_cast<double>(bytes("resident") - before);
  if (kSanitized)
    EXPECT_GT(more, kMore / 2);  // the memory about memory counts too
  else
    EXPECT_NEAR(more, kMore, kMore / 8);
}

TEST_F(SystemTest, TheWorkingFolderIsWhereItWasChangedTo) {
  const OwnFolder folder;
  const std::string there = std::filesystem::canonical(folder.path());
  EXPECT_EQ(call("chdir", {folder.path()}), Value(there));
  EXPECT_EQ(call("cwd"), Value(there));
  EXPECT_EQ(std::filesystem::current_path(), there);
}

TEST_F(SystemTest, AFolderThatIsNotThereIsAnOSErrorOfTheSystemsWords) {
  EXPECT_THAT(refusal("chdir", {"/nonexistent"}),
              AllOf(StartsWith("OSError: system.chdir: [Errno 2] No such file or directory: '/nonexistent'; "),
                    HasSubstr("engine's host")));
  EXPECT_THAT(refusal("chdir", {"/dev/null"}), HasSubstr("[Errno 20] Not a directory: '/dev/null'"));
  EXPECT_THAT(refusal("chdir", {std::string("/tmp\0/x", 7)}), HasSubstr("[Errno 22] Invalid argument: '/tmp\\x00/x'"));
  EXPECT_EQ(std::filesystem::current_path(), home_);
}

TEST_F(SystemTest, AWorkingFolderThatWasRemovedIsAnOSError) {
  {
    const OwnFolder folder;
    call("chdir", {folder.path()});
  }
  EXPECT_THAT(refusal("cwd"),
              AllOf(StartsWith("OSError: system.cwd: [Errno 2] No such file or directory: the working folder; "),
                    HasSubstr("system.chdir")));
}

TEST_F(SystemTest, SleepTakesItsTime) {
  EXPECT_GE(call("sleep", {0.06}).as<double>(), 0.06);
  EXPECT_LT(call("sleep", {0}).as<double>(), 10);
}

TEST_F(SystemTest, SleepEndsWhenItIsAskedToStop) {
  std::thread asks([] { request_stop(); });
  EXPECT_LT(call("sleep", {1e300}).as<double>(), 60);
  EXPECT_LT(call("sleep", {INFINITY}).as<double>(), 60);
  asks.join();
}

TEST_F(SystemTest, NegativeSecondsAreRefused) {
  EXPECT_EQ(refusal("sleep", {-0.5}), "ValueError: system.sleep: seconds are not negative; got -0.5");
  EXPECT_THAT(refusal("sleep", {NAN}), HasSubstr("got nan"));
}

TEST_F(SystemTest, AVariableIsThatOfTheEnvironmentElseTheFallback) {
  setenv("ENGINERY_TEST_VARIABLE", "blue", 1);
  EXPECT_EQ(call("getenv", {"ENGINERY_TEST_VARIABLE"}), Value("blue"));
  EXPECT_EQ(call("getenv", {"ENGINERY_TEST_VARIABLE", "red"}), Value("blue"));
  unsetenv("ENGINERY_TEST_VARIABLE");
  EXPECT_TRUE(call("getenv", {"ENGINERY_TEST_VARIABLE"}).is_none());
  EXPECT_EQ(call("getenv", {"ENGINERY_TEST_VARIABLE", "red"}), Value("red"));
  for (const Value& name : List{"", "A=B"})
    EXPECT_THAT(refusal("getenv", {name}), AllOf(StartsWith("ValueError: system.getenv: " + name.repr()),
                                                 HasSubstr("cannot be a variable's name")));
}

}  // namespace
}  // namespace enginery
