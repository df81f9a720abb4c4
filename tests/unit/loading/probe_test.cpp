// tests/unit/loading/probe_test.cpp: what a probe process says is read while it runs.
#include "core/modules/probe.hpp"

#include <gtest/gtest.h>

namespace enginery::modules {
namespace {

TEST(ProbeTest, AProbeThatOpensManyFilesIsNotHeldUpByWhatItSays) {
  const Probe probe{.command = {"/bin/sh", "-c", "for i in $(seq 2000); do printf + >&3; done; exit 83"}};
  EXPECT_NO_THROW(probe.open("plugin.so", "plugin.so", {}));
}

}  // namespace
}  // namespace enginery::modules
