// tests/unit/modules/processor_test.cpp: what this processor has, and what code needs.
#include "core/modules/processor.hpp"

#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <enginery/abi.hpp>

namespace enginery::modules {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

TEST(ProcessorTest, TheTextNamesWhatTheCompilerMightUse) {
  EXPECT_THAT(instruction_sets("sse3=1 sse4.1=__SSE4_1__ avx512f=1 amx-tile=__AMX_TILE__ "),
              ElementsAre("sse3", "avx512f"));
  EXPECT_THAT(instruction_sets(""), IsEmpty());
  EXPECT_THAT(instruction_sets("avx2 =1 =1= avx=12 \xff=1"), ElementsAre("", "\xff")) << "whatever is in a file";
}

TEST(ProcessorTest, MissingIsWhatIsNeededAndNotThere) {
  EXPECT_THAT(missing({"avx512f", "avx", "avx512vl"}, {"sse3", "avx"}), ElementsAre("avx512f", "avx512vl"));
  EXPECT_THAT(missing({"avx"}, {"avx", "avx2"}), IsEmpty());
  EXPECT_THAT(missing({}, {}), IsEmpty());
  EXPECT_THAT(missing({"invented next year"}, {"avx"}), ElementsAre("invented next year"));
}

TEST(ProcessorTest, ThisProcessorHasWhatThisTestWasCompiledFor) {
  EXPECT_THAT(missing(instruction_sets(ENGINERY_INSTRUCTION_SETS), Processor::this_one().instruction_sets), IsEmpty());
  EXPECT_THAT(Processor::this_one().name, Not(IsEmpty()));
}

#if defined(__x86_64__)
/// The kernel's words for the first processor.
std::set<std::string> flags() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with("flags")) continue;
    std::istringstream words(line.substr(line.find(':') + 1));
    return {std::istream_iterator<std::string>(words), {}};
  }
  return {};
}

TEST(ProcessorTest, ItHasWhatTheKernelSays) {
  const std::map<std::string, std::string> names{{"pni", "sse3"},
                                                 {"ssse3", "ssse3"},
                                                 {"sse4_1", "sse4.1"},
                                                 {"sse4_2", "sse4.2"},
                                                 {"popcnt", "popcnt"},
                                                 {"abm", "lzcnt"},
                                                 {"movbe", "movbe"},
                                                 {"bmi1", "bmi"},
                                                 {"bmi2", "bmi2"},
                                                 {"adx", "adx"},
                                                 {"aes", "aes"},
                                                 {"pclmulqdq", "pclmul"},
                                                 {"sha_ni", "sha"},
                                                 {"gfni", "gfni"},
                                                 {"rdrand", "rdrnd"},
                                                 {"rdseed", "rdseed"},
                                                 {"avx", "avx"},
                                                 {"f16c", "f16c"},
                                                 {"fma", "fma"},
                                                 {"avx2", "avx2"},
                                                 {"fma4", "fma4"},
                                                 {"xop", "xop"},
                                                 {"vaes", "vaes"},
                                                 {"vpclmulqdq", "vpclmulqdq"},
                                                 {"avx512f", "avx512f"},
                                                 {"avx512cd", "avx512cd"},
                                                 {"avx512dq", "avx512dq"},
                                                 {"avx512bw", "avx512bw"},
                                                 {"avx512vl", "avx512vl"},
                                                 {"avx512ifma", "avx512ifma"},
                                                 {"avx512vbmi", "avx512vbmi"},
                                                 {"avx512_vbmi2", "avx512vbmi2"},
                                                 {"avx512_vnni", "avx512vnni"},
                                                 {"avx512_bitalg", "avx512bitalg"},
                                                 {"avx512_vpopcntdq", "avx512vpopcntdq"}};
  const std::set<std::string> kernel = flags();
  ASSERT_THAT(kernel, Contains("sse2")) << "/proc/cpuinfo reads otherwise";
  const std::vector<std::string>& ours = Processor::this_one().instruction_sets;
  for (const auto& [flag, name] : names) {
    // A guest's kernel may leave out what the processor says and has.
    if (name == "lzcnt" && __builtin_cpu_supports("lzcnt")) continue;
    EXPECT_EQ(kernel.contains(flag), missing({name}, ours).empty()) << name;
  }
  // Those that an older kernel has no word for.
  for (const auto& [flag, name] : std::map<std::string, std::string>{{"avx512_bf16", "avx512bf16"},
                                                                     {"avx512_fp16", "avx512fp16"},
                                                                     {"avx512_vp2intersect", "avx512vp2intersect"},
                                                                     {"avx_vnni", "avxvnni"},
                                                                     {"avx_ifma", "avxifma"},
                                                                     {"amx_tile", "amx-tile"},
                                                                     {"amx_int8", "amx-int8"},
                                                                     {"amx_bf16", "amx-bf16"},
                                                                     {"cmpccxadd", "cmpccxadd"}}) {
    if (!kernel.contains(flag)) continue;
    EXPECT_THAT(missing({name}, ours), IsEmpty());
  }
}
#endif

}  // namespace
}  // namespace enginery::modules
