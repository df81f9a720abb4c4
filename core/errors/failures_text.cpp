// core/errors/failures_text.cpp: what many engines said, in few lines.
#include "core/errors/failures_text.hpp"

#include <unordered_map>
#include <utility>

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

/// "task 'f' on its engine was aborted", of "task 'f' on engine 3 was aborted".
static std::string without_number(int engine, std::string_view text) {
  const std::string named = fmt::format("engine {}", engine);
  std::string result;
  for (std::size_t at; (at = text.find(named)) != text.npos;) {
    const std::string_view rest = text.substr(at + named.size());
    const bool longer = !rest.empty() && rest.front() >= '0' && rest.front() <= '9';
    result += text.substr(0, at);
    result += longer ? std::string_view(named) : std::string_view("its engine");
    text = rest;
  }
  return result += text;
}

std::vector<Sayings> grouped(std::span<const Saying> all, std::size_t most, std::size_t& left_out) {
  struct Group {
    std::string text;
    std::vector<int> engines;
    std::string_view of_first;
  };
  std::unordered_map<std::string, std::size_t> place;
  std::vector<Group> groups;
  left_out = 0;
  for (const auto& [engine, text] : all) {
    std::string same = without_number(engine, text);
    auto found = place.find(same);
    if (found == place.end() && groups.size() < most) {
      found = place.emplace(same, groups.size()).first;
      groups.push_back({std::move(same), {}, text});
    }
    if (found == place.end())
      ++left_out;
    else
      groups[found->second].engines.push_back(engine);
  }
  std::vector<Sayings> sayings;
  for (Group& group : groups)
    sayings.push_back(
        {in_words(group.engines), group.engines.size() == 1 ? std::string(group.of_first) : std::move(group.text)});
  return sayings;
}

}  // namespace enginery
