// core/errors/nearest_name.cpp: what the user may have meant.
#include "core/errors/nearest_name.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>

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
