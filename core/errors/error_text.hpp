// core/errors/error_text.hpp: what makes errors quick to read: the name that was meant, and many failures in few lines.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <enginery/export.hpp>

namespace enginery {

/// Which engine, and what it said.
using Saying = std::pair<int, std::string_view>;

/// Engines that said the same, each perhaps with its own number, which is "its engine" then. `engines`: "3", "0, 2",
/// "0-3, 7", "0, 2, 4, … (200 engines)".
struct Sayings {
  std::string engines, text;
};
/// Few different texts, for people to read at once.
struct FewSayings {
  std::vector<Sayings> texts;  ///< in the order in which each comes first, and within one in that of the engines
  std::size_t left_out = 0;    ///< how many engines said something else
};
ENGINERY_API FewSayings grouped(std::span<const Saying> all);

}  // namespace enginery

namespace enginery::modules {

/// The candidate that is fewest typing errors away from `wanted`; empty when none is near enough to be meant.
std::string nearest_name(std::string_view wanted, const std::vector<std::string>& candidates);

/// " Did you mean 'norm'?", or nothing when none is near.
ENGINERY_API std::string did_you_mean(std::string_view name, const std::vector<std::string>& names);

}  // namespace enginery::modules
