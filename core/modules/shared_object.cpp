// core/modules/shared_object.cpp: the code of one build, mapped into this process.
//
// The dynamic linker says in words only why it refused a file, so the cause is read from glibc's words. Words that are
// not known here are passed on whole.
#include "core/modules/shared_object.hpp"

#include <dlfcn.h>
#include <link.h>

#include <utility>

#include <fmt/format.h>

#include <enginery/errors.hpp>

#include "core/modules/symbol_table.hpp"
#include "core/processes/floating_point_scope.hpp"

namespace enginery::modules {

/// Constructors run in it, such as that of -ffast-math, which flushes subnormals for the whole thread.
static void* opened(const std::string& file) {
  const FloatingPointScope scope;
  return dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
}

void throw_dl_error(const std::string& file, const std::string& loaded, std::string_view text) {
  const auto refuse = [&file](LoadStage stage, const std::string& problem, const char* remedy) {
    throw PluginLoadError(stage, file, problem, remedy);
  };
  std::string told(text);
  replace_all(told, loaded, file);

  constexpr std::string_view kUndefined = "undefined symbol: ";
  if (const std::size_t at = told.find(kUndefined); at != std::string::npos) {
    const std::string rest = told.substr(at + kUndefined.size());
    const std::string symbol = rest.substr(0, rest.find_first_of(" ,("));  // "foo, version BAR (…)"
    refuse(LoadStage::symbol,
           fmt::format("it uses '{}', which neither it nor a library it links defines", demangle(symbol.c_str())),
           "Define it or link the library that does; enginery_add_plugin links with -z defs, which finds this "
           "at build time");
  }
  if (told.find("version `") != std::string::npos)
    refuse(LoadStage::symbol, fmt::format("it was built against newer libraries than this machine has ({})", told),
           "Build it on this machine, or on one as old");
  if (const std::size_t at = told.find(": cannot open shared object file"); at != std::string::npos)
    refuse(LoadStage::dependency,
           fmt::format("it, or a library it links, needs {}, which is not on this machine", told.substr(0, at)),
           "Install that library, or put its folder into LD_LIBRARY_PATH of the engine");
  if (told.find("failed to map segment") != std::string::npos)
    refuse(LoadStage::dlopen, fmt::format("its copy in the cache cannot be mapped ({})", told),
           "If that disk is mounted noexec, set ENGINERY_CACHE to a folder on another");
  throw PluginLoadError(LoadStage::dlopen, file, fmt::format("the dynamic linker refused it ({})", told),
                        "Build it again with enginery_add_plugin on this machine");
}

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
