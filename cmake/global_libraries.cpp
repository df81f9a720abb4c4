// cmake/global_libraries.cpp: what enginery_open_globally adds to a plugin or program.
//
// The libraries that it links are loaded when this runs, before its other constructors. Opening one again with
// RTLD_GLOBAL shows it to all that is loaded later.
#include <dlfcn.h>
#include <link.h>

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

struct Search {
  const char* name;
  char path[4096];
};

int look(dl_phdr_info* info, std::size_t, void* context) {
  Search& search = *static_cast<Search*>(context);
  const char* const slash = info->dlpi_name ? std::strrchr(info->dlpi_name, '/') : nullptr;
  const std::size_t length = std::strlen(search.name);
  if (!slash || std::strncmp(slash + 1, "lib", 3) != 0 || std::strncmp(slash + 4, search.name, length) != 0 ||
      std::strncmp(slash + 4 + length, ".so", 3) != 0)
    return 0;
  std::snprintf(search.path, sizeof search.path, "%s", info->dlpi_name);
  return 1;
}

[[gnu::constructor(101)]] void open_globally() {
  constexpr const char* kNames[] = {ENGINERY_GLOBAL_LIBRARIES};
  for (const char* const name : kNames) {
    Search search{name, {}};
    if (dl_iterate_phdr(&look, &search) && dlopen(search.path, RTLD_NOW | RTLD_NOLOAD | RTLD_GLOBAL)) continue;
    std::fprintf(stderr, "GLOBAL_LIBRARIES names %s, and no lib%s.so is loaded: link it, by target_link_libraries\n",
                 name, name);
    std::abort();
  }
}

}  // namespace
