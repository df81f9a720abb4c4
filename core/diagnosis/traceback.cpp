// core/diagnosis/traceback.cpp: a stack in words.
#include "core/diagnosis/traceback.hpp"

#include <filesystem>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "core/diagnosis/source_lines.hpp"
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

/// The function's name, in front of which what it returns may stand, and behind which its parameters do:
/// "std::__invoke<…>(…)" of "std::enable_if<…>::type std::__invoke<…>(…)".
std::string_view from_its_name(std::string_view function) {
  constexpr std::string_view kUnnamed = "(anonymous namespace)", kOperator = "operator", kType = "decltype";
  std::size_t start = 0;
  int depth = 0;
  for (std::size_t i = 0; i < function.size(); ++i) {
    const char c = function[i];
    const std::string_view before = function.substr(start, i - start);
    if (depth == 0 && before.ends_with(kOperator) && c != ' ') {  // whatever it is: (), <<, ->
      i += c == '(' ? 1 : 0;
      while (i + 1 < function.size() && std::string_view("<>=").find(function[i + 1]) != std::string_view::npos &&
             c != '(')
        ++i;
    } else if (depth == 0 && c == '(' && function.substr(i).starts_with(kUnnamed)) {
      i += kUnnamed.size() - 1;
    } else if (depth == 0 && c == '(' && !before.ends_with(kType)) {
      break;
    } else if (depth == 0 && c == ' ') {
      start = i + 1;
    } else if (c == '<' || c == '(' || c == '{') {
      ++depth;
    } else if (c == '>' || c == ')' || c == '}') {
      --depth;
    }
  }
  return function.substr(start);
}

/// Between two functions of the user's, or within one of the library's own: not worth a line.
bool is_between(std::string_view function) {
  const std::string_view name = from_its_name(function);
  for (const std::string_view known :
       {"enginery::evaluator::", "std::__invoke", "std::invoke", "std::apply", "std::__apply_impl", "std::visit",
        "std::__do_visit", "std::__detail::__variant::", "std::function<", "std::_Function_handler", "std::thread::_"})
    if (name.starts_with(known)) return true;
  return false;
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

std::string traceback(std::span<const CodePlace> stack, bool cut, Exactness exactness) {
  std::map<std::string, SymbolTable> tables;
  std::map<std::string, SourceLines> sources;
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
    if (is_between(function)) continue;
    const std::string file = std::filesystem::path(place->file).filename().string();
    std::string line = function.empty() ? fmt::format("  at {}", file) : fmt::format("  at {} in {}", function, file);
    const std::string source = exactness == Exactness::line
                                   ? sources.try_emplace(place->file, place->file).first->second.at(place->offset)
                                   : "";
    if (!source.empty())
      line += fmt::format(" ({})", source);
    else if (function.empty() || exactness == Exactness::line)
      line += fmt::format("+{:#x}", place->offset);
    lines.push_back(std::move(line));
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
