// tests/unit/modules/elf_file_test.cpp: reading ELF files, whole and broken.
#include "core/modules/elf_file.hpp"

#include <elf.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <random>

#include <enginery/abi.hpp>

#include "core/modules/processor.hpp"
#include "tests/unit/modules/plugin_fixture.hpp"

namespace enginery::modules {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::IsSupersetOf;
using testing::StartsWith;

class ElfFileTest : public PluginTest {
 protected:
  /// Exactly as long as its content, so that a sanitizer sees every byte that is read beyond it.
  static ElfFile read(const std::vector<char>& bytes) {
    const auto exact = std::make_unique<std::byte[]>(bytes.size());
    if (!bytes.empty()) std::memcpy(exact.get(), bytes.data(), bytes.size());
    return ElfFile::read({exact.get(), bytes.size()}, "given.so");
  }
  static std::string words(const std::vector<char>& bytes) {
    const PluginLoadError error = refusal([&] { read(bytes); });
    EXPECT_EQ(error.stage(), LoadStage::elf);
    return error.what();
  }
  /// The file with `value` at `offset`.
  template <class T>
  static std::vector<char> patched(std::vector<char> bytes, std::size_t offset, T value) {
    std::memcpy(bytes.data() + offset, &value, sizeof value);
    return bytes;
  }
};

TEST_F(ElfFileTest, APluginTellsItsBuildIdAbiTagAndLibraries) {
  const ElfFile elf = read(bytes_of(good("norms")));
  EXPECT_EQ(elf.build_id.hex.size(), 40u);
  EXPECT_EQ(elf.abi_tag, ENGINERY_ABI_TAG);
  EXPECT_THAT(elf.needed, Contains(StartsWith("libenginery.so")));
}

TEST_F(ElfFileTest, APluginTellsItsCompilerAndTheInstructionSetsThatItMightUse) {
  const ElfFile plain = read(bytes_of(good("factors_plain"))), avx2 = read(bytes_of(good("factors_avx2")));
  EXPECT_EQ(plain.built_by, ENGINERY_BUILT_BY);
  EXPECT_EQ(plain.instruction_sets, instruction_sets(ENGINERY_INSTRUCTION_SETS)) << "as this test, by the same options";
#if defined(__x86_64__)
  EXPECT_THAT(avx2.instruction_sets, IsSupersetOf({"sse3", "sse4.2", "popcnt", "avx", "avx2"}));
  EXPECT_THAT(read(bytes_of(bad("other_processor"))).instruction_sets, IsSupersetOf({"avx5124fmaps", "avx5124vnniw"}));
#endif
}

TEST_F(ElfFileTest, WhatIsNoPluginTellsNeither) {
  const ElfFile elf = read(bytes_of(bad("no_note")));
  EXPECT_FALSE(elf.abi_tag);
  EXPECT_THAT(elf.built_by, IsEmpty());
  EXPECT_THAT(elf.instruction_sets, IsEmpty());
}

TEST_F(ElfFileTest, ARunPathIsRead) {
  const ElfFile elf = read(bytes_of(good("beside/beside")));
  EXPECT_THAT(elf.runpath + elf.rpath, HasSubstr("$ORIGIN"));
}

TEST_F(ElfFileTest, WhatIsNoElfFileIsRefused) {
  const std::string text = "#include <enginery/plugin.hpp>\n";
  EXPECT_THAT(words({text.begin(), text.end()}), HasSubstr("not a shared object"));
  EXPECT_THAT(words({}), HasSubstr("not a shared object"));
}

TEST_F(ElfFileTest, AnExecutableIsRefused) { EXPECT_THAT(words(bytes_of(FIXTURE_PROBE)), HasSubstr("executable")); }

TEST_F(ElfFileTest, AnotherMachineIsNamed) {
  const std::uint16_t other = EM_S390;
  EXPECT_THAT(words(patched(bytes_of(good("myscript")), offsetof(Elf64_Ehdr, e_machine), other)), HasSubstr("s390"));
}

TEST_F(ElfFileTest, EveryTruncationIsRefused) {
  const std::vector<char> whole = bytes_of(good("myscript"));
  for (std::size_t size = 0; size < whole.size(); size += size < 1024 ? 1 : whole.size() / 97) {
    words({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)});
  }
}

TEST_F(ElfFileTest, GarbageNeverReadsOutsideTheFile) {
  std::mt19937 random(20260);
  const std::vector<char> whole = bytes_of(good("myscript"));
  const std::uint64_t extremes[] = {0, 1, 0x7fffffffffffffff, ~0ULL, whole.size(), whole.size() - 1};
  for (int round = 0; round < 3000; ++round) {
    std::vector<char> bytes = whole;
    // The headers and notes are at the front; the dynamic section may be anywhere.
    for (int change = 0; change < 3; ++change) {
      const std::size_t near = random() % 2 ? 1200 : bytes.size() - 8;
      const std::size_t offset = SELFMAG + 2 + random() % (near - SELFMAG - 2);
      const std::uint64_t value = random() % 2 ? extremes[random() % std::size(extremes)] : random();
      std::memcpy(bytes.data() + offset, &value, 1 + random() % 8);
    }
    try {
      read(bytes);
    } catch (const PluginLoadError& error) {
      EXPECT_EQ(error.stage(), LoadStage::elf);
    }
  }
}

}  // namespace
}  // namespace enginery::modules
