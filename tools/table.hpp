// tools/table.hpp: rows of text for a terminal, and times as people and programs read them.
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace enginery::tools {

struct Cell {
  std::string text;
  /// An escape sequence such as kGreen; empty: as the terminal is.
  std::string colour{};
};

inline constexpr const char* kBold = "\033[1m";
inline constexpr const char* kGreen = "\033[32m";
inline constexpr const char* kYellow = "\033[33m";
inline constexpr const char* kRed = "\033[31m";

/// Words go to the left of their column, numbers to the right.
enum class Align { left, right };

/// One line per row, the columns as wide as they must be. Control characters of foreign names do not reach the
/// terminal.
class Table {
 public:
  struct Column {
    std::string title;
    Align align = Align::left;
  };
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  /// A row without cells for the last columns leaves them empty.
  void add(std::vector<Cell> row);
  std::string text(bool colours) const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<Cell>> rows_;
};

/// "0.42 s", "17 s", "3 min 5 s", "2 h 7 min", "4 d 3 h".
std::string duration_text(std::chrono::milliseconds duration);
/// ISO 8601, UTC, milliseconds: "2026-01-31T23:59:59.999Z".
std::string utc_text(std::chrono::system_clock::time_point time);

}  // namespace enginery::tools
