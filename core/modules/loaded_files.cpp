// core/modules/loaded_files.cpp: what this process has loaded of the user's own.
#include "core/modules/loaded_files.hpp"

#include <link.h>

#include <filesystem>
#include <system_error>

#include "core/modules/library_search.hpp"

namespace enginery::modules {

/// Has it more than the one that every shared object has from the compiler's own startup files?
static bool has_constructors(const dl_phdr_info& info) {
  for (std::size_t i = 0; i < info.dlpi_phnum; ++i) {
    if (info.dlpi_phdr[i].p_type != PT_DYNAMIC) continue;
    const auto* entry = reinterpret_cast<const ElfW(Dyn)*>(info.dlpi_addr + info.dlpi_phdr[i].p_vaddr);
    for (; entry->d_tag != DT_NULL; ++entry)
      if (entry->d_tag == DT_INIT_ARRAYSZ) return entry->d_un.d_val > sizeof(void*);
  }
  return false;
}

std::vector<OwnFile> own_loaded_files() {
  std::vector<OwnFile> all;
  const auto add = [](dl_phdr_info* info, std::size_t, void* context) {
    // The executable has no name, and what the kernel maps no path.
    if (info->dlpi_name && *info->dlpi_name == '/')
      static_cast<std::vector<OwnFile>*>(context)->push_back({info->dlpi_name, has_constructors(*info)});
    return 0;
  };
  dl_iterate_phdr(add, &all);
  // Only now: while the list is held, nothing else may be asked of the dynamic linker.
  std::erase_if(all, [](const OwnFile& file) {
    std::error_code error;
    return of_enginery(std::filesystem::path(file.path).filename()) || of_system(file.path) ||
           !std::filesystem::exists(file.path, error);
  });
  return all;
}

}  // namespace enginery::modules
