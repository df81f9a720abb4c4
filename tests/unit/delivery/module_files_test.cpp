// tests/unit/delivery/module_files_test.cpp: what an engine must have to load a module.
#include "core/delivery/module_files.hpp"

#include <dlfcn.h>

#include <algorithm>
#include <filesystem>

#include "core/modules/elf_file.hpp"
#include "core/modules/mapped_code.hpp"
#include "tests/unit/modules/plugin_fixture.hpp"

namespace enginery::modules {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

namespace fs = std::filesystem;

class ModuleFilesTest : public PluginTest {
 protected:
  /// Copies a built file to the same place in the test's own folder.
  std::string copy(const std::string& name) const { return write(name, bytes_of(FIXTURE_PLUGINS "/" + name)); }
  static std::vector<std::string> names(const ModuleFiles& files) {
    std::vector<std::string> names;
    for (const ModuleFile& file : files.files()) names.push_back(file.name);
    return names;
  }
  static BuildId build_of(const std::string& path) {
    const PluginFile file = PluginFile::read(path);
    return ElfFile::read(file.bytes.span(), path).build_id;
  }
};

TEST_F(ModuleFilesTest, AHashIsTheSha256OfTheBytes) {
  const std::string abc = "abc";
  EXPECT_EQ(ContentHash::of(std::as_bytes(std::span(abc))).hex(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_F(ModuleFilesTest, AModuleThatNeedsNothingOfTheUsersIsOneFile) {
  const auto files = ModuleFiles::of_file(good("norms"));
  EXPECT_THAT(names(*files), ElementsAre("norms.so"));
  EXPECT_EQ(files->module().path, good("norms"));
  EXPECT_EQ(files->build_id(), build_of(good("norms")));
  EXPECT_EQ(files->module().size, fs::file_size(good("norms")));
  const Bytes content = files->read(0, 0, files->module().size);
  EXPECT_EQ(ContentHash::of(content.span()), files->module().hash);
}

TEST_F(ModuleFilesTest, TheUsersOwnLibrariesComeBeforeThoseThatNeedThem) {
  EXPECT_THAT(names(*ModuleFiles::of_file(good("chained/chained"))),
              ElementsAre("libfixture_answer.so", "libfixture_middle.so", "chained.so"));
}

TEST_F(ModuleFilesTest, ALibraryThatIsNowhereIsLeftToTheEngine) {
  copy("chained/libfixture_middle.so");
  EXPECT_THAT(names(*ModuleFiles::of_file(copy("chained/chained.so"))),
              ElementsAre("libfixture_middle.so", "chained.so"));
}

TEST_F(ModuleFilesTest, TheyAreMadeOnceWhileNoFileChanges) {
  copy("beside/libfixture_answer.so");
  copy("chained/libfixture_middle.so");
  const std::string module = copy("chained/chained.so");
  const auto files = ModuleFiles::of_file(module);
  EXPECT_EQ(ModuleFiles::of_file(module), files);
  copy("beside/libfixture_answer.so");
  EXPECT_NE(ModuleFiles::of_file(module), files);
}

TEST_F(ModuleFilesTest, AFileThatChangedIsNotReadForWhatItWas) {
  const std::string file = copy("myscript.so");
  const auto files = ModuleFiles::of_file(file);
  copy("myscript.so");
  const PluginLoadError error = refusal([&] { files->read(0, 0, 1); });
  EXPECT_EQ(error.stage(), LoadStage::read);
  EXPECT_THAT(error.what(), AllOf(HasSubstr(file), HasSubstr("built anew")));
}

TEST_F(ModuleFilesTest, ALibraryWithoutABuildIdIsNamedWithTheOptionThatMakesOne) {
  std::vector<char> library = bytes_of(good("chained/libfixture_middle"));
  const std::string owner = "GNU";  // of the note: any other name, and there is no build-id
  const auto note = std::search(library.begin(), library.end(), owner.c_str(), owner.c_str() + 4);
  ASSERT_NE(note, library.end());
  for (auto at = library.begin();
       (at = std::search(at, library.end(), owner.c_str(), owner.c_str() + 4)) != library.end();)
    *at = 'X';
  const std::string file = write("chained/libfixture_middle.so", library);
  const PluginLoadError error = refusal([&] { ModuleFiles::of_file(copy("chained/chained.so")); });
  EXPECT_THAT(error.what(), AllOf(HasSubstr("libfixture_middle.so"), HasSubstr("-Wl,--build-id")));
}

TEST_F(ModuleFilesTest, OfAMappedModuleTheLibrariesAreThoseOfThisProcess) {
  const std::string library = copy("beside/libfixture_answer.so"), module = copy("chained/libfixture_middle.so");
  void* const handle = dlopen(module.c_str(), RTLD_NOW | RTLD_LOCAL);
  ASSERT_NE(handle, nullptr) << dlerror();
  const auto mapped = mapped_library("libfixture_answer.so");
  ASSERT_TRUE(mapped);
  EXPECT_TRUE(fs::equivalent(mapped->path, library)) << mapped->path;
  EXPECT_EQ(mapped->build_id, build_of(library));
  const auto files = ModuleFiles::of_mapped(module, build_of(module));
  EXPECT_THAT(names(*files), ElementsAre("libfixture_answer.so", "libfixture_middle.so"));
  fs::remove(module);
  EXPECT_EQ(ModuleFiles::of_mapped(module, files->build_id()), files) << "what is mapped does not change";
  dlclose(handle);
}

TEST_F(ModuleFilesTest, AProgramThatWasRebuiltSinceItStartedIsToBeStartedAgain) {
  const std::string file = copy("generation_2/generation.so");
  const PluginLoadError error =
      refusal([&] { ModuleFiles::of_mapped(file, build_of(good("generation_1/generation"))); });
  EXPECT_THAT(error.what(),
              AllOf(HasSubstr(file), HasSubstr("was rebuilt since it started"), HasSubstr("Start it again")));
}

}  // namespace
}  // namespace enginery::modules
