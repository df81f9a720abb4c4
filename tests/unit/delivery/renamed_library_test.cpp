// tests/unit/delivery/renamed_library_test.cpp: copies of shared objects that call libraries by other names.
#include "core/delivery/renamed_library.hpp"

#include <dlfcn.h>
#include <elf.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <random>
#include <set>

#include "core/modules/elf_file.hpp"
#include "core/modules/mapped_code.hpp"
#include "tests/unit/modules/plugin_fixture.hpp"

namespace enginery::modules {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class RenamedLibraryTest : public PluginTest {
 protected:
  static std::vector<char> built(const std::string& name) { return bytes_of(FIXTURE_PLUGINS "/" + name); }
  /// Exactly as long as its content, so that a sanitizer sees every byte that is read beyond it.
  static std::vector<char> renamed(const std::vector<char>& bytes, const LibraryRenames& names) {
    const auto exact = std::make_unique<std::byte[]>(bytes.size());
    if (!bytes.empty()) std::memcpy(exact.get(), bytes.data(), bytes.size());
    const Bytes copy = with_other_names({exact.get(), bytes.size()}, "given.so", names);
    const char* const start = reinterpret_cast<const char*>(copy.data());
    return {start, start + copy.size()};
  }
  static ElfFile elf_of(const std::vector<char>& bytes) {
    return ElfFile::read(std::as_bytes(std::span(bytes)), "given.so");
  }
};

TEST_F(RenamedLibraryTest, AnotherNameIsAsLongAndStillALibrarys) {
  std::set<std::string> names;
  for (const char* seed : {"1", "2", "3"}) names.insert(another_name("libgeometry.so.1", seed));
  EXPECT_EQ(names.size(), 3u);
  for (const std::string& name : names)
    EXPECT_THAT(name, AllOf(StartsWith("libge"), EndsWith(".so.1"), testing::SizeIs(16)));
  EXPECT_EQ(another_name("libgeometry.so.1", "1"), another_name("libgeometry.so.1", "1"));
  EXPECT_THAT(another_name("libgeo.so", "1"), AllOf(StartsWith("lib"), EndsWith(".so"), testing::SizeIs(9)));
  EXPECT_THAT(another_name("liba.so", "1"), AllOf(EndsWith(".so"), testing::SizeIs(7), Not(StartsWith("lib"))));
  EXPECT_EQ(another_name(".so", "1"), ".so");
}

TEST_F(RenamedLibraryTest, ALibraryHasItsOtherNameAndTheSameCode) {
  const std::vector<char> before = built("beside/libfixture_answer.so");
  const std::vector<char> after = renamed(before, {{"libfixture_answer.so", "libfixture_abcdef.so"}});
  EXPECT_EQ(elf_of(after).soname, "libfixture_abcdef.so");
  EXPECT_EQ(elf_of(after).build_id, elf_of(before).build_id);
  EXPECT_EQ(elf_of(after).needed, elf_of(before).needed);
  ASSERT_EQ(after.size(), before.size());
  std::size_t changed = 0;
  for (std::size_t i = 0; i < before.size(); ++i) changed += before[i] != after[i];
  EXPECT_LE(changed, 7u) << "six letters, and the static of an inline function";
}

TEST_F(RenamedLibraryTest, WhatNeedsItCallsItSo) {
  const std::vector<char> before = built("chained/libfixture_middle.so");
  const std::vector<char> after = renamed(before, {{"libfixture_answer.so", "libfixture_abcdef.so"}});
  EXPECT_THAT(elf_of(after).needed, AllOf(Contains("libfixture_abcdef.so"), Not(Contains("libfixture_answer.so"))));
  EXPECT_EQ(elf_of(after).soname, "libfixture_middle.so");
  EXPECT_EQ(elf_of(after).runpath, elf_of(before).runpath);
}

TEST_F(RenamedLibraryTest, WithoutSuchALibraryNothingChanges) {
  const std::vector<char> before = built("generation_1/generation.so");
  EXPECT_EQ(renamed(before, {{"libfixture_answer.so", "libfixture_abcdef.so"}}), before);
}

TEST_F(RenamedLibraryTest, VersionsAreThoseOfTheOtherNameToo) {
  const LibraryRenames names{{"libfixture_versioned.so", "libfixture_vers00000.so"}};
  const std::string library =
      write("libfixture_vers00000.so", renamed(built("versioned/libfixture_versioned.so"), names));
  const std::string needing = write("needing.so", renamed(built("versioned/libfixture_needs_version.so"), names));
  ASSERT_NE(dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL), nullptr) << dlerror();
  void* const handle = dlopen(needing.c_str(), RTLD_NOW | RTLD_LOCAL);
  ASSERT_NE(handle, nullptr) << dlerror();
  const auto middle = reinterpret_cast<std::int64_t (*)()>(dlsym(handle, "enginery_fixture_middle"));
  ASSERT_NE(middle, nullptr);
  EXPECT_EQ(middle(), 45);
  EXPECT_TRUE(mapped_library("libfixture_vers00000.so"));
  EXPECT_FALSE(mapped_library("libfixture_versioned.so"));
}

TEST_F(RenamedLibraryTest, AVersionThatIsCalledAsTheLibraryIsRefused) {
  const PluginLoadError error = refusal([&] {
    renamed(built("versioned/libfixture_symver.so"), {{"libfixture_symver.so", "libfixture_abcdef.so"}});
  });
  EXPECT_EQ(error.stage(), LoadStage::dependency);
  EXPECT_THAT(error.what(), AllOf(HasSubstr("libfixture_symver.so"), HasSubstr("link the library statically")));
}

TEST_F(RenamedLibraryTest, ASymbolThatIsTheEndOfTheNameIsRefusedOnlyIfItsLettersChange) {
  // As a linker lets them share their bytes: the first symbol that has a name gets one within the library's.
  const auto sharing = [&](std::size_t from_end) {
    std::vector<char> bytes = built("beside/libfixture_answer.so");
    const std::string name = "libfixture_answer.so", symbol = "enginery_fixture_answer";
    const auto find = [&](const std::string& text) {
      return static_cast<std::uint32_t>(
          std::search(bytes.begin(), bytes.end(), text.c_str(), text.c_str() + text.size() + 1) - bytes.begin());
    };
    Elf64_Ehdr header;
    std::memcpy(&header, bytes.data(), sizeof header);
    Elf64_Shdr strings{}, symbols{};
    for (std::size_t i = 0; i < header.e_shnum; ++i) {
      std::memcpy(&symbols, bytes.data() + header.e_shoff + i * sizeof symbols, sizeof symbols);
      if (symbols.sh_type == SHT_DYNSYM) break;
    }
    std::memcpy(&strings, bytes.data() + header.e_shoff + symbols.sh_link * sizeof strings, sizeof strings);
    for (std::size_t at = symbols.sh_offset; at < symbols.sh_offset + symbols.sh_size; at += sizeof(Elf64_Sym)) {
      Elf64_Sym one;
      std::memcpy(&one, bytes.data() + at, sizeof one);
      if (strings.sh_offset + one.st_name != find(symbol)) continue;
      one.st_name = static_cast<std::uint32_t>(find(name) + name.size() - from_end - strings.sh_offset);
      std::memcpy(bytes.data() + at, &one, sizeof one);
    }
    return bytes;
  };
  const LibraryRenames names{{"libfixture_answer.so", "libfixture_abcdef.so"}};
  EXPECT_THAT(refusal([&] { renamed(sharing(4), names); }).what(), HasSubstr("the letters of that name in 'r.so'"));
  EXPECT_EQ(elf_of(renamed(sharing(3), names)).soname, "libfixture_abcdef.so");
}

TEST_F(RenamedLibraryTest, WhatIsBrokenIsRefusedAndNothingOutsideIsRead) {
  const std::vector<char> whole = built("versioned/libfixture_needs_version.so");
  const LibraryRenames names{{"libfixture_versioned.so", "libfixture_vers00000.so"}};
  for (std::size_t size = 0; size < whole.size(); size += whole.size() / 97)
    EXPECT_EQ(refusal([&] {
                renamed({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)}, names);
              }).stage(),
              LoadStage::elf);
  std::mt19937 random(20261);
  const std::uint64_t extremes[] = {0, 1, 0x7fffffffffffffff, ~0ULL, whole.size(), whole.size() - 1};
  for (int round = 0; round < 3000; ++round) {
    std::vector<char> bytes = whole;
    for (int change = 0; change < 3; ++change) {
      const std::size_t near = random() % 2 ? 2400 : bytes.size() - 8;
      const std::size_t offset = SELFMAG + 2 + random() % (near - SELFMAG - 2);
      const std::uint64_t value = random() % 2 ? extremes[random() % std::size(extremes)] : random();
      std::memcpy(bytes.data() + offset, &value, 1 + random() % 8);
    }
    try {
      renamed(bytes, names);
    } catch (const PluginLoadError&) {}
  }
}

}  // namespace
}  // namespace enginery::modules
