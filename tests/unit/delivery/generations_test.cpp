// tests/unit/delivery/generations_test.cpp: modules whose libraries were built again, beside those that are loaded.
#include <dlfcn.h>
#include <link.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>

#include "core/modules/elf_file.hpp"
#include "core/modules/mapped_code.hpp"
#include "tests/unit/modules/plugin_fixture.hpp"

namespace enginery::modules {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

namespace fs = std::filesystem;

/// Each module exists in one build; in the folder `old` its library is the first build, in `new` the second.
class GenerationsTest : public PluginTest {
 protected:
  void SetUp() override {
    PluginTest::SetUp();
    for (const std::string folder : {"old", "new"}) {
      const std::string answer = folder == "old" ? "beside" : "other_answer";
      write(folder + "/beside/libfixture_answer.so", built(answer + "/libfixture_answer.so"));
      for (const char* file : {"beside/beside.so", "chained/libfixture_middle.so", "chained/chained.so"})
        write(folder + '/' + file, built(file));
    }
    module("old/beside/beside.so");  // whatever other tests have loaded, the old build has the name
  }
  static std::vector<char> built(const std::string& name) { return bytes_of(FIXTURE_PLUGINS "/" + name); }

  /// As a client brings them. The module is not loaded yet.
  std::shared_ptr<const ModuleFiles> bring(const std::string& file) {
    auto files = ModuleFiles::of_file(folder_ / file);
    const ModuleCache cache = ModuleCache::standard();
    std::vector<BroughtFile> kept;
    for (std::size_t i = 0; i < files->files().size(); ++i) {
      IncomingFile copy(cache.place_of(files->files()[i]));
      const Bytes content = files->read(i, 0, files->files()[i].size);
      copy.write(0, content.span());
      kept.push_back(cache.accept(copy, files->files()[i]));
    }
    brought_->add(std::move(kept));
    return files;
  }
  std::shared_ptr<const SharedObject> module(const std::string& file) {
    return loader_.module(bring(file)->generation());
  }
  std::shared_ptr<ModuleNamespace> import(const std::string& name, const std::string& file) {
    return loader_.import(name, *module(file));
  }
  BuildId build_of(const std::string& file) const {
    const std::string path = folder_ / file;
    const PluginFile content = PluginFile::read(path);
    return ElfFile::read(content.bytes.span(), path).build_id;
  }
  static std::vector<std::string> mapped(const BuildId& build_id) {
    struct Looking {
      const BuildId& build_id;
      std::vector<std::string> found;
    } looking{build_id, {}};
    dl_iterate_phdr(
        [](dl_phdr_info* object, std::size_t, void* context) {
          auto& it = *static_cast<Looking*>(context);
          if (build_id_of(*object) == it.build_id) it.found.emplace_back(object->dlpi_name);
          return 0;
        },
        &looking);
    return looking.found;
  }

  const std::shared_ptr<BroughtModules> brought_ = std::make_shared<BroughtModules>();
  Loader loader_{probe(), brought_};
};

TEST_F(GenerationsTest, AnotherBuildOfALibraryIsLoadedBesideTheOneOfItsName) {
  const auto old = import("beside", "old/beside/beside.so"), young = import("beside", "new/beside/beside.so");
  EXPECT_NE(old, young);
  EXPECT_EQ(old->build_id, young->build_id);
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(call(*old, "answer"), Value(42));
    EXPECT_EQ(call(*young, "answer"), Value(43));
  }
}

TEST_F(GenerationsTest, EachHasItsOwnStaticsOfInlineFunctions) {
  const auto old = import("beside", "old/beside/beside.so"), young = import("beside", "new/beside/beside.so");
  EXPECT_EQ(call(*old, "kept_answer"), Value(42));
  EXPECT_EQ(call(*young, "kept_answer"), Value(43));
}

TEST_F(GenerationsTest, WhatNeedsThatLibraryIsThereForEachBuildOfIt) {
  const auto young = import("chained", "new/chained/chained.so"), old = import("chained", "old/chained/chained.so");
  EXPECT_EQ(call(*old, "next_answer"), Value(43));
  EXPECT_EQ(call(*young, "next_answer"), Value(44));
}

TEST_F(GenerationsTest, ABuildOfALibraryIsThereOnceForAllThatNeedIt) {
  const BuildId answer = build_of("new/beside/libfixture_answer.so");
  const std::size_t before = mapped(answer).size();
  const auto beside = module("new/beside/beside.so");
  EXPECT_EQ(module("new/beside/beside.so"), beside);
  module("new/chained/chained.so");
  EXPECT_EQ(mapped(answer).size(), before + 1);
}

TEST_F(GenerationsTest, WhatIsMappedLiesInTheCacheUnderAPlausibleName) {
  module("new/beside/beside.so");
  const fs::path library = mapped(build_of("new/beside/libfixture_answer.so")).back();
  EXPECT_THAT(library.string(), StartsWith((folder_ / "cache" / "modules").string()));
  EXPECT_THAT(library.filename().string(), testing::MatchesRegex("libfixture_[a-z0-9]{6}\\.so"));
  EXPECT_EQ(fs::path(mapped(build_of("new/beside/beside.so")).back()).filename(), "beside.so");
}

TEST_F(GenerationsTest, AnAddressIsThatOfItsGeneration) {
  const auto old = bring("old/chained/chained.so"), young = bring("new/chained/chained.so");
  loader_.module(old->generation());
  const auto here = [&](const char* library, const char* symbol) {
    void* const handle = dlopen(library, RTLD_LAZY | RTLD_NOLOAD);
    return CodeLocation::of(dlsym(handle, symbol))->address;
  };
  const auto called = [&](CodeAddress address, const ModuleFiles& files) {
    address.generation = files.generation();
    const auto parsed = CodeAddress::parse(address.text());
    return reinterpret_cast<std::int64_t (*)()>(reinterpret_cast<std::uintptr_t>(loader_.code(*parsed)))();
  };
  const CodeAddress middle = here("libfixture_middle.so", "enginery_fixture_middle");
  EXPECT_EQ(called(middle, *old), 43);
  EXPECT_EQ(called(middle, *young), 44);
  EXPECT_EQ(called(middle, *old), 43);
  CodeAddress answer = here("libfixture_answer.so", "enginery_fixture_answer");
  EXPECT_EQ(called(answer, *old), 42);
  answer.generation = young->generation();
  EXPECT_EQ(loader_.code(answer), nullptr) << "that build of the library is not of this generation";
  answer.build_id = build_of("new/beside/libfixture_answer.so");  // one constant differs
  EXPECT_EQ(called(answer, *young), 43);
}

TEST_F(GenerationsTest, APluginOfThisHostIsRefusedWhenTheLibraryBesideItIsAnotherBuild) {
  const std::string plugin = folder_ / "new/beside/beside.so";
  const PluginLoadError error = refusal([&] { loader_.import_file(plugin); });
  EXPECT_EQ(error.stage(), LoadStage::dependency);
  EXPECT_THAT(error.what(), AllOf(HasSubstr("it needs libfixture_answer.so of build-id "),
                                  HasSubstr(folder_ / "new/beside/libfixture_answer.so"), HasSubstr("run()")));
  EXPECT_EQ(call(*loader_.import_file(folder_ / "old/beside/beside.so"), "answer"), Value(42));
}

TEST_F(GenerationsTest, OfAGenerationThatNobodyBroughtThereIsNoCode) {
  const CodeAddress address{build_of("old/beside/beside.so"), 0x1000, {"c0ffee"}};
  EXPECT_THROW(loader_.code(address), ModuleMissing);
}

TEST_F(GenerationsTest, WhatWasChangedInTheCacheIsNotLoadedAndCanBeBroughtAgain) {
  const auto files = bring("old/chained/chained.so");
  const ModuleFile& module = files->files().back();
  const std::string cached = ModuleCache::standard().place_of(module);
  std::vector<char> bytes = bytes_of(cached);
  bytes.back() ^= 1;  // not its build-id
  std::ofstream(cached, std::ios::binary | std::ios::in)
      .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  EXPECT_THAT(refusal([&] { loader_.module(files->generation()); }).what(),
              AllOf(HasSubstr("stage read"), HasSubstr("was changed"), HasSubstr(fs::path(cached).parent_path())));
  EXPECT_FALSE(brought_->find(files->generation())) << "a client that asks must hear that it is missing";
  EXPECT_FALSE(ModuleCache::standard().find(module));
  EXPECT_EQ(call(*import("chained", "old/chained/chained.so"), "next_answer"), Value(43));
}

TEST_F(GenerationsTest, WhatIsChangedWhileItIsTriedIsNotOpened) {
  const auto files = bring("old/chained/chained.so");
  const std::string cached = ModuleCache::standard().place_of(files->files().back());
  Loader loader(
      Probe{.command = {"/bin/sh", "-c", "echo more >> " + cached + "; exec \"$@\"", "sh", fs::path(FIXTURE_PROBE)}},
      brought_);
  EXPECT_THAT(refusal([&] { loader.module(files->generation()); }).what(),
              AllOf(HasSubstr("stage read"), HasSubstr("was changed")));
  EXPECT_EQ(loader.loaded(files->generation()), nullptr);
}

TEST_F(GenerationsTest, WhatWasChangedInTheCacheIsNotLoadedUnderAnotherName) {
  const auto files = bring("new/beside/beside.so");
  const std::string cached = ModuleCache::standard().place_of(files->files().front());
  std::vector<char> bytes = bytes_of(cached);
  bytes.back() ^= 1;
  std::ofstream(cached, std::ios::binary | std::ios::in)
      .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  EXPECT_THAT(refusal([&] { loader_.module(files->generation()); }).what(),
              AllOf(HasSubstr("stage read"), HasSubstr("was changed"), HasSubstr(fs::path(cached).parent_path())));
}

TEST_F(GenerationsTest, ALibraryThatTheProgramItselfIsLinkedWithIsRefusedInAnotherBuild) {
  const auto refused_in_child = [&] {
    const std::string mine = mapped_library("libfixture_answer.so")->path;
    if (!dlopen(mine.c_str(), RTLD_NOW | RTLD_GLOBAL)) std::exit(3);  // as the dynamic linker does at the start
    try {
      module("new/beside/beside.so");
    } catch (const PluginLoadError& error) {
      std::fputs(error.what(), stderr);
      std::_Exit(error.stage() == LoadStage::dependency ? 0 : 2);
    }
    std::_Exit(1);
  };
  EXPECT_EXIT(refused_in_child(), testing::ExitedWithCode(0),
              "needs libfixture_answer.so of build-id .*is linked with that of build-id .*link the library statically");
}

}  // namespace
}  // namespace enginery::modules
