// core/modules/traceback.cpp: a stack in words.
#include "core/modules/traceback.hpp"

#include <filesystem>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "core/modules/demangle.hpp"
#include "core/modules/symbol_table.hpp"

namespace enginery::modules {
namespace {

bool is_machinery(std::string_view function) {
  for (const std::string_view ours :
       {"enginery::tasks::", "enginery::engine::", "enginery::tools::", "enginery::Function::", "__cxa_throw"})
    if (function.starts_with(ours)) return true;
  return function == "main" || function.find("enginery::ErasedCall<") != function.npos;
}

/// The name in the source, as people write it.
std::string readable(const std::string& symbol) {
  static constexpr std::string_view kString =
      "std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> >";
  std::string name = symbol.empty() ? "" : demangle(symbol.c_str());
  for (std::size_t at; (at = name.find(kString)) != name.npos;) name.replace(at, kString.size(), "std::string");
  return name.substr(0, name.find(" [clone "));
}

}  // namespace

std::string traceback(std::span<const CodePlace> stack, bool cut) {
  std::map<std::string, SymbolTable> tables;
  std::vector<std::string> lines;
  bool inside = false;  // of what the machinery has called
  for (auto place = stack.rbegin(); place != stack.rend(); ++place) {
    const std::string function = readable(
        place->symbol.empty() ? tables.try_emplace(place->file, place->file).first->second.function_at(place->offset)
                              : place->symbol);
    if (is_machinery(function)) {
      if (!std::exchange(inside, true)) lines.clear();
      continue;
    }
    const std::string file = std::filesystem::path(place->file).filename().string();
    lines.push_back(function.empty() ? fmt::format("  at {}+{:#x}", file, place->offset)
                                     : fmt::format("  at {} in {}", function, file));
    if (function == "abort") break;  // how it does that is no news
  }
  std::string text = cut && !inside ? fmt::format("  (the innermost {} of more)", stack.size()) : "";
  for (std::size_t first = 0; first < lines.size();) {
    std::size_t end = first + 1;
    while (end < lines.size() && lines[end] == lines[first]) ++end;
    if (!text.empty()) text += '\n';
    text += lines[first];
    if (end - first > 1) text += fmt::format(" ({} times)", end - first);
    first = end;
  }
  return text;
}

}  // namespace enginery::modules
