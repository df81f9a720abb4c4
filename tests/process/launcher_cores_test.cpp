// tests/process/launcher_cores_test.cpp: how many engines a launcher starts, and how many threads it gives each.
#include <sched.h>

#include <cstdlib>
#include <fstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <enginery/connection.hpp>

#include "tests/process/launcher_fixture.hpp"

namespace enginery::testing_processes {
namespace {

/// What the process's environment was at its start.
std::string environment_of(const Watched& process, const std::string& name) {
  std::ifstream file("/proc/" + std::to_string(process.pid()) + "/environ");
  for (std::string line; std::getline(file, line, '\0');)
    if (line.starts_with(name + "=")) return line.substr(name.size() + 1);
  return "unset";
}

TEST_F(LauncherTest, ThereIsOneEngineForEachCoreThatTheLauncherMayUseAndEachHasItsShare) {
  cpu_set_t all, one;
  ASSERT_EQ(::sched_getaffinity(0, sizeof all, &all), 0);
  CPU_ZERO(&one);
  for (int core = 0; CPU_COUNT(&one) == 0; ++core)
    if (CPU_ISSET(core, &all)) CPU_SET(core, &one);
  ::unsetenv("OMP_NUM_THREADS");
  ASSERT_EQ(::sched_setaffinity(0, sizeof one, &one), 0);
  {
    const auto command = start();
    ::sched_setaffinity(0, sizeof all, &all);
    EXPECT_TRUE(command->writes("1 engine of cluster 'default' is ready")) << command->text_so_far();
    for (const Watched& child : children_of(command->pid()))
      EXPECT_EQ(environment_of(child, "OMP_NUM_THREADS"),
                child.pid() == Connection::find().hub.process.pid ? "unset" : "1");
  }
  ::setenv("OMP_NUM_THREADS", "7", 1);
  const auto command = start_ready({"-n", "1"});
  ::unsetenv("OMP_NUM_THREADS");
  for (const Watched& child : children_of(command->pid())) EXPECT_EQ(environment_of(child, "OMP_NUM_THREADS"), "7");
}

}  // namespace
}  // namespace enginery::testing_processes
