// tests/unit/client/local_import_test.cpp: plugins that sync_imports opens in the client's own process.
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <enginery/client.hpp>

namespace enginery {
namespace {

using testing::AllOf;
using testing::HasSubstr;

namespace fs = std::filesystem;

class LocalImportTest : public testing::Test {
 protected:
  /// A process has one such engine, with one cache.
  static void SetUpTestSuite() {
    std::string folder = (fs::temp_directory_path() / "enginery-local-XXXXXX").string();
    ASSERT_NE(mkdtemp(folder.data()), nullptr);
    folder_ = folder;
    setenv("ENGINERY_CACHE", (folder_ / "cache").c_str(), 1);
    setenv("ENGINERY_COMMAND", FIXTURE_COMMAND, 1);
  }
  static void TearDownTestSuite() { fs::remove_all(folder_); }
  static fs::path built(const std::string& file) { return fs::path(FIXTURE_PLUGINS) / file; }
  static void copy(const std::string& file, const std::string& into) {
    fs::create_directories(folder_ / into);
    fs::copy_file(built(file), folder_ / into / fs::path(file).filename());
  }
  static void search(const fs::path& folder) { setenv("ENGINERY_PLUGIN_PATH", folder.c_str(), 1); }

  static inline fs::path folder_;
};

TEST_F(LocalImportTest, ALibraryThatIsMissingIsNamedAsOnAnEngine) {
  search(built("bad"));
  try {
    local().sync_imports({"missing_dependency"});
    FAIL() << "it was not refused";
  } catch (const PluginLoadError& error) {
    EXPECT_THAT(error.what(), HasSubstr("libfixture_answer.so"));
  }
}

TEST_F(LocalImportTest, WhatIsImportedIsSaidOnStdoutUnlessItIsToBeQuiet) {
  search(FIXTURE_PLUGINS);
  std::ostringstream out;
  std::streambuf* const before = std::cout.rdbuf(out.rdbuf());
  local().sync_imports({"norms", "boxes"}, {.quiet = true});
  const std::string quiet = out.str();
  local().sync_imports({"norms", "boxes"});
  std::cout.rdbuf(before);
  EXPECT_EQ(quiet, "");
  EXPECT_EQ(out.str(), "importing norms, boxes on engine(s)\n");
}

TEST_F(LocalImportTest, WhenOneIsNotFoundNoneIsImported) {
  search(FIXTURE_PLUGINS);
  local().clear();
  EXPECT_THROW(local().sync_imports({"norms", "nowhere"}), PluginLoadError);
  EXPECT_THAT(local().keys(), testing::IsEmpty());
}

TEST_F(LocalImportTest, TwoPluginsWithTwoBuildsOfOneLibraryAreBothHad) {
  copy("beside/beside.so", "old/beside");
  copy("beside/libfixture_answer.so", "old/beside");
  copy("chained/chained.so", "new/chained");
  copy("chained/libfixture_middle.so", "new/chained");
  copy("other_answer/libfixture_answer.so", "new/beside");
  search(folder_ / "old/beside");
  local().sync_imports({"beside"});
  search(folder_ / "new/chained");
  local().sync_imports({"chained"});
  EXPECT_EQ(local().apply_sync<int>("beside.answer"), 42);
  EXPECT_EQ(local().apply_sync<int>("chained.next_answer"), 44);
}

TEST_F(LocalImportTest, APluginIsTriedInAProcessOfItsOwnFirst) {
  search(built("bad"));
  try {
    local().sync_imports({"aborts"});
    FAIL() << "it was not refused";
  } catch (const PluginLoadError& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr("SIGABRT"), HasSubstr("the constructor gives up")));
  }
}

TEST_F(LocalImportTest, CodeThatRegistersItselfIsRefusedBesideItsLike) {
  search(built("registering"));
  local().sync_imports({"registers_row"});
  try {
    local().sync_imports({"registers_row_too"});
    FAIL() << "it was not refused";
  } catch (const PluginLoadError& error) {
    EXPECT_THAT(error.what(), HasSubstr("registers_row.so, which this process has loaded, killed the probe"));
  }
  EXPECT_EQ(local().apply_sync<int>("registers_row.build"), 1);
}

}  // namespace
}  // namespace enginery
