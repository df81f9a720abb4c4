// core/modules/mapped_library.cpp: a library as this process has it.
#include "core/modules/mapped_library.hpp"

#include <dlfcn.h>
#include <elf.h>
#include <link.h>

#include <cstdint>
#include <cstring>

#include <fmt/format.h>

namespace enginery::modules {
namespace {

struct Looked {
  ElfW(Addr) base;
  const ElfW(Dyn) * dynamic;
  BuildId found;
};

/// The notes of what is mapped are as the dynamic linker trusted them.
void read_notes(const char* at, std::size_t size, std::size_t alignment, BuildId& found) {
  const auto padded = [alignment](std::size_t length) { return (length + alignment - 1) / alignment * alignment; };
  for (const char* const end = at + size; end - at >= static_cast<std::ptrdiff_t>(sizeof(ElfW(Nhdr)));) {
    ElfW(Nhdr) note;
    std::memcpy(&note, at, sizeof note);
    const char* const name = at + sizeof note;
    const char* const content = name + padded(note.n_namesz);
    if (content > end || note.n_descsz > static_cast<std::size_t>(end - content)) return;
    if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == 4 && std::memcmp(name, "GNU", 4) == 0) {
      found.hex.clear();
      for (std::size_t i = 0; i < note.n_descsz; ++i)
        found.hex += fmt::format("{:02x}", static_cast<unsigned char>(content[i]));
      return;
    }
    at = content + padded(note.n_descsz);
  }
}

int look(dl_phdr_info* info, std::size_t, void* context) {
  auto& looked = *static_cast<Looked*>(context);
  if (info->dlpi_addr != looked.base) return 0;
  // Two that are not moved have the same base: the dynamic section tells them apart.
  bool same = false;
  for (std::size_t i = 0; i < info->dlpi_phnum; ++i)
    same = same || (info->dlpi_phdr[i].p_type == PT_DYNAMIC &&
                    info->dlpi_addr + info->dlpi_phdr[i].p_vaddr == reinterpret_cast<std::uintptr_t>(looked.dynamic));
  if (!same) return 0;
  for (std::size_t i = 0; i < info->dlpi_phnum; ++i) {
    const ElfW(Phdr)& segment = info->dlpi_phdr[i];
    if (segment.p_type == PT_NOTE)
      read_notes(reinterpret_cast<const char*>(info->dlpi_addr + segment.p_vaddr), segment.p_memsz,
                 segment.p_align == 8 ? 8 : 4, looked.found);
  }
  return 1;
}

}  // namespace

std::optional<MappedLibrary> mapped_library(const std::string& name) {
  void* const handle = dlopen(name.c_str(), RTLD_LAZY | RTLD_NOLOAD);
  if (!handle) return std::nullopt;
  link_map* map = nullptr;
  std::optional<MappedLibrary> library;
  if (dlinfo(handle, RTLD_DI_LINKMAP, &map) == 0) {
    Looked looked{map->l_addr, map->l_ld, {}};
    dl_iterate_phdr(&look, &looked);
    library = MappedLibrary{map->l_name, std::move(looked.found)};
  }
  dlclose(handle);  // gives back what NOLOAD has counted, no more
  return library;
}

}  // namespace enginery::modules
