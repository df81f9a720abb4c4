// tests/unit/launcher/allowed_cores_test.cpp: affinity and quotas, as /proc and /sys show them.
#include "launcher/launcher.hpp"

#include <sched.h>

#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

namespace enginery::tools {
namespace {

namespace fs = std::filesystem;

class AllowedCoresTest : public ::testing::Test {
 protected:
  AllowedCoresTest() {
    char path[] = "/tmp/allowed-cores-test-XXXXXX";
    root_ = ::mkdtemp(path);
    affinity_ = allowed_cores(root_);  // nothing there says more
  }
  ~AllowedCoresTest() override { fs::remove_all(root_); }

  void write(const std::string& file, const std::string& text) const {
    fs::create_directories((root_ / file).parent_path());
    std::ofstream(root_ / file) << text;
  }
  void expect_cores(int cores) const { EXPECT_EQ(allowed_cores(root_), std::min(cores, affinity_)); }

  fs::path root_;
  int affinity_;
};

TEST_F(AllowedCoresTest, TheAffinityCounts) {
  cpu_set_t all, one;
  ASSERT_EQ(::sched_getaffinity(0, sizeof all, &all), 0);
  EXPECT_EQ(affinity_, CPU_COUNT(&all));
  CPU_ZERO(&one);
  for (int core = 0; CPU_COUNT(&one) == 0; ++core)
    if (CPU_ISSET(core, &all)) CPU_SET(core, &one);
  ASSERT_EQ(::sched_setaffinity(0, sizeof one, &one), 0);
  EXPECT_EQ(allowed_cores(root_), 1);
  ::sched_setaffinity(0, sizeof all, &all);
}

TEST_F(AllowedCoresTest, TheSmallestQuotaOfAllGroupsAroundOursCounts) {
  if (affinity_ == 1) GTEST_SKIP() << "one core is the least in any case";
  write("proc/self/mountinfo", "31 24 0:28 / /sys/fs/cgroup rw,relatime shared:9 - cgroup2 cgroup2 rw,nsdelegate\n");
  write("proc/self/cgroup", "0::/user.slice/job.scope\n");
  write("sys/fs/cgroup/user.slice/job.scope/cpu.max", "max 100000\n");
  expect_cores(affinity_);
  write("sys/fs/cgroup/user.slice/cpu.max", "190000 100000\n");
  expect_cores(1);
  write("sys/fs/cgroup/user.slice/job.scope/cpu.max", "300000 100000\n");
  expect_cores(1);
  write("sys/fs/cgroup/user.slice/cpu.max", "max 100000\n");
  expect_cores(3);
  write("sys/fs/cgroup/user.slice/job.scope/cpu.max", "5000 100000\n");
  expect_cores(1);
}

TEST_F(AllowedCoresTest, AContainersGroupIsFoundWhereItIsMounted) {
  if (affinity_ == 1) GTEST_SKIP() << "one core is the least in any case";
  write("proc/self/mountinfo",
        "32 31 0:29 /docker/c0ffee /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n"
        "33 31 0:30 /docker/c0ffee /sys/fs/cgroup/cpu,cpuacct ro,nosuid - cgroup cgroup rw,cpu,cpuacct\n");
  write("proc/self/cgroup", "5:memory:/docker/c0ffee\n4:cpu,cpuacct:/docker/c0ffee\n0::/\n");
  const std::string folder = "sys/fs/cgroup/cpu,cpuacct/";
  write(folder + "cpu.cfs_quota_us", "-1\n");
  write(folder + "cpu.cfs_period_us", "50000\n");
  expect_cores(affinity_);
  write(folder + "cpu.cfs_quota_us", "75000\n");
  expect_cores(1);
  // Without a namespace of groups, and with all of them mounted elsewhere.
  write("proc/self/cgroup", "4:cpu,cpuacct:/elsewhere\n");
  expect_cores(1);
}

}  // namespace
}  // namespace enginery::tools
