// core/modules/mapped_code.cpp: which code is mapped into this process, and where.
//
// All that is said of a mapped object is read from its memory: its file may be gone, or hold a later build. The dynamic
// linker holds a lock while it goes through its list of objects. So the functions that it calls for each object read
// that object, and ask the linker nothing.
#include "core/modules/mapped_code.hpp"

#include <dlfcn.h>
#include <link.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <memory>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "core/modules/elf_file.hpp"
#include "core/modules/library_search.hpp"

namespace enginery::modules {
namespace {

std::span<const ElfW(Phdr)> segments_of(const dl_phdr_info& object) { return {object.dlpi_phdr, object.dlpi_phnum}; }

bool holds(const dl_phdr_info& object, std::uintptr_t address, ElfW(Word) flags) {
  return std::ranges::any_of(segments_of(object), [&](const ElfW(Phdr) & segment) {
    const std::uintptr_t start = object.dlpi_addr + segment.p_vaddr;
    return segment.p_type == PT_LOAD && (segment.p_flags & flags) == flags && address >= start &&
           address - start < segment.p_memsz;
  });
}

/// Null for an object without.
const ElfW(Dyn) * dynamic_section_of(const dl_phdr_info& object) {
  for (const ElfW(Phdr) & segment : segments_of(object))
    if (segment.p_type == PT_DYNAMIC) return reinterpret_cast<const ElfW(Dyn)*>(object.dlpi_addr + segment.p_vaddr);
  return nullptr;
}

/// Has it more than the one that every shared object has from the compiler's own startup files?
bool has_constructors(const dl_phdr_info& object) {
  for (const ElfW(Dyn)* entry = dynamic_section_of(object); entry && entry->d_tag != DT_NULL; ++entry)
    if (entry->d_tag == DT_INIT_ARRAYSZ) return entry->d_un.d_val > sizeof(void*);
  return false;
}

/// Calls `f` for each object that is mapped, the program first, until it returns true. Whether it did.
template <class F>
bool any_object(F f) {
  const auto call = [](dl_phdr_info* object, std::size_t, void* function) -> int {
    return (*static_cast<F*>(function))(*object);
  };
  return dl_iterate_phdr(call, &f) != 0;
}

}  // namespace

std::string CodeAddress::text() const {
  return fmt::format("+{:#x}@{}{}{}", offset, build_id.hex, generation.empty() ? "" : "/", generation.hex);
}

std::optional<CodeAddress> CodeAddress::parse(std::string_view text) {
  CodeAddress address;
  const std::size_t at = text.find('@');
  if (!text.starts_with("+0x") || at == text.npos || at + 1 == text.size()) return std::nullopt;
  const auto [end, error] = std::from_chars(text.data() + 3, text.data() + at, address.offset, 16);
  if (error != std::errc() || end != text.data() + at) return std::nullopt;
  const std::string_view build = text.substr(at + 1);
  const std::size_t slash = build.find('/');
  address.build_id.hex = build.substr(0, slash);
  if (slash != build.npos) address.generation.hex = build.substr(slash + 1);
  if (address.build_id.empty() || (slash != build.npos && address.generation.empty())) return std::nullopt;
  return address;
}

std::optional<CodeLocation> CodeLocation::of(const void* address) {
  const auto number = reinterpret_cast<std::uintptr_t>(address);
  std::optional<CodeLocation> location;
  bool first = true;
  any_object([&](const dl_phdr_info& object) {
    const bool executable = std::exchange(first, false);
    if (!holds(object, number, 0)) return false;
    location = {object.dlpi_name, executable, {build_id_of(object), number - object.dlpi_addr, {}}};
    return true;
  });
  if (location && location->executable) {
    std::error_code error;
    location->file = std::filesystem::read_symlink("/proc/self/exe", error);
  }
  return location;
}

const void* find_code(const CodeAddress& address, std::optional<std::uintptr_t> base) {
  std::uintptr_t code = 0;
  any_object([&](const dl_phdr_info& object) {
    if (base && object.dlpi_addr != *base) return false;
    const std::uintptr_t there = object.dlpi_addr + address.offset;
    if (!holds(object, there, PF_X) || build_id_of(object) != address.build_id) return false;
    code = there;
    return true;
  });
  return reinterpret_cast<const void*>(code);
}

BuildId build_id_of(const dl_phdr_info& object) {
  for (const ElfW(Phdr) & segment : segments_of(object)) {
    if (segment.p_type != PT_NOTE) continue;
    const auto* const notes = reinterpret_cast<const std::byte*>(object.dlpi_addr + segment.p_vaddr);
    for (const ElfNote& note : read_notes({notes, segment.p_memsz}, segment.p_align))
      if (auto build_id = note.build_id(); build_id && !build_id->empty()) return *std::move(build_id);
  }
  return {};
}

std::optional<MappedLibrary> mapped_library(const std::string& name) {
  // Closed at the end: that gives back what NOLOAD has counted, no more.
  const std::unique_ptr<void, int (*)(void*)> handle(dlopen(name.c_str(), RTLD_LAZY | RTLD_NOLOAD), &dlclose);
  link_map* map = nullptr;
  if (!handle || dlinfo(handle.get(), RTLD_DI_LINKMAP, &map) != 0) return std::nullopt;
  MappedLibrary library{map->l_name, {}, map->l_addr};
  any_object([&](const dl_phdr_info& object) {
    // Two that are not moved have the same base; each has a dynamic section of its own.
    if (dynamic_section_of(object) != map->l_ld) return false;
    library.build_id = build_id_of(object);
    return true;
  });
  return library;
}

std::vector<OwnFile> own_loaded_files() {
  std::vector<OwnFile> all;
  any_object([&](const dl_phdr_info& object) {
    // The executable has no name, and what the kernel maps no path.
    if (object.dlpi_name && *object.dlpi_name == '/') all.push_back({object.dlpi_name, has_constructors(object)});
    return false;
  });
  // Only now: while the list is held, nothing else may be asked of the dynamic linker.
  std::erase_if(all, [](const OwnFile& file) {
    std::error_code error;
    return of_enginery(std::filesystem::path(file.path).filename()) || of_system(file.path) ||
           !std::filesystem::exists(file.path, error);
  });
  return all;
}

}  // namespace enginery::modules
