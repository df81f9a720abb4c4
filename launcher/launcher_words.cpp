// launcher/launcher_words.cpp: what a launcher says, and what its children said last.
#include "launcher/launcher_words.hpp"

#include <cstdio>
#include <deque>
#include <fstream>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace enginery::tools {

constexpr std::size_t kLastLines = 8;

void say(const std::string& words) {
  fmt::print(stdout, "enginery: {}\n", words);
  std::fflush(stdout);
}

void warn(const std::string& words) { fmt::print(stderr, "enginery: {}\n", words); }

std::string last_words(const std::filesystem::path& log) {
  if (log.empty()) return "";
  std::ifstream file(log);
  std::deque<std::string> lines;
  for (std::string line; std::getline(file, line);) {
    lines.push_back(line);
    if (lines.size() > kLastLines) lines.pop_front();
  }
  return lines.empty() ? "" : fmt::format(". Its last words:\n  {}", fmt::join(lines, "\n  "));
}

}  // namespace enginery::tools
