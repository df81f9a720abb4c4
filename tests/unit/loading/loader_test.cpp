// tests/unit/loading/loader_test.cpp: plugins good and bad, in a process that must survive all of them.
#include "core/loading/loader.hpp"

#include <elf.h>
#include <signal.h>

#include <cfenv>
#include <chrono>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <limits>
#include <stdexcept>

#include <enginery/abi.hpp>
#include <enginery/codec.hpp>
#include <enginery/eigen.hpp>

#include "core/modules/processor.hpp"
#include "tests/unit/modules/plugin_fixture.hpp"

namespace enginery::modules {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class LoaderTest : public PluginTest {
 protected:
  /// What refuses the file, which must be of that stage and say where and what to do.
  std::string refused(LoadStage stage, const std::string& file) {
    const PluginLoadError error = refusal([&] { loader_.import_file(file); });
    EXPECT_EQ(error.stage(), stage) << error.what();
    EXPECT_EQ(error.file(), file);
    EXPECT_THAT(error.what(), AllOf(HasSubstr(file), Not(HasSubstr((folder_ / "cache").string()))));
    return error.what();
  }
  void search(const std::string& folder) { setenv("ENGINERY_PLUGIN_PATH", folder.c_str(), 1); }
  /// Puts that generation where `import` finds it, by rename, as a linker or an installer would.
  void install_generation(int generation) {
    const auto built = bytes_of(good("generation_" + std::to_string(generation) + "/generation"));
    std::filesystem::rename(write("new.so", built), folder_ / "generation.so");
  }

  Loader loader_{probe()};
};

TEST_F(LoaderTest, CodeThatIsLoadedDoesNotChangeTheArithmeticOfItsLoader) {
  volatile double smallest = std::numeric_limits<double>::min();
  const auto plugin = loader_.import_file(good("fast_math"));
  EXPECT_NE(smallest / 2, 0);
  EXPECT_EQ(std::fegetround(), FE_TONEAREST);
  EXPECT_TRUE(plugin->attributes.get("keeps_subnormals").as_function()->call({}, {}).as_boolean());
}

TEST_F(LoaderTest, AProcessThatIsNotToldHowItsChildrenEndLoadsWhatIsGood) {
  struct Ignoring {
    ~Ignoring() { ::signal(SIGCHLD, before); }
    const sighandler_t before = ::signal(SIGCHLD, SIG_IGN);
  };
  const Ignoring ignoring;
  EXPECT_EQ(loader_.import_file(good("norms"))->name, "norms");
  EXPECT_THAT(refused(LoadStage::dlopen, bad("aborts")), HasSubstr("SIGCHLD is ignored in this process"));
}

TEST_F(LoaderTest, AnImportedPluginsTasksAreCalledByName) {
  search(FIXTURE_PLUGINS);
  const auto norms = loader_.import("norms");
  EXPECT_EQ(norms->name, "norms");
  EXPECT_EQ(norms->doc, "Vector norms.");
  EXPECT_EQ(norms->file, good("norms"));
  EXPECT_EQ(norms->build_id.hex.size(), 40u);
  EXPECT_THAT(norms->attributes.keys(), ElementsAre("get_norms"));

  const Function& get_norms = *norms->attributes.get("get_norms").as_function();
  EXPECT_THAT(get_norms.signature(), StartsWith("get_norms(A: " + get_norms.formals().at(0).type + ", levels: "));
  EXPECT_THAT(get_norms.signature(), HasSubstr(" = [2.0]) -> dict[float, float]"));
  EXPECT_EQ(get_norms.build_id(), norms->build_id);
  const Value result = get_norms.call(List{std::vector<double>{3, 4}, std::vector<double>{1, 2, INFINITY}});
  EXPECT_EQ(result.repr(), "{1.0: 7.0, 2.0: 5.0, inf: 4.0}");
  EXPECT_EQ(get_norms.call(List{std::vector<double>{3, 4}}).repr(), "{2.0: 5.0}");
}

TEST_F(LoaderTest, ImportedTwiceItIsTheSameModule) {
  search(FIXTURE_PLUGINS);
  const auto norms = loader_.import("norms");
  EXPECT_EQ(loader_.import("norms"), norms);
  EXPECT_EQ(loader_.import_file(write("copy.so", bytes_of(good("norms")))), norms);
}

TEST_F(LoaderTest, AChangedBuildIsANewGenerationAndTheOldOneLivesOn) {
  search(folder_);
  install_generation(1);
  const auto first = loader_.import("generation");
  EXPECT_EQ(call(*first, "generation"), Value(1));
  install_generation(2);
  const auto second = loader_.import("generation");
  EXPECT_NE(second, first);
  EXPECT_EQ(call(*second, "generation"), Value(2));
  EXPECT_EQ(call(*first, "generation"), Value(1));
  install_generation(1);
  EXPECT_EQ(loader_.import("generation"), first);
}

TEST_F(LoaderTest, WhatIsImportedStaysWhenItsFileIsGone) {
  search(folder_);
  install_generation(1);
  const auto module = loader_.import("generation");
  std::filesystem::remove(folder_ / "generation.so");
  EXPECT_EQ(loader_.import("generation"), module);
  EXPECT_EQ(call(*module, "generation"), Value(1));
}

TEST_F(LoaderTest, OverwritingALoadedFileInPlaceHarmsNobody) {
  const std::string file = write("generation.so", bytes_of(good("generation_1/generation")));
  const auto module = loader_.import_file(file);
  write("generation.so", std::vector<char>(100, 'x'));
  EXPECT_EQ(call(*module, "generation"), Value(1));
  EXPECT_THAT(refused(LoadStage::elf, file), HasSubstr("not a shared object"));
}

TEST_F(LoaderTest, RunningAPluginDefinesItsNamesInTheGivenNamespace) {
  Namespace names;
  loader_.run(good("myscript"), names);
  EXPECT_EQ(names.at<std::int64_t>("a"), 5);
  EXPECT_EQ(names.resolve("mysquare").as_function()->call(List{5}), Value(25));
  EXPECT_EQ(names.resolve("mysquare").as_function()->qualified_name(), "mysquare");
  names["a"] = 7;
  loader_.run(good("myscript"), names);
  EXPECT_EQ(names.at<std::int64_t>("a"), 5);
}

TEST_F(LoaderTest, ABuildThatIsNewToTheHostIsProbedOnce) {
  loader_.load(good("norms"));
  Loader later(Probe{.command = {"/nonexistent/enginery", "probe"}});
  EXPECT_NO_THROW(later.load(good("norms")));
  EXPECT_THAT(refusal([&] { later.load(good("myscript")); }).what(), HasSubstr("/nonexistent/enginery"));
}

TEST_F(LoaderTest, WhatTasksThrowIsCaughtHere) {
  const auto throwing = loader_.import_file(good("throwing"));
  EXPECT_THROW(call(*throwing, "domain_error", {"text"}), std::domain_error);
  EXPECT_THROW(call(*throwing, "private_error"), std::out_of_range);
  EXPECT_THROW(call(*throwing, "value_error"), ValueError);
  EXPECT_THROW(call(*throwing, "number"), int);
}

TEST_F(LoaderTest, ALibraryBesideThePluginIsFoundFromTheCopyToo) {
  EXPECT_EQ(call(*loader_.import_file(good("beside/beside")), "answer"), Value(42));
}

TEST_F(LoaderTest, AFileThatCannotBeReadIsRefusedAtRead) {
  EXPECT_THAT(refused(LoadStage::read, folder_ / "none.so"), HasSubstr("No such file"));
  EXPECT_THAT(refused(LoadStage::read, folder_), HasSubstr("not a regular file"));
}

TEST_F(LoaderTest, ATruncatedFileIsRefusedAtElf) {
  std::vector<char> half = bytes_of(good("norms"));
  half.resize(half.size() / 2);
  EXPECT_THAT(refused(LoadStage::elf, write("norms.so", half)), AllOf(HasSubstr("truncated"), HasSubstr("again")));
}

TEST_F(LoaderTest, AnotherMachinesCodeIsRefusedAtElf) {
  std::vector<char> bytes = bytes_of(good("norms"));
  const std::uint16_t other = EM_S390;
  std::memcpy(bytes.data() + offsetof(Elf64_Ehdr, e_machine), &other, sizeof other);
  EXPECT_THAT(refused(LoadStage::elf, write("norms.so", bytes)), AllOf(HasSubstr("s390"), HasSubstr("Build it on")));
}

TEST_F(LoaderTest, AnotherAbiIsRefusedWithBothTagsAndCompilers) {
  EXPECT_THAT(refused(LoadStage::abi, bad("other_abi")),
              AllOf(HasSubstr("by clang++ 19.1.7 for \"enginery=2 stdlib=libc++ "),
                    HasSubstr("by " ENGINERY_BUILT_BY " for \"" ENGINERY_ABI_TAG "\""), HasSubstr("Build it again")));
}

TEST_F(LoaderTest, AnotherCompilerOfTheSameAbiIsNone) {
  Namespace names;
  loader_.run(good("other_compiler/other_compiler"), names);
  EXPECT_EQ(names.at<std::int64_t>("a"), 5);
}

#if defined(__x86_64__)
TEST_F(LoaderTest, CodeForAnotherProcessorIsRefusedBeforeItIsMappedAnywhere) {
  loader_ = Loader();  // its static constructor would end this very process
  EXPECT_THAT(refused(LoadStage::processor, bad("other_processor")),
              AllOf(HasSubstr("sets avx5124fmaps, avx5124vnniw, which"), HasSubstr(Processor::this_one().name),
                    HasSubstr("without -march=native")));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "cache")) << "nor is it copied";
}
#endif

TEST_F(LoaderTest, ASharedObjectWithoutTheNoteIsNoPlugin) {
  EXPECT_THAT(refused(LoadStage::abi, bad("no_note")), AllOf(HasSubstr("not a plugin"), HasSubstr("ENGINERY_PLUGIN")));
}

TEST_F(LoaderTest, AMissingLibraryIsNamed) {
  EXPECT_THAT(refused(LoadStage::dependency, bad("missing_dependency")),
              AllOf(HasSubstr("libfixture_answer.so"), HasSubstr("LD_LIBRARY_PATH")));
}

TEST_F(LoaderTest, AnUndefinedSymbolIsNamedAsTheUserWroteIt) {
  const auto words = AllOf(HasSubstr("'nowhere::never_defined(double, int)'"), HasSubstr("link the library"));
  EXPECT_THAT(refused(LoadStage::symbol, bad("undefined_symbol")), words);
  loader_ = Loader();  // without a probe, this process's own dynamic linker says the same
  EXPECT_THAT(refused(LoadStage::symbol, bad("undefined_symbol")), words);
}

TEST_F(LoaderTest, AMissingDescriptorIsRefusedAtSymbol) {
  EXPECT_THAT(refused(LoadStage::symbol, bad("note_only")), HasSubstr("enginery_plugin_descriptor"));
}

TEST_F(LoaderTest, AStaticConstructorThatAbortsKillsOnlyTheProbe) {
  EXPECT_THAT(refused(LoadStage::dlopen, bad("aborts")),
              AllOf(HasSubstr("SIGABRT"), HasSubstr("the constructor gives up"), HasSubstr("static constructors")));
}

TEST_F(LoaderTest, AStaticConstructorThatThrowsKillsOnlyTheProbe) {
  EXPECT_THAT(refused(LoadStage::dlopen, bad("throws")),
              AllOf(HasSubstr("SIGABRT"), HasSubstr("thrown by a static constructor")));
}

TEST_F(LoaderTest, AStaticConstructorThatExitsEndsOnlyTheProbe) {
  EXPECT_THAT(refused(LoadStage::dlopen, bad("exits")), HasSubstr("exit status 0"));
}

TEST_F(LoaderTest, AStaticConstructorThatHangsIsKilledWhenItsTimeIsOver) {
  Probe impatient = probe();
  impatient.time_limit = std::chrono::milliseconds(300);
  loader_ = Loader(impatient);
  EXPECT_THAT(refused(LoadStage::dlopen, bad("hangs")), HasSubstr("did not end within 0.3 s"));
}

TEST_F(LoaderTest, AProgramThatIgnoresTheEndsOfItsChildrenLearnsTheSame) {
  const auto before = signal(SIGCHLD, SIG_IGN);
  EXPECT_NO_THROW(loader_.import_file(good("boxes")));
  EXPECT_THAT(refused(LoadStage::dlopen, bad("aborts")), HasSubstr("the constructor gives up"));
  EXPECT_THAT(refused(LoadStage::symbol, bad("undefined_symbol")), HasSubstr("never_defined"));
  signal(SIGCHLD, before);
}

TEST_F(LoaderTest, CodeThatRegistersItselfIsRefusedBesideItsLikeAndThatIsNamed) {
  const auto collides = [&](const std::string& file, const std::string& other) {
    EXPECT_THAT(refused(LoadStage::dlopen, good(file)),
                AllOf(HasSubstr(other + ", which this process has loaded, killed the probe process by SIGABRT"),
                      HasSubstr("row.proto is registered already"), HasSubstr("alone it can be loaded"),
                      HasSubstr("a shared library of its own")));
  };
  loader_.import_file(good("registering/registers_column"));
  const auto row = loader_.import_file(good("registering/registers_row"));
  loader_.import_file(good("norms"));
  collides("registering/registers_row_too", "beside " + good("registering/registers_row"));
  collides("registering/again/registers_row", "beside an older build of it, " + good("registering/registers_row"));
  EXPECT_THAT(refused(LoadStage::dlopen, good("registering/again/registers_row")),
              HasSubstr("Or restart the engine: rc.restart(id, {.keep = true})"));
  EXPECT_EQ(call(*row, "build"), Value(1)) << "what was loaded goes on";
  EXPECT_THAT(refused(LoadStage::dlopen, bad("aborts")),
              AllOf(HasSubstr("the constructor gives up"), HasSubstr("static constructors"), Not(HasSubstr("beside"))));
}

TEST_F(LoaderTest, WhatIsLoadedAndCannotBeOpenedTwiceOnAHostDoesNotBlameOthers) {
  const std::string lock = folder_ / "lock";
  setenv("ENGINERY_FIXTURE_LOCK", lock.c_str(), 1);
  loader_ = Loader();
  loader_.import_file(good("registering/locks"));
  loader_ = Loader(probe());
  EXPECT_NO_THROW(loader_.import_file(good("rude")));
  unsetenv("ENGINERY_FIXTURE_LOCK");
}

TEST_F(LoaderTest, NamesOfWhatEngineryUsesInsideAreTheUsersOwn) {
  EXPECT_EQ(call(*loader_.import_file(good("own_names/own_names")), "call_own"), Value(2));
}

TEST_F(LoaderTest, ALibraryIsOpenedGloballyWhereAPluginAsksForIt) {
  EXPECT_EQ(call(*loader_.import_file(good("registering/not_global")), "sees"), Value(false));
  EXPECT_EQ(call(*loader_.import_file(good("registering/global")), "sees"), Value(true));
  EXPECT_THAT(refused(LoadStage::dlopen, bad("global_unlinked")),
              HasSubstr("GLOBAL_LIBRARIES names nowhere, and no libnowhere.so is loaded: link it"));
}

TEST_F(LoaderTest, ABodyThatThrowsIsRefusedAtInit) {
  EXPECT_THAT(refused(LoadStage::init, bad("init_throws")),
              AllOf(HasSubstr("std::runtime_error: no luck today"), HasSubstr("Correct")));
  EXPECT_THAT(refused(LoadStage::init, bad("init_throws_42")), HasSubstr("threw int"));
  EXPECT_THAT(refused(LoadStage::init, bad("wrong_declaration")), HasSubstr("two parameters called 'a'"));
  EXPECT_THAT(refused(LoadStage::init, bad("defined_twice")), HasSubstr("m.def(\"root\", …) stands here twice"));
}

TEST_F(LoaderTest, AFileThatIsAnotherPluginThanItsNameIsRefused) {
  write("linalg.so", bytes_of(good("norms")));
  search(folder_);
  const PluginLoadError error = refusal([&] { loader_.import("linalg"); });
  EXPECT_EQ(error.stage(), LoadStage::symbol);
  EXPECT_THAT(error.what(), AllOf(HasSubstr("'norms'"), HasSubstr("norms.so")));
}

TEST_F(LoaderTest, ARefusalLeavesWhatWasLoadedAsItWas) {
  search(folder_);
  install_generation(1);
  const auto module = loader_.import("generation");
  write("broken.so", std::vector<char>(10, 'x'));
  std::filesystem::rename(folder_ / "broken.so", folder_ / "generation.so");
  EXPECT_EQ(refusal([&] { loader_.import("generation"); }).stage(), LoadStage::elf);
  EXPECT_EQ(call(*module, "generation"), Value(1));
}

}  // namespace
}  // namespace enginery::modules
