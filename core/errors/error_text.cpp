// core/errors/error_text.cpp: what makes errors quick to read: the name that was meant, and many failures in few lines.
#include "core/errors/error_text.hpp"

#include <algorithm>
#include <numeric>

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

FewSayings grouped(std::span<const Saying> all) {
  constexpr std::size_t kMost = 5;
  struct Group {
    std::string text;
    std::vector<int> engines;
    std::string_view of_first;
  };
  std::vector<Group> groups;
  FewSayings few;
  for (const auto& [engine, text] : all) {
    std::string same = without_number(engine, text);
    auto group = std::ranges::find(groups, same, &Group::text);
    if (group == groups.end() && groups.size() < kMost) group = groups.insert(group, {std::move(same), {}, text});
    if (group == groups.end())
      ++few.left_out;
    else
      group->engines.push_back(engine);
  }
  for (Group& group : groups)
    few.texts.push_back(
        {in_words(group.engines), group.engines.size() == 1 ? std::string(group.of_first) : std::move(group.text)});
  return few;
}

}  // namespace enginery

namespace enginery::modules {

/// Levenshtein's distance.
static std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t changed = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({row[j] + 1, row[j + 1] + 1, changed});
    }
  }
  return row.back();
}

std::string nearest_name(std::string_view wanted, const std::vector<std::string>& candidates) {
  constexpr std::size_t kLongestName = 200;  // the distance costs the product of the lengths
  if (wanted.size() > kLongestName) return {};
  std::size_t best = kLongestName;
  std::string found;
  for (const std::string& candidate : candidates) {
    if (candidate.size() > kLongestName) continue;
    const std::size_t longer = std::max(wanted.size(), candidate.size());
    const std::size_t here = distance(wanted, candidate);
    if (here < best && here < longer && here <= std::max<std::size_t>(1, (longer + 1) / 3)) {
      best = here;
      found = candidate;
    }
  }
  return found;
}

std::string did_you_mean(std::string_view name, const std::vector<std::string>& names) {
  const std::string meant = nearest_name(name, names);
  return meant.empty() ? meant : " Did you mean '" + meant + "'?";
}

}  // namespace enginery::modules
