// core/modules/mapped_build_id.cpp: the build-id of what is mapped, from its memory.
#include "core/modules/mapped_build_id.hpp"

#include <elf.h>

#include <cstddef>
#include <cstring>

#include <fmt/format.h>

namespace enginery::modules {

/// The notes of what is mapped are as the dynamic linker trusted them; the padding of the last may lie beyond the end.
static BuildId find_in_notes(const char* at, const char* const end, std::size_t alignment) {
  const auto padded = [alignment](std::size_t length) { return (length + alignment - 1) / alignment * alignment; };
  while (end - at >= static_cast<std::ptrdiff_t>(sizeof(ElfW(Nhdr)))) {
    ElfW(Nhdr) note;
    std::memcpy(&note, at, sizeof note);
    const char* const name = at + sizeof note;
    const char* const content = name + padded(note.n_namesz);
    if (content > end || note.n_descsz > static_cast<std::size_t>(end - content)) break;
    if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == 4 && std::memcmp(name, "GNU", 4) == 0) {
      BuildId found;
      for (std::size_t i = 0; i < note.n_descsz; ++i)
        found.hex += fmt::format("{:02x}", static_cast<unsigned char>(content[i]));
      return found;
    }
    at = content + padded(note.n_descsz);
  }
  return {};
}

BuildId build_id_of(const dl_phdr_info& object) {
  for (std::size_t i = 0; i < object.dlpi_phnum; ++i) {
    const ElfW(Phdr)& segment = object.dlpi_phdr[i];
    if (segment.p_type != PT_NOTE) continue;
    const char* const notes = reinterpret_cast<const char*>(object.dlpi_addr + segment.p_vaddr);
    BuildId found = find_in_notes(notes, notes + segment.p_memsz, segment.p_align == 8 ? 8 : 4);
    if (!found.empty()) return found;
  }
  return {};
}

}  // namespace enginery::modules
