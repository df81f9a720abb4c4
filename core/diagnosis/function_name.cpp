// core/diagnosis/function_name.cpp: functions by the names that they have in the source.
//
// dladdr knows the functions that a shared object exports, and a static function is not among them. Its name is in the
// file's symbol table for debuggers, unless that was stripped.
#include "core/diagnosis/function_name.hpp"

#include <filesystem>

#include <fmt/format.h>

#include "core/modules/library_symbol.hpp"
#include "core/modules/mapped_code.hpp"
#include "core/modules/symbol_table.hpp"

namespace enginery::modules {
namespace {

/// Without what stands between `open` and `close`, brackets included, and what nests in them.
std::string without(std::string_view text, char open, char close) {
  std::string rest;
  int depth = 0;
  for (const char c : text) {
    if (c == open) ++depth;
    if (depth == 0) rest += c;
    if (c == close && depth > 0) --depth;
  }
  return rest;
}

/// Replaces each "{lambda(double)#1}" by a mark that brackets do not disturb.
constexpr char kLambda = '\1';
void mark_lambdas(std::string& text) {
  for (std::size_t at; (at = text.find("{lambda")) != std::string::npos;) {
    std::size_t end = at;
    int depth = 0;
    do {
      if (text[end] == '{') ++depth;
      if (text[end] == '}') --depth;
      ++end;
    } while (end < text.size() && depth > 0);
    text.replace(at, end - at, 1, kLambda);
  }
}

}  // namespace

std::string short_name(std::string_view demangled) {
  std::string text(demangled);
  mark_lambdas(text);
  replace_all(text, "(anonymous namespace)::", "");
  replace_all(text, "[abi:cxx11]", "");
  // The operators whose names look like brackets.
  replace_all(text, "operator()", "operator\2");
  text = without(without(text, '<', '>'), '(', ')');
  // "double f const &": what is left of a return type, and of a method's qualifiers.
  for (const std::string_view qualifier : {" const", " &&", " &"}) replace_all(text, qualifier, "");
  text.erase(0, text.rfind(' ') + 1);  // from the start, if there is none
  replace_all(text, std::string_view("\2", 1), "()");
  replace_all(text, std::string_view(&kLambda, 1), "<lambda>");
  return text;
}

std::string function_name(const void* function) {
  const auto location = CodeLocation::of(function);
  if (!location) return fmt::format("{}", function);
  const std::string symbol = SymbolTable(location->file).function_at(location->address.offset);
  if (!symbol.empty()) return short_name(demangle(symbol.c_str()));
  // What the linker chose for this processor shows no name; what it was asked for does.
  if (const auto known = LibrarySymbol::of(function)) return short_name(demangle(known->symbol.c_str()));
  return fmt::format("{}+{:#x}", std::filesystem::path(location->file).filename().string(), location->address.offset);
}

std::string class_name(const std::type_info& type) { return short_name(demangle(type.name())); }

}  // namespace enginery::modules
