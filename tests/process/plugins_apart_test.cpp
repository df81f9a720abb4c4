// tests/process/plugins_apart_test.cpp: `enginery plugins` on files that cannot be in one process, or end theirs.
#include <gmock/gmock.h>

#include "tests/process/launcher_fixture.hpp"

namespace enginery::testing_processes {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class PluginsApartTest : public LauncherTest {
 protected:
  PluginsApartTest() { ::setenv("ENGINERY_CACHE", (base_ / "cache").c_str(), 1); }
};

TEST_F(PluginsApartTest, EachIsShownInAProcessOfItsOwn) {
  const auto [status, text] =
      run({"plugins", FIXTURE_PLUGINS "/aborting/body_aborts.so", FIXTURE_PLUGINS "/registering/registers_row.so",
           FIXTURE_PLUGINS "/registering/registers_row_too.so"});
  EXPECT_EQ(status, 1);
  EXPECT_THAT(text, AllOf(HasSubstr("body_aborts.so: stage init: its body, run in a process of its own, killed it by "
                                    "SIGABRT"),
                          HasSubstr("registers_row\n"), HasSubstr("registers_row_too\n"),
                          Not(HasSubstr("registered already"))));
}

}  // namespace
}  // namespace enginery::testing_processes
