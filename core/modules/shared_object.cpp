// core/modules/shared_object.cpp: the code of one build, mapped into this process.
#include "core/modules/shared_object.hpp"

#include <dlfcn.h>
#include <link.h>

#include "core/modules/dl_error.hpp"
#include "core/processes/floating_point_scope.hpp"

namespace enginery::modules {
namespace {

/// Constructors run in it, such as that of -ffast-math, which flushes subnormals for the whole thread.
void* opened(const std::string& file) {
  const FloatingPointScope scope;
  return dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
}

}  // namespace

// NOW, or an undefined symbol would end the process at the first call; LOCAL, or one plugin's functions would replace
// another's. There is no dlclose: live objects, thread-locals and exceptions may point into the code for ever.
SharedObject::SharedObject(std::string file, std::string loaded, BuildId build_id)
    : file_(std::move(file)), loaded_(std::move(loaded)), build_id_(std::move(build_id)), handle_(opened(loaded_)) {
  if (!handle_) throw_dl_error(file_, loaded_, dlerror());
  link_map* map = nullptr;
  if (dlinfo(handle_, RTLD_DI_LINKMAP, &map) == 0) base_ = map->l_addr;
}

const void* SharedObject::symbol(const char* name) const noexcept {
  const void* address = dlsym(handle_, name);
  // dlsym looks into the libraries that this one needs, too, and one of them may be a plugin itself.
  Dl_info where;
  link_map* map = nullptr;
  if (!address || dladdr1(address, &where, reinterpret_cast<void**>(&map), RTLD_DL_LINKMAP) == 0) return nullptr;
  return map->l_addr == base_ ? address : nullptr;
}

}  // namespace enginery::modules
