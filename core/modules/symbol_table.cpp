// core/modules/symbol_table.cpp: the names of functions, in a shared object's file and as the user wrote them.
//
// A traceback names functions of whatever was loaded, also of files that were overwritten since. So nothing here
// refuses a file: what does not lie inside of it has no name.
//
// dladdr knows the functions that a shared object exports, and a static function is not among them. Its name is in the
// file's symbol table for debuggers, unless that was stripped.
#include "core/modules/symbol_table.hpp"

#include <cxxabi.h>
#include <elf.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <optional>

#include <fmt/format.h>

#include "core/modules/library_symbol.hpp"
#include "core/modules/mapped_code.hpp"
#include "core/processes/descriptor.hpp"

namespace enginery::modules {
namespace {

template <class T>
std::optional<T> load(std::span<const std::byte> bytes, std::uint64_t offset) {
  if (offset > bytes.size() || sizeof(T) > bytes.size() - offset) return std::nullopt;
  T object;
  std::memcpy(&object, bytes.data() + offset, sizeof object);
  return object;
}

std::string text_at(std::span<const std::byte> bytes, std::uint64_t offset) {
  if (offset >= bytes.size()) return {};
  const char* const start = reinterpret_cast<const char*>(bytes.data()) + offset;
  return {start, strnlen(start, bytes.size() - offset)};
}

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

std::string demangle(const char* symbol) {
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> name(abi::__cxa_demangle(symbol, nullptr, nullptr, &status), std::free);
  return status == 0 && name ? name.get() : symbol;
}

void replace_all(std::string& text, std::string_view what, std::string_view with) {
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += with.size())
    text.replace(at, what.size(), with);
}

SymbolTable::SymbolTable(const std::string& path) {
  const cluster::Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat status {};
  if (!file || ::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode) || status.st_size <= 0) return;
  size_ = static_cast<std::size_t>(status.st_size);
  memory_ = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, file.get(), 0);
  if (memory_ == MAP_FAILED) size_ = 0;
}

SymbolTable::~SymbolTable() {
  if (size_ > 0) ::munmap(memory_, size_);
}

std::string SymbolTable::function_at(std::uint64_t offset) const {
  const std::span<const std::byte> file = bytes();
  const auto header = load<Elf64_Ehdr>(file, 0);
  if (!header || std::memcmp(header->e_ident, ELFMAG, SELFMAG) != 0) return {};
  const auto section = [&](std::uint64_t index) {
    return load<Elf64_Shdr>(file, header->e_shoff + index * sizeof(Elf64_Shdr));
  };
  std::string best;
  for (std::uint64_t i = 0; i < header->e_shnum; ++i) {
    const auto table = section(i);
    if (!table || (table->sh_type != SHT_SYMTAB && table->sh_type != SHT_DYNSYM)) continue;
    const auto strings = section(table->sh_link);
    if (!strings) continue;
    for (std::uint64_t at = 0; at + sizeof(Elf64_Sym) <= table->sh_size; at += sizeof(Elf64_Sym)) {
      const auto symbol = load<Elf64_Sym>(file, table->sh_offset + at);
      if (!symbol) break;
      if (symbol->st_shndx == SHN_UNDEF || ELF64_ST_TYPE(symbol->st_info) != STT_FUNC) continue;
      // A function without a size, as one in assembler may be, is at its very start.
      if (offset < symbol->st_value || (offset != symbol->st_value && offset - symbol->st_value >= symbol->st_size))
        continue;
      std::string name = text_at(file, strings->sh_offset + symbol->st_name);
      if (best.empty() || (!name.empty() && name.size() < best.size())) best = std::move(name);
    }
  }
  return best;
}

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
