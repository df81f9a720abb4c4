// core/modules/exported_symbols.hpp: the symbols that one mapped library shows.
#pragma once

#include <elf.h>
#include <link.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace enginery::modules {

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
  template <class F>
  void each_function(F f) const {
    each([&](const ElfW(Sym) & symbol) {
      const auto type = ELF64_ST_TYPE(symbol.st_info);
      if (type == STT_FUNC || type == STT_GNU_IFUNC) f(symbol);
    });
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

}  // namespace enginery::modules
