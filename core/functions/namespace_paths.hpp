// core/functions/namespace_paths.hpp: what a path of a namespace leads to, step by step, and several paths at once.
#pragma once

#include <enginery/namespace.hpp>

namespace enginery::modules {

// What stands behind a dot: of a module, its names; of a dict, its keys. Each throws AttributeError, which says what a
// module has; KeyError.

Value attribute(const Value& object, std::string_view name);
void set_attribute(const Value& object, std::string_view name, Value value);
void delete_attribute(const Value& object, std::string_view name);

/// Binds each as Namespace::assign() does, in their order. All paths are checked first: if one is none, or does not
/// lead to what can be assigned to, nothing is bound.
ENGINERY_API void assign_all(Namespace& names, std::vector<std::pair<std::string, Value>> items);

}  // namespace enginery::modules
