// tools/table.cpp: rows of text for a terminal, and times.
#include "tools/table.hpp"

#include <algorithm>

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace enginery::tools {
namespace {

constexpr const char* kPlain = "\033[0m";

std::string printable(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 32 || c == 127; }, '?');
  return text;
}

}  // namespace

void Table::add(std::vector<Cell> row) {
  row.resize(columns_.size());
  rows_.push_back(std::move(row));
}

std::string Table::text(bool colours) const {
  std::vector<std::vector<Cell>> rows{{}};
  for (const Column& column : columns_) rows[0].push_back({column.title, kBold});
  rows.insert(rows.end(), rows_.begin(), rows_.end());
  std::vector<std::size_t> widths(columns_.size());
  for (auto& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i) {
      row[i].text = printable(std::move(row[i].text));
      widths[i] = std::max(widths[i], row[i].text.size());
    }
  std::string text;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string room(widths[i] - row[i].text.size(), ' ');
      const bool coloured = colours && !row[i].colour.empty();
      const std::string shown = coloured ? row[i].colour + row[i].text + kPlain : row[i].text;
      line += (i == 0 ? "" : "  ") + (columns_[i].align == Align::left ? shown + room : room + shown);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

std::string duration_text(std::chrono::milliseconds duration) {
  const double seconds = std::max(0.0, std::chrono::duration<double>(duration).count());
  const auto whole = static_cast<long>(seconds);
  if (seconds < 10) return fmt::format("{:.2f} s", seconds);
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{} min {} s", whole / 60, whole % 60);
  if (whole < 86400) return fmt::format("{} h {} min", whole / 3600, whole / 60 % 60);
  return fmt::format("{} d {} h", whole / 86400, whole / 3600 % 24);
}

std::string utc_text(std::chrono::system_clock::time_point time) {
  const auto since = std::chrono::floor<std::chrono::milliseconds>(time);
  const auto millis = since.time_since_epoch().count() % 1000;
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(std::chrono::system_clock::to_time_t(since)), millis);
}

}  // namespace enginery::tools
