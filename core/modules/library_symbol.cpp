// core/modules/library_symbol.cpp: functions of libraries that every host has, such as libc's getpid.
//
// A function's address is looked up among the symbols that its library shows. Those of type IFUNC have no address of
// their own: the dynamic linker calls a resolver that chooses one for this processor, which no symbol may name. Those
// are found the other way round, by asking the linker for each of them.
#include "core/modules/library_symbol.hpp"

#include <dlfcn.h>
#include <elf.h>
#include <link.h>

#include <algorithm>

#include <fmt/format.h>

#include <enginery/errors.hpp>

#include "core/modules/exported_symbols.hpp"
#include "core/processes/floating_point_scope.hpp"

namespace enginery::modules {
namespace {

/// Of two names of one function the one that a program would write: getpid, not __getpid.
bool is_better(std::string_view a, std::string_view b) {
  const auto strangeness = [](std::string_view name) { return std::min(name.find_first_not_of('_'), name.size()); };
  if (strangeness(a) != strangeness(b)) return strangeness(a) < strangeness(b);
  return a.size() != b.size() ? a.size() < b.size() : a < b;
}

const link_map* first_object() {
  static void* const program = dlopen(nullptr, RTLD_LAZY);
  link_map* map = nullptr;
  dlinfo(program, RTLD_DI_LINKMAP, &map);
  return map;
}

/// Its tables are where the file says, not where they are mapped, and it is no file that could be opened elsewhere.
bool is_of_the_kernel(const link_map& map) { return std::string_view(map.l_name).starts_with("linux-vdso"); }

const void* ask_linker(void* library, const std::string& symbol, const std::string& version) {
  return version.empty() ? dlsym(library, symbol.c_str()) : dlvsym(library, symbol.c_str(), version.c_str());
}

std::optional<LibrarySymbol> shown_by(const link_map& map, const void* function) {
  const ExportedSymbols exports(map);
  std::optional<LibrarySymbol> best;
  exports.each_function([&](const ElfW(Sym) & symbol) {
    if (ELF64_ST_TYPE(symbol.st_info) != STT_FUNC || exports.address(symbol) != function || exports.is_old(symbol))
      return;
    if (!best || is_better(exports.name(symbol), best->symbol))
      best = LibrarySymbol{exports.name(symbol), exports.version(symbol), exports.soname()};
  });
  return best;
}

std::optional<LibrarySymbol> chosen_by(const link_map& map, const void* function) {
  if (!*map.l_name) return std::nullopt;
  void* const library = dlopen(map.l_name, RTLD_LAZY | RTLD_NOLOAD);
  if (!library) return std::nullopt;
  const ExportedSymbols exports(map);
  std::optional<LibrarySymbol> best;
  exports.each_function([&](const ElfW(Sym) & symbol) {
    if (ELF64_ST_TYPE(symbol.st_info) != STT_GNU_IFUNC || exports.is_old(symbol)) return;
    const std::string name = exports.name(symbol), version = exports.version(symbol);
    if (ask_linker(library, name, version) == function && (!best || is_better(name, best->symbol)))
      best = LibrarySymbol{name, version, exports.soname()};
  });
  dlclose(library);  // it was there before
  return best;
}

}  // namespace

std::string LibrarySymbol::text() const { return fmt::format("{}@{}@{}", symbol, version, library); }

std::optional<LibrarySymbol> LibrarySymbol::parse(std::string_view text) {
  const std::size_t first = text.find('@'), second = text.find('@', first + 1);
  if (first == 0 || first == text.npos || second == text.npos || second + 1 == text.size()) return std::nullopt;
  return LibrarySymbol{std::string(text.substr(0, first)), std::string(text.substr(first + 1, second - first - 1)),
                       std::string(text.substr(second + 1))};
}

std::optional<LibrarySymbol> LibrarySymbol::of(const void* function) {
  Dl_info where;
  link_map* its = nullptr;
  if (dladdr1(function, &where, reinterpret_cast<void**>(&its), RTLD_DL_LINKMAP) == 0) return std::nullopt;
  if (its && !is_of_the_kernel(*its))
    if (auto symbol = shown_by(*its, function); symbol && !symbol->library.empty()) return symbol;
  for (const link_map* map = first_object(); map; map = map->l_next) {
    if (is_of_the_kernel(*map)) continue;
    if (auto symbol = chosen_by(*map, function); symbol && !symbol->library.empty()) return symbol;
  }
  return std::nullopt;
}

const void* LibrarySymbol::resolve() const {
  // A name of a library, not a path: what a stranger names is sought where the system's libraries are.
  if (library.find('/') != std::string::npos)
    throw PluginLoadError(LoadStage::find, library, "a library that a call names is a plain name",
                          "Name it as its DT_SONAME does");
  const FloatingPointScope scope;
  void* const handle = dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!handle)
    throw PluginLoadError(LoadStage::dependency, library, "the engine's host does not have this library",
                          "Install it there; what your program brings itself is linked into it or lies beside it");
  if (const void* const function = ask_linker(handle, symbol, version)) return function;
  throw PluginLoadError(LoadStage::symbol, library,
                        fmt::format("it has no function {}{}{}", symbol, version.empty() ? "" : "@", version),
                        "The library on the engine's host is of another version: install the same there");
}

}  // namespace enginery::modules
