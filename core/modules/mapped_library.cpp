// core/modules/mapped_library.cpp: a library as this process has it.
#include "core/modules/mapped_library.hpp"

#include <dlfcn.h>
#include <link.h>

#include <cstdint>

#include "core/modules/exported_symbols.hpp"
#include "core/modules/mapped_build_id.hpp"

namespace enginery::modules {
namespace {

struct Looked {
  ElfW(Addr) base;
  const ElfW(Dyn) * dynamic;
  BuildId found;
};

int look(dl_phdr_info* info, std::size_t, void* context) {
  auto& looked = *static_cast<Looked*>(context);
  if (info->dlpi_addr != looked.base) return 0;
  // Two that are not moved have the same base: the dynamic section tells them apart.
  bool same = false;
  for (std::size_t i = 0; i < info->dlpi_phnum; ++i)
    same = same || (info->dlpi_phdr[i].p_type == PT_DYNAMIC &&
                    info->dlpi_addr + info->dlpi_phdr[i].p_vaddr == reinterpret_cast<std::uintptr_t>(looked.dynamic));
  if (!same) return 0;
  looked.found = build_id_of(*info);
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
    library = MappedLibrary{map->l_name, std::move(looked.found), map->l_addr};
  }
  dlclose(handle);  // gives back what NOLOAD has counted, no more
  return library;
}

bool comes_first(const std::string& name) {
  void* const handle = dlopen(name.c_str(), RTLD_LAZY | RTLD_NOLOAD);
  if (!handle) return false;
  link_map* map = nullptr;
  bool first = false;
  if (dlinfo(handle, RTLD_DI_LINKMAP, &map) == 0) {
    const ExportedSymbols symbols(*map);
    symbols.each([&](const ElfW(Sym) & symbol) {
      const auto type = ELF64_ST_TYPE(symbol.st_info);
      first = first || ((type == STT_FUNC || type == STT_OBJECT) &&
                        dlsym(RTLD_DEFAULT, symbols.name(symbol)) == symbols.address(symbol));
    });
  }
  dlclose(handle);
  return first;
}

}  // namespace enginery::modules
