// engine/import_watch.cpp: whether code that came into this process could do something.
//
// A module has a relocation for each function of another module that it calls or takes the address of; the relocation
// names the function's symbol. The dynamic linker counts the modules that it has mapped, so each one is looked at once.
#include "engine/import_watch.hpp"

#include <elf.h>
#include <link.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <utility>

namespace enginery::engine {
namespace {

/// The tables of a mapped object that say what it asks for.
class Imports {
 public:
  explicit Imports(const dl_phdr_info& object) {
    for (const ElfW(Phdr) & header : std::span(object.dlpi_phdr, object.dlpi_phnum))
      if (header.p_type == PT_DYNAMIC) read(object.dlpi_addr, header.p_vaddr);
  }

  bool have(std::span<const std::string_view> functions) const {
    if (!symbols_ || !names_) return false;
    const auto is_one = [&](const ElfW(Rela) & relocation) {
      const auto index = ELF64_R_SYM(relocation.r_info);
      if (index == 0 || symbols_[index].st_shndx != SHN_UNDEF) return false;  // most name none
      return std::ranges::find(functions, std::string_view(names_ + symbols_[index].st_name)) != functions.end();
    };
    return std::ranges::any_of(data_, is_one) || std::ranges::any_of(calls_, is_one);
  }

 private:
  using Relocations = std::span<const ElfW(Rela)>;

  void read(ElfW(Addr) base, ElfW(Addr) dynamic) {
    // The kernel's own object is not relocated, and asks for nothing.
    const auto at = [base](ElfW(Addr) address) { return address < base ? 0 : address; };
    std::array<ElfW(Addr), DT_JMPREL + 1> values{};  // by tag, of which none that counts here is greater
    for (const auto* entry = reinterpret_cast<const ElfW(Dyn)*>(base + dynamic); entry->d_tag != DT_NULL; ++entry)
      if (const auto tag = static_cast<std::size_t>(entry->d_tag); tag < values.size()) values[tag] = entry->d_un.d_ptr;
    const auto relocations = [&](std::size_t table, std::size_t bytes) {
      const auto* first = reinterpret_cast<const ElfW(Rela)*>(at(values[table]));
      return first ? Relocations(first, values[bytes] / sizeof *first) : Relocations();
    };
    symbols_ = reinterpret_cast<const ElfW(Sym)*>(at(values[DT_SYMTAB]));
    names_ = reinterpret_cast<const char*>(at(values[DT_STRTAB]));
    data_ = relocations(DT_RELA, DT_RELASZ);
    calls_ = relocations(DT_JMPREL, DT_PLTRELSZ);
  }

  const ElfW(Sym) * symbols_ = nullptr;
  const char* names_ = nullptr;
  Relocations data_, calls_;
};

}  // namespace

struct ImportWatch::Search {
  ImportWatch& watch;
  bool first;  // what is there from the start is not looked at

  static int count(dl_phdr_info* object, std::size_t, void* counts) {
    *static_cast<Counts*>(counts) = {object->dlpi_adds, object->dlpi_subs};
    return 1;
  }
  static int look(dl_phdr_info* object, std::size_t, void* search) {
    auto& [watch, first] = *static_cast<Search*>(search);
    if (first) watch.own_.insert(object->dlpi_phdr);
    if (watch.own_.contains(object->dlpi_phdr) || !watch.known_.insert(object->dlpi_phdr).second || watch.found_)
      return 0;
    watch.found_ = Imports(*object).have(watch.functions_);
    return 0;
  }
};

ImportWatch::ImportWatch(std::vector<std::string_view> functions, Own own) : functions_(std::move(functions)) {
  if (own == Own::counts) return;
  Search search{*this, true};
  ::dl_iterate_phdr(&Search::count, &counts_);
  ::dl_iterate_phdr(&Search::look, &search);
}

bool ImportWatch::found() {
  if (found_) return true;
  Counts counts;
  ::dl_iterate_phdr(&Search::count, &counts);
  const Counts before = std::exchange(counts_, counts);
  if (before.added == counts.added) return false;
  if (before.removed != counts.removed) known_.clear();  // something else may lie where it was
  Search search{*this, false};
  ::dl_iterate_phdr(&Search::look, &search);
  return found_;
}

}  // namespace enginery::engine
