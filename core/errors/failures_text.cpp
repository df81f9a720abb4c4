// core/errors/failures_text.cpp: what many engines said, in few lines.
#include "core/errors/failures_text.hpp"

#include <unordered_map>

#include <fmt/format.h>

namespace enginery {

/// Three or more neighbours are a range.
static std::string in_words(const std::vector<int>& ids) {
  constexpr std::size_t kMostRanges = 8, kShortest = 3;
  std::string text;
  std::size_t ranges = 0;
  for (std::size_t i = 0; i < ids.size(); ++ranges) {
    if (ranges == kMostRanges) return text + fmt::format(", … ({} engines)", ids.size());
    std::size_t end = i + 1;
    while (end < ids.size() && ids[end - 1] < ids[end] && ids[end] - ids[end - 1] == 1) ++end;
    if (end - i < kShortest) end = i + 1;
    if (!text.empty()) text += ", ";
    text += end - i == 1 ? fmt::format("{}", ids[i]) : fmt::format("{}-{}", ids[i], ids[end - 1]);
    i = end;
  }
  return text;
}

std::vector<Sayings> grouped(std::span<const Saying> all, std::size_t most, std::size_t& left_out) {
  std::unordered_map<std::string_view, std::size_t> place;
  std::vector<std::pair<std::string_view, std::vector<int>>> groups;
  left_out = 0;
  for (const auto& [engine, text] : all) {
    auto found = place.find(text);
    if (found == place.end() && groups.size() < most) {
      found = place.emplace(text, groups.size()).first;
      groups.emplace_back(text, std::vector<int>());
    }
    if (found == place.end())
      ++left_out;
    else
      groups[found->second].second.push_back(engine);
  }
  std::vector<Sayings> sayings;
  for (const auto& [text, engines] : groups) sayings.push_back({in_words(engines), text});
  return sayings;
}

}  // namespace enginery
