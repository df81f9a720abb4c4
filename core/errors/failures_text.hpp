// core/errors/failures_text.hpp: what many engines said, in few lines.
#pragma once

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
/// In the order in which each text comes first, and within one in that of the engines. At most `most` groups; in
/// `left_out` is how many engines are in none of them.
ENGINERY_API std::vector<Sayings> grouped(std::span<const Saying> all, std::size_t most, std::size_t& left_out);

/// How many different texts are for people to read at once.
constexpr std::size_t kMostSayings = 5;

}  // namespace enginery
