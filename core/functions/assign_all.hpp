// core/functions/assign_all.hpp: several values for what paths of a namespace lead to.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <enginery/export.hpp>
#include <enginery/namespace.hpp>

namespace enginery::modules {

/// Binds each as Namespace::assign() does, in their order. All paths are checked first: if one is none, or does not
/// lead to what can be assigned to, nothing is bound.
ENGINERY_API void assign_all(Namespace& names, std::vector<std::pair<std::string, Value>> items);

}  // namespace enginery::modules
