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
#include <cstddef>
#include <cstdint>
#include <memory>

#include <fmt/format.h>

#include <enginery/errors.hpp>

#include "core/processes/floating_point_scope.hpp"

namespace enginery::modules {
namespace {

/// The symbols that one mapped library shows.
///
/// The library stays mapped meanwhile.
class ExportedSymbols {
 public:
  explicit ExportedSymbols(const link_map& map) : base_(map.l_addr) {
    for (const ElfW(Dyn)* entry = map.l_ld; entry && entry->d_tag != DT_NULL; ++entry) {
      const std::uintptr_t value = entry->d_un.d_ptr;
      if (entry->d_tag == DT_SYMTAB) symbols_ = reinterpret_cast<const ElfW(Sym)*>(value);
      if (entry->d_tag == DT_STRTAB) strings_ = reinterpret_cast<const char*>(value);
      if (entry->d_tag == DT_GNU_HASH) count_ = count(reinterpret_cast<const std::uint32_t*>(value));
      if (entry->d_tag == DT_VERSYM) versions_ = reinterpret_cast<const ElfW(Half)*>(value);
      if (entry->d_tag == DT_VERDEF) definitions_ = base_ + value;  // the one that the dynamic linker has not relocated
      if (entry->d_tag == DT_SONAME) soname_at_ = value;
    }
  }

  std::string soname() const { return strings_ && soname_at_ ? strings_ + *soname_at_ : std::string(); }

  /// Calls `f(symbol)` for each that is defined here.
  template <class F>
  void each(F f) const {
    if (!symbols_ || !strings_) return;
    for (std::size_t i = 1; i < count_; ++i)
      if (symbols_[i].st_shndx != SHN_UNDEF) f(symbols_[i]);
  }
  const void* address(const ElfW(Sym) & symbol) const { return reinterpret_cast<const void*>(base_ + symbol.st_value); }
  const char* name(const ElfW(Sym) & symbol) const { return strings_ + symbol.st_name; }
  /// Empty for a symbol without.
  std::string version(const ElfW(Sym) & symbol) const {
    if (!versions_ || !definitions_) return {};
    const unsigned index = versions_[&symbol - symbols_] & 0x7fffU;
    for (std::uintptr_t at = definitions_;;) {
      const auto* definition = reinterpret_cast<const ElfW(Verdef)*>(at);
      if (definition->vd_ndx == index && !(definition->vd_flags & VER_FLG_BASE))
        return strings_ + reinterpret_cast<const ElfW(Verdaux)*>(at + definition->vd_aux)->vda_name;
      if (definition->vd_next == 0) return {};
      at += definition->vd_next;
    }
  }
  /// Is it of a version that new code is not linked to?
  bool is_old(const ElfW(Sym) & symbol) const { return versions_ && (versions_[&symbol - symbols_] & 0x8000U) != 0; }

 private:
  /// How many symbols there are, which only the hash table says: the end of the last chain.
  static std::size_t count(const std::uint32_t* table) {
    const std::uint32_t buckets = table[0], first = table[1], bloom = table[2];
    const std::uint32_t* const bucket = table + 4 + bloom * (sizeof(ElfW(Addr)) / sizeof *table);
    const std::uint32_t last = *std::max_element(bucket, bucket + buckets);
    if (last < first) return first;
    const std::uint32_t* chain = bucket + buckets + (last - first);
    std::size_t index = last;
    while ((*chain++ & 1U) == 0) ++index;
    return index + 1;
  }

  std::uintptr_t base_;
  const ElfW(Sym) * symbols_ = nullptr;
  const char* strings_ = nullptr;
  std::size_t count_ = 0;
  const ElfW(Half) * versions_ = nullptr;
  std::uintptr_t definitions_ = 0;
  std::optional<std::uintptr_t> soname_at_;
};

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

/// The kernel's own object. Its tables hold offsets in place of addresses, and no other host has it as a file.
bool is_of_the_kernel(const link_map& map) { return std::string_view(map.l_name).starts_with("linux-vdso"); }

/// Closed at the end, which leaves what was there before.
using Library = std::unique_ptr<void, int (*)(void*)>;
Library already_loaded(const std::string& name) {
  return Library(dlopen(name.c_str(), RTLD_LAZY | RTLD_NOLOAD), &dlclose);
}

const void* ask_linker(void* library, const std::string& symbol, const std::string& version) {
  return version.empty() ? dlsym(library, symbol.c_str()) : dlvsym(library, symbol.c_str(), version.c_str());
}

/// The best name among the library's functions of that type for which `is_it(symbol)` is true.
template <class F>
std::optional<LibrarySymbol> best_name(const ExportedSymbols& exports, unsigned type, F is_it) {
  std::optional<LibrarySymbol> best;
  exports.each([&](const ElfW(Sym) & symbol) {
    if (ELF64_ST_TYPE(symbol.st_info) != type || exports.is_old(symbol) || !is_it(symbol)) return;
    if (!best || is_better(exports.name(symbol), best->symbol))
      best = LibrarySymbol{exports.name(symbol), exports.version(symbol), exports.soname()};
  });
  return best;
}

std::optional<LibrarySymbol> shown_by(const link_map& map, const void* function) {
  const ExportedSymbols exports(map);
  return best_name(exports, STT_FUNC, [&](const ElfW(Sym) & symbol) { return exports.address(symbol) == function; });
}

std::optional<LibrarySymbol> chosen_by(const link_map& map, const void* function) {
  if (!*map.l_name) return std::nullopt;
  const Library library = already_loaded(map.l_name);
  if (!library) return std::nullopt;
  const ExportedSymbols exports(map);
  return best_name(exports, STT_GNU_IFUNC, [&](const ElfW(Sym) & symbol) {
    return ask_linker(library.get(), exports.name(symbol), exports.version(symbol)) == function;
  });
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

bool comes_first(const std::string& name) {
  const Library library = already_loaded(name);
  link_map* map = nullptr;
  if (!library || dlinfo(library.get(), RTLD_DI_LINKMAP, &map) != 0) return false;
  bool first = false;
  const ExportedSymbols symbols(*map);
  symbols.each([&](const ElfW(Sym) & symbol) {
    const auto type = ELF64_ST_TYPE(symbol.st_info);
    first = first || ((type == STT_FUNC || type == STT_OBJECT) &&
                      dlsym(RTLD_DEFAULT, symbols.name(symbol)) == symbols.address(symbol));
  });
  return first;
}

}  // namespace enginery::modules
