// tests/unit/client/script_compiler_test.cpp: how the compiler of scripts is found and asked, with a fake one.
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <enginery/errors.hpp>

#include "client/scripts/script.hpp"

namespace enginery {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

/// Writes how it was called; gives $PRODUCT where that is set, else fails in the words and the colours that it is asked
/// for.
constexpr const char* kFake = R"(#!/bin/sh
echo "${0##*/} [$1] $*" >> "$COMPILER_LOG"
case "$*" in *-fdiagnostics-color=never*) red=;; *) red=$(printf '\033[31m');; esac
while [ $# -gt 0 ]; do [ "$1" = -o ] && output=$2; last=$1; shift; done
case "$output" in *.gch*) : > "$output"; exit 0;; esac
[ -z "$PRODUCT" ] || exec cp "$PRODUCT" "$output"
[ "$LC_ALL" = C ] && word=error || word=Fehler
echo "script.cpp:3:7: $red$word: 'x' was not declared"; exit 1
)";
constexpr const char* kWrapper = "#!/bin/sh\necho \"${0##*/} $*\" >> \"$COMPILER_LOG\"\nexec \"$@\"\n";

class ScriptCompilerTest : public testing::Test {
 protected:
  ScriptCompilerTest() {
    std::string folder = (fs::temp_directory_path() / "enginery-script-XXXXXX").string();
    folder_ = ::mkdtemp(folder.data());
    program("fake c++", kFake);
    program("fakec++", kFake);
    program("wrapper", kWrapper);
    const char* path = std::getenv("PATH");
    path_ = path ? path : "";
    setenv("PATH", (folder_.string() + ":" + path_).c_str(), 1);
    setenv("COMPILER_LOG", (folder_ / "log").c_str(), 1);
    setenv("ENGINERY_CACHE", (folder_ / "cache").c_str(), 1);
    setenv("ENGINERY_CXX", "fakec++", 1);
    setenv("LC_ALL", "de_DE.UTF-8", 1);
    unsetenv("PRODUCT");
  }
  ~ScriptCompilerTest() override {
    setenv("PATH", path_.c_str(), 1);
    for (const char* name : {"COMPILER_LOG", "ENGINERY_CACHE", "ENGINERY_CXX", "LC_ALL", "PRODUCT"}) unsetenv(name);
    fs::remove_all(folder_);
  }

  void program(const std::string& name, const char* text) const {
    std::ofstream(folder_ / name) << text;
    fs::permissions(folder_ / name, fs::perms::owner_all);
  }
  std::string log() const {
    std::ifstream file(folder_ / "log");
    return {std::istreambuf_iterator<char>(file), {}};
  }
  /// Of compiling a script.
  std::string words() const {
    const std::string script = (folder_ / "script.cpp").string();
    std::ofstream(script) << "\n";
    return words([&] { compile_script(script); });
  }
  template <class F>
  static std::string words(const F& call) {
    try {
      call();
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  }

  fs::path folder_;
  std::string path_;
};

TEST_F(ScriptCompilerTest, WhatItSaysIsAskedForInEnglishAndWithoutColours) {
  EXPECT_THAT(words(), HasSubstr("script.cpp:3:7: error: 'x' was not declared"));
  EXPECT_STREQ(std::getenv("LC_ALL"), "de_DE.UTF-8");
}

TEST_F(ScriptCompilerTest, ItMayBeSeveralWords) {
  setenv("ENGINERY_CXX", " wrapper  fakec++ -march=native", 1);
  EXPECT_THAT(words(), HasSubstr("error: 'x'"));
  EXPECT_THAT(log(), AllOf(HasSubstr("wrapper fakec++ -march=native "), HasSubstr("fakec++ [-march=native] ")));
  setenv("ENGINERY_CXX", "nothing fakec++", 1);
  EXPECT_THAT(words(), HasSubstr("there is no compiler 'nothing' on this host"));
}

TEST_F(ScriptCompilerTest, APathMayHoldSpaces) {
  setenv("ENGINERY_CXX", (folder_ / "fake c++").c_str(), 1);
  EXPECT_THAT(words(), HasSubstr("error: 'x'"));
  EXPECT_THAT(log(), StartsWith("fake c++ ["));
}

TEST_F(ScriptCompilerTest, BehindAWrapperToItIsSeenWhetherItIsClang) {
  program("clang++-99", kFake);
  setenv("ENGINERY_CXX", "wrapper clang++-99", 1);
  words();
  EXPECT_THAT(log(), AllOf(HasSubstr("clang++-99 ["), Not(HasSubstr("-fno-gnu-unique"))));
}

TEST_F(ScriptCompilerTest, ASourceWithoutAPluginIsRefusedAndNotKept) {
  setenv("PRODUCT", FIXTURE_PLUGINS "/bad/no_note.so", 1);
  EXPECT_THAT(words(), HasSubstr("script.cpp: it compiles, but it has no ENGINERY_PLUGIN"));
  EXPECT_THAT(words(), HasSubstr("ENGINERY_PLUGIN(name, m)"));
  setenv("PRODUCT", FIXTURE_PLUGINS "/myscript.so", 1);
  EXPECT_EQ(words(), "");
}

/// As long as it lives, this process can open no file.
class NoDescriptors {
 public:
  NoDescriptors() {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const int next = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    ::close(next);
    const rlimit none{static_cast<rlim_t>(next), before_.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &none);
  }
  ~NoDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }
  NoDescriptors(const NoDescriptors&) = delete;
  NoDescriptors& operator=(const NoDescriptors&) = delete;

 private:
  rlimit before_{};
};

TEST_F(ScriptCompilerTest, WithoutADescriptorTheErrorSaysSo) {
  const std::string what = [] {
    const NoDescriptors none;
    return words([] { compile_statements("int a = 5;"); });
  }();
  EXPECT_THAT(what, AllOf(HasSubstr("script.json, which cannot be read: Too many open files"), HasSubstr("ulimit -n"),
                          Not(HasSubstr("Install enginery"))));
}

}  // namespace
}  // namespace enginery
