// tests/unit/modules/find_plugin_test.cpp: from a plugin's name to its file.
#include "core/modules/plugin_file.hpp"

#include "tests/unit/modules/plugin_fixture.hpp"

namespace enginery::modules {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

class FindPluginTest : public PluginTest {
 protected:
  void search(const std::string& folders) { setenv("ENGINERY_PLUGIN_PATH", folders.c_str(), 1); }
};

TEST_F(FindPluginTest, TheFirstFolderThatHasItWins) {
  const std::string second = write("two/mine.so", {}), first = write("one/libmine.so", {});
  search((folder_ / "none").string() + ":" + (folder_ / "one").string() + "::" + (folder_ / "two").string());
  EXPECT_EQ(find_plugin("mine"), first);
}

TEST_F(FindPluginTest, APluginThatIsNowhereIsToldWithTheFoldersAndTheNearestName) {
  search(FIXTURE_PLUGINS);
  const PluginLoadError error = refusal([] { find_plugin("nroms"); });
  EXPECT_EQ(error.stage(), LoadStage::find);
  EXPECT_THAT(error.what(), AllOf(HasSubstr("'nroms'"), HasSubstr(FIXTURE_PLUGINS), HasSubstr("Did you mean 'norms'?"),
                                  HasSubstr("ENGINERY_PLUGIN_PATH"), HasSubstr("a client's import brings them"),
                                  Not(HasSubstr("for the engines too"))));
}

TEST_F(FindPluginTest, SourceCodeIsToldHowItBecomesAPlugin) {
  const PluginLoadError error = refusal([] { find_plugin("norms.cpp"); });
  EXPECT_EQ(error.stage(), LoadStage::elf);
  EXPECT_THAT(error.what(), AllOf(HasSubstr("this is source code"), HasSubstr("enginery_add_plugin")));
}

TEST_F(FindPluginTest, APathIsNoName) {
  write("norms.so", {});
  search(folder_);
  for (const char* name : {"", "../norms", "a/b", "norms.so", "3d"}) {
    const PluginLoadError error = refusal([&] { find_plugin(name); });
    EXPECT_EQ(error.stage(), LoadStage::find) << name;
    EXPECT_THAT(error.what(), HasSubstr("A name is letters, digits and _, and begins with no digit")) << name;
  }
}

TEST_F(FindPluginTest, TheBundledPluginsAreSearchedLast) {
  search(folder_);
  EXPECT_EQ(plugin_folders().front(), folder_);
  EXPECT_THAT(plugin_folders().back(), HasSubstr("/enginery/plugins"));
}

TEST_F(FindPluginTest, AllNamesAreListed) {
  search(FIXTURE_PLUGINS);
  EXPECT_THAT(plugin_names(), AllOf(Contains("norms"), Contains("myscript")));
}

}  // namespace
}  // namespace enginery::modules
