// core/modules/symbol_table.hpp: the names of functions, in a shared object's file and as the user wrote them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <typeinfo>

#include <enginery/export.hpp>

namespace enginery::modules {

/// The C++ name of a mangled symbol or type; the symbol itself when it is none.
std::string demangle(const char* symbol);

/// Puts `with` in the place of each `what`.
void replace_all(std::string& text, std::string_view what, std::string_view with);

/// The symbols of an ELF file, those for debuggers and those that it shows to others. Whatever is in the file, reading
/// it is safe; what cannot be read has no symbols.
///
/// Threads: immutable once constructed.
class ENGINERY_API SymbolTable {
 public:
  explicit SymbolTable(const std::string& file);
  ~SymbolTable();
  SymbolTable(const SymbolTable&) = delete;
  SymbolTable& operator=(const SymbolTable&) = delete;

  /// The mangled name of the function whose code is at that offset from where the file is mapped; the shortest, if it
  /// has several. Empty if there is none, as where the symbols were stripped.
  std::string function_at(std::uint64_t offset) const;

 private:
  std::span<const std::byte> bytes() const { return {static_cast<const std::byte*>(memory_), size_}; }

  void* memory_ = nullptr;
  std::size_t size_ = 0;
};

/// "get_norms", "ns::wait": a demangled function or class without parameters, template arguments, qualifiers and return
/// type. What stands in an anonymous namespace is named without it, and a lambda is "f::<lambda>".
std::string short_name(std::string_view demangled);

/// The short name of the function at an address of this process, also of a static one: from the symbols of its file.
/// Where they were stripped, "tour.so+0x1f40".
ENGINERY_API std::string function_name(const void* function);

/// The name of a function object's class, which a lambda has too.
ENGINERY_API std::string class_name(const std::type_info& type);

}  // namespace enginery::modules
