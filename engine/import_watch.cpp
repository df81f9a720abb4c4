// engine/import_watch.cpp: whether code that came into this process could do something.
//
// What a module calls elsewhere, or takes the address of, has a relocation that names its symbol. The dynamic linker
// counts what it has mapped, so that all is looked at once.
#include "engine/import_watch.hpp"

#include <elf.h>
#include <link.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
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
    const ElfW(Rela)* data = nullptr, *calls = nullptr;
    std::size_t data_bytes = 0, calls_bytes = 0;
    for (const auto* entry = reinterpret_cast<const ElfW(Dyn)*>(base + dynamic); entry->d_tag != DT_NULL; ++entry) {
      const ElfW(Addr) address = at(entry->d_un.d_ptr);
      switch (entry->d_tag) {
        case DT_SYMTAB:
          symbols_ = reinterpret_cast<const ElfW(Sym)*>(address);
          break;
        case DT_STRTAB:
          names_ = reinterpret_cast<const char*>(address);
          break;
        case DT_RELA:
          data = reinterpret_cast<const ElfW(Rela)*>(address);
          break;
        case DT_RELASZ:
          data_bytes = entry->d_un.d_val;
          break;
        case DT_JMPREL:
          calls = reinterpret_cast<const ElfW(Rela)*>(address);
          break;
        case DT_PLTRELSZ:
          calls_bytes = entry->d_un.d_val;
          break;
        default:
          break;
      }
    }
    if (data) data_ = Relocations(data, data_bytes / sizeof *data);
    if (calls) calls_ = Relocations(calls, calls_bytes / sizeof *calls);
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
