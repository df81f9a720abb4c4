// tests/unit/delivery/module_cache_test.cpp: copies of modules in a private folder.
#include "core/delivery/module_cache.hpp"

#include <sys/stat.h>

#include <filesystem>
#include <string_view>

#include "tests/unit/modules/plugin_fixture.hpp"

namespace enginery::modules {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class ModuleCacheTest : public PluginTest {
 protected:
  static std::span<const std::byte> bytes(std::string_view text) { return std::as_bytes(std::span(text)); }
  static std::string text(const std::filesystem::path& file) {
    const std::vector<char> content = bytes_of(file);
    return {content.begin(), content.end()};
  }
  const BuildId build_{"c0ffee"};
};

TEST_F(ModuleCacheTest, AFileIsKeptAtAPathWithItsBuildId) {
  const ModuleCache cache = ModuleCache::standard();
  const std::filesystem::path file = cache.keep(build_.hex, "norms.so", bytes("code"));
  EXPECT_THAT(file.string(), AllOf(HasSubstr("c0ffee"), HasSubstr((folder_ / "cache").string())));
  EXPECT_EQ(text(file), "code");
  EXPECT_EQ(cache.keep(build_.hex, "norms.so", bytes("code")), file);
}

TEST_F(ModuleCacheTest, ItsFolderIsPrivate) {
  const ModuleCache cache = ModuleCache::standard();
  struct stat status;
  ASSERT_EQ(stat(cache.folder().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0700u);
}

TEST_F(ModuleCacheTest, TheFoldersThatItHasToMakeArePrivateWhateverTheUmaskIs) {
  unsetenv("ENGINERY_CACHE");
  setenv("XDG_CACHE_HOME", (folder_ / "home" / ".cache").c_str(), 1);
  const mode_t umask_before = umask(0);
  ModuleCache::standard();
  umask(umask_before);
  unsetenv("XDG_CACHE_HOME");
  for (const char* each : {"home", "home/.cache", "home/.cache/enginery"}) {
    struct stat status;
    ASSERT_EQ(stat((folder_ / each).c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0700u) << each;
  }
}

TEST_F(ModuleCacheTest, ADamagedFileIsReplacedAndMustBeProvenAgain) {
  const ModuleCache cache = ModuleCache::standard();
  const std::filesystem::path file = cache.keep(build_.hex, "norms.so", bytes("code"));
  EXPECT_FALSE(cache.proven(file));
  cache.set_proven(file);
  EXPECT_TRUE(cache.proven(file));
  std::filesystem::resize_file(file, 2);
  cache.keep(build_.hex, "norms.so", bytes("code"));
  EXPECT_EQ(text(file), "code");
  EXPECT_FALSE(cache.proven(file));
}

TEST_F(ModuleCacheTest, AFolderThatCannotServeIsRefusedWithTheVariableThatNamesAnother) {
  setenv("ENGINERY_CACHE", write("file", {}).c_str(), 1);
  const PluginLoadError error = refusal([] { ModuleCache::standard(); });
  EXPECT_EQ(error.stage(), LoadStage::read);
  EXPECT_THAT(error.what(), HasSubstr("ENGINERY_CACHE"));
}

}  // namespace
}  // namespace enginery::modules
