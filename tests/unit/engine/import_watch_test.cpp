// tests/unit/engine/import_watch_test.cpp: code that could do something is noticed when it comes.
#include "engine/import_watch.hpp"

#include <dlfcn.h>

#include <string>

#include <gtest/gtest.h>

namespace enginery::engine {
namespace {

void* load_file(const std::string& file) {
  void* const module = ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  EXPECT_TRUE(module) << ::dlerror();
  return module;
}
void load(const std::string& plugin) { load_file(FIXTURE_PLUGINS "/" + plugin + ".so"); }

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

TEST(ImportWatchTest, AModuleInThePlaceOfAnotherIsLookedAt) {
  ImportWatch uid({"getuid"});
  void* module = load_file(ASKS_GETPID);
  void* const place = ::dlsym(module, "ask");
  EXPECT_FALSE(uid.found());
  ::dlclose(module);
  module = load_file(ASKS_GETUID);
  EXPECT_EQ(::dlsym(module, "ask"), place) << "it lies elsewhere, which shows nothing";
  EXPECT_TRUE(uid.found());
}

TEST(ImportWatchTest, WhatWasThereBeforeCountsOnlyIfItIsToCount) {
  ::dlopen(nullptr, RTLD_NOW);  // this test calls it
  EXPECT_FALSE(ImportWatch({"dlopen"}).found());
  EXPECT_TRUE(ImportWatch({"dlopen"}, ImportWatch::Own::counts).found());
}

}  // namespace
}  // namespace enginery::engine
