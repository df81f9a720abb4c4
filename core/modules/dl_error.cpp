// core/modules/dl_error.cpp: what dlerror() means.
#include "core/modules/dl_error.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <enginery/errors.hpp>

#include "core/modules/demangle.hpp"

namespace enginery::modules {

void throw_dl_error(const std::string& file, const std::string& loaded, std::string_view text) {
  std::string told(text);
  for (std::size_t at = 0; (at = told.find(loaded, at)) != std::string::npos; at += file.size()) {
    told.replace(at, loaded.size(), file);
  }

  constexpr std::string_view kUndefined = "undefined symbol: ";
  if (const std::size_t at = told.find(kUndefined); at != std::string::npos) {
    std::string symbol = told.substr(at + kUndefined.size());
    symbol.resize(std::min(symbol.find_first_of(" ,("), symbol.size()));  // "foo, version BAR (…)"
    throw PluginLoadError(
        LoadStage::symbol, file,
        fmt::format("it uses '{}', which neither it nor a library it links defines", demangle(symbol.c_str())),
        "Define it or link the library that does; enginery_add_plugin links with -z defs, which finds this "
        "at build time");
  }
  if (told.find("version `") != std::string::npos) {
    throw PluginLoadError(LoadStage::symbol, file,
                          fmt::format("it was built against newer libraries than this machine has ({})", told),
                          "Build it on this machine, or on one as old");
  }
  constexpr std::string_view kMissing = ": cannot open shared object file";
  if (const std::size_t at = told.find(kMissing); at != std::string::npos) {
    const std::string library = told.substr(0, at);
    throw PluginLoadError(LoadStage::dependency, file,
                          fmt::format("it, or a library it links, needs {}, which is not on this machine", library),
                          "Install that library, or put its folder into LD_LIBRARY_PATH of the engine");
  }
  if (told.find("failed to map segment") != std::string::npos) {
    throw PluginLoadError(LoadStage::dlopen, file, fmt::format("its copy in the cache cannot be mapped ({})", told),
                          "If that disk is mounted noexec, set ENGINERY_CACHE to a folder on another");
  }
  throw PluginLoadError(LoadStage::dlopen, file, fmt::format("the dynamic linker refused it ({})", told),
                        "Build it again with enginery_add_plugin on this machine");
}

}  // namespace enginery::modules
