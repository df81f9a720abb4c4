// core/modules/dl_error.hpp: what dlerror() means.
#pragma once

#include <string>
#include <string_view>

namespace enginery::modules {

/// Throws the PluginLoadError that `text`, of dlerror(), stands for: stage `symbol` for undefined symbols (demangled)
/// and versions, `dependency` for missing libraries, else `dlopen`. `file` is what the user named, `loaded` the copy of
/// it.
[[noreturn]] void throw_dl_error(const std::string& file, const std::string& loaded, std::string_view text);

}  // namespace enginery::modules
