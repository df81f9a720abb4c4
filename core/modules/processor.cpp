// core/modules/processor.cpp: the processor of this host, and the instruction sets that code needs.
//
// On x86-64 the processor is asked itself, since what a compiler knows to ask for differs from version to version. The
// wide registers also need a kernel that saves them, which XCR0 tells. On aarch64 the kernel is asked.
#include "core/modules/processor.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <iterator>

#include <enginery/abi.hpp>

#if defined(__x86_64__)
#include <cpuid.h>
#elif defined(__aarch64__)
#include <sys/auxv.h>
#endif

namespace enginery::modules {
namespace {

#if defined(__x86_64__)

enum class Register { eax, ebx, ecx, edx };
using enum Register;

/// Bits of XCR0 that must all be set: the registers that the kernel saves.
constexpr std::uint64_t kAny = 0, kAvx = 0x6, kAvx512 = 0xe6, kAmx = 0x60000, kApx = 0x80000;

/// Where CPUID tells of a set.
struct Bit {
  std::string_view name;
  unsigned leaf, subleaf;
  Register word;
  unsigned bit;
  std::uint64_t state;
};
constexpr unsigned kMore = 0x80000001, kBrand = 0x80000002;
constexpr Bit kBits[] = {
    {"sse3", 1, 0, ecx, 0, kAny},
    {"pclmul", 1, 0, ecx, 1, kAny},
    {"ssse3", 1, 0, ecx, 9, kAny},
    {"fma", 1, 0, ecx, 12, kAvx},
    {"sse4.1", 1, 0, ecx, 19, kAny},
    {"sse4.2", 1, 0, ecx, 20, kAny},
    {"movbe", 1, 0, ecx, 22, kAny},
    {"popcnt", 1, 0, ecx, 23, kAny},
    {"aes", 1, 0, ecx, 25, kAny},
    {"avx", 1, 0, ecx, 28, kAvx},
    {"f16c", 1, 0, ecx, 29, kAvx},
    {"rdrnd", 1, 0, ecx, 30, kAny},
    {"lzcnt", kMore, 0, ecx, 5, kAny},
    {"xop", kMore, 0, ecx, 11, kAvx},
    {"fma4", kMore, 0, ecx, 16, kAvx},
    {"tbm", kMore, 0, ecx, 21, kAny},
    {"bmi", 7, 0, ebx, 3, kAny},
    {"avx2", 7, 0, ebx, 5, kAvx},
    {"bmi2", 7, 0, ebx, 8, kAny},
    {"avx512f", 7, 0, ebx, 16, kAvx512},
    {"avx512dq", 7, 0, ebx, 17, kAvx512},
    {"rdseed", 7, 0, ebx, 18, kAny},
    {"adx", 7, 0, ebx, 19, kAny},
    {"avx512ifma", 7, 0, ebx, 21, kAvx512},
    {"avx512pf", 7, 0, ebx, 26, kAvx512},
    {"avx512er", 7, 0, ebx, 27, kAvx512},
    {"avx512cd", 7, 0, ebx, 28, kAvx512},
    {"sha", 7, 0, ebx, 29, kAny},
    {"avx512bw", 7, 0, ebx, 30, kAvx512},
    {"avx512vl", 7, 0, ebx, 31, kAvx512},
    {"avx512vbmi", 7, 0, ecx, 1, kAvx512},
    {"avx512vbmi2", 7, 0, ecx, 6, kAvx512},
    {"gfni", 7, 0, ecx, 8, kAny},
    {"vaes", 7, 0, ecx, 9, kAvx},
    {"vpclmulqdq", 7, 0, ecx, 10, kAvx},
    {"avx512vnni", 7, 0, ecx, 11, kAvx512},
    {"avx512bitalg", 7, 0, ecx, 12, kAvx512},
    {"avx512vpopcntdq", 7, 0, ecx, 14, kAvx512},
    {"avx5124vnniw", 7, 0, edx, 2, kAvx512},
    {"avx5124fmaps", 7, 0, edx, 3, kAvx512},
    {"avx512vp2intersect", 7, 0, edx, 8, kAvx512},
    {"amx-bf16", 7, 0, edx, 22, kAmx},
    {"avx512fp16", 7, 0, edx, 23, kAvx512},
    {"amx-tile", 7, 0, edx, 24, kAmx},
    {"amx-int8", 7, 0, edx, 25, kAmx},
    {"sha512", 7, 1, eax, 0, kAvx},
    {"sm3", 7, 1, eax, 1, kAvx},
    {"sm4", 7, 1, eax, 2, kAvx},
    {"raoint", 7, 1, eax, 3, kAny},
    {"avxvnni", 7, 1, eax, 4, kAvx},
    {"avx512bf16", 7, 1, eax, 5, kAvx512},
    {"cmpccxadd", 7, 1, eax, 7, kAny},
    {"amx-fp16", 7, 1, eax, 21, kAmx},
    {"avxifma", 7, 1, eax, 23, kAvx},
    {"avxvnniint8", 7, 1, edx, 4, kAvx},
    {"avxneconvert", 7, 1, edx, 5, kAvx},
    {"amx-complex", 7, 1, edx, 8, kAmx},
    {"avxvnniint16", 7, 1, edx, 10, kAvx},
    {"apxf", 7, 1, edx, 21, kApx},
};

/// Whether each set that a note may name is one that is asked for.
constexpr bool all_are_known() {
  std::string_view text = ENGINERY_INSTRUCTION_SETS;
  while (!text.empty()) {
    const std::string_view name = text.substr(0, text.find('='));
    if (std::ranges::find(kBits, name, &Bit::name) == std::end(kBits)) return false;
    text.remove_prefix(text.find(' ') + 1);
  }
  return true;
}
static_assert(all_are_known());

struct Words {
  unsigned words[4]{};
  bool has(const Bit& set) const { return words[static_cast<unsigned>(set.word)] >> set.bit & 1; }
};

/// All zero for a leaf that this processor does not know.
Words cpuid(unsigned leaf, unsigned subleaf) {
  Words answer;
  auto& [a, b, c, d] = answer.words;
  __get_cpuid_count(leaf, subleaf, &a, &b, &c, &d);
  return answer;
}

std::uint64_t saved_state() {
  constexpr Bit kXsaveInUse{"", 1, 0, ecx, 27, kAny};
  if (!cpuid(1, 0).has(kXsaveInUse)) return 0;
  std::uint32_t low = 0, high = 0;
  __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return std::uint64_t{high} << 32 | low;
}

std::string ask_name() {
  char text[3 * sizeof(Words) + 1]{};
  for (unsigned part = 0; part < 3; ++part) {
    const Words words = cpuid(kBrand + part, 0);
    std::memcpy(text + part * sizeof words, &words, sizeof words);
  }
  const std::string_view name = text;
  const std::size_t first = name.find_first_not_of(' ');
  return first == name.npos ? "an x86-64" : std::string(name.substr(first, name.find_last_not_of(' ') + 1 - first));
}

std::vector<std::string> ask_sets() {
  const std::uint64_t state = saved_state();
  std::vector<std::string> sets;
  for (const Bit& set : kBits)
    if ((state & set.state) == set.state && cpuid(set.leaf, set.subleaf).has(set)) sets.emplace_back(set.name);
  return sets;
}

#elif defined(__aarch64__)

struct Bit {
  std::string_view name;
  unsigned long word;
  unsigned bit;
};
constexpr Bit kBits[] = {
    {"aes", AT_HWCAP, 3},   {"sha2", AT_HWCAP, 6},  {"crc", AT_HWCAP, 7},    {"lse", AT_HWCAP, 8},
    {"fp16", AT_HWCAP, 10}, {"rdma", AT_HWCAP, 12}, {"sha3", AT_HWCAP, 17},  {"dotprod", AT_HWCAP, 20},
    {"sve", AT_HWCAP, 22},  {"sve2", AT_HWCAP2, 1}, {"i8mm", AT_HWCAP2, 13}, {"bf16", AT_HWCAP2, 14},
};

std::string ask_name() { return "an aarch64"; }

std::vector<std::string> ask_sets() {
  std::vector<std::string> sets;
  for (const Bit& set : kBits)
    if (getauxval(set.word) >> set.bit & 1) sets.emplace_back(set.name);
  return sets;
}

#else

std::string ask_name() { return "unknown"; }
std::vector<std::string> ask_sets() { return {}; }

#endif

}  // namespace

const Processor& Processor::this_one() {
  static const Processor here{ask_name(), ask_sets()};
  return here;
}

std::vector<std::string> instruction_sets(std::string_view text) {
  std::vector<std::string> sets;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(word.size() + 1, text.size()));
    const std::size_t is = word.find('=');
    if (is != word.npos && word.substr(is) == "=1") sets.emplace_back(word.substr(0, is));
  }
  return sets;
}

std::vector<std::string> missing(const std::vector<std::string>& needed, const std::vector<std::string>& have) {
  std::vector<std::string> lacks;
  for (const std::string& set : needed)
    if (std::ranges::find(have, set) == have.end()) lacks.push_back(set);
  return lacks;
}

}  // namespace enginery::modules
