// client/views/registered_name.hpp: the name that a function of this process has in a plugin.
#pragma once

#include <optional>
#include <string>

#include "core/modules/code_location.hpp"

namespace enginery {

/// "norms.get_norms", when the shared object at `where` is a plugin too and its body, which is run once for that,
/// defines `function`. Threads: any.
std::optional<std::string> registered_name(const modules::CodeLocation& where, const void* function);

}  // namespace enginery
