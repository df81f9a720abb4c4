// tests/unit/engine/import_watch_test.cpp: code that could do something is noticed when it comes.
#include "engine/import_watch.hpp"

#include <dlfcn.h>

#include <gtest/gtest.h>

namespace enginery::engine {
namespace {

void load(const char* plugin) {
  ASSERT_TRUE(::dlopen((std::string(FIXTURE_PLUGINS "/") + plugin + ".so").c_str(), RTLD_NOW | RTLD_LOCAL))
      << ::dlerror();
}

TEST(ImportWatchTest, ModulesAreLookedAtAsTheyCome) {
  ImportWatch pipes({"pipe"}), nothing({"no_such_function"});
  EXPECT_FALSE(pipes.found());
  load("norms");
  EXPECT_FALSE(pipes.found());
  load("rude");  // which makes a pipe
  EXPECT_TRUE(pipes.found());
  EXPECT_TRUE(pipes.found());
  EXPECT_FALSE(nothing.found());
}

TEST(ImportWatchTest, WhatWasThereBeforeCountsOnlyIfItIsToCount) {
  ::dlopen(nullptr, RTLD_NOW);  // this test calls it
  EXPECT_FALSE(ImportWatch({"dlopen"}).found());
  EXPECT_TRUE(ImportWatch({"dlopen"}, ImportWatch::Own::counts).found());
}

}  // namespace
}  // namespace enginery::engine
