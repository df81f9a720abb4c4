// core/modules/processor.hpp: the processor of this host, and the instruction sets that code needs.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <enginery/export.hpp>

namespace enginery::modules {

/// A processor: what it is sold as, and the instruction sets that it has and its kernel lets programs use, by the names
/// of <enginery/abi.hpp>.
struct ENGINERY_API Processor {
  std::string name;
  std::vector<std::string> instruction_sets;

  /// Threads: any.
  static const Processor& this_one();
};

/// Those that the text of ENGINERY_INSTRUCTION_SETS says were allowed: "avx=1 avx2=__AVX2__ " gives avx.
ENGINERY_API std::vector<std::string> instruction_sets(std::string_view text);

/// What is among `needed` and not among `have`, in the order of `needed`. An unknown name is missing, too.
ENGINERY_API std::vector<std::string> missing(const std::vector<std::string>& needed,
                                              const std::vector<std::string>& have);

}  // namespace enginery::modules
