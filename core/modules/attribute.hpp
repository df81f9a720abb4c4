// core/modules/attribute.hpp: what stands behind a dot in a path.
#pragma once

#include <string_view>

#include <enginery/value.hpp>

namespace enginery::modules {

/// object.name of a module, or a dict's value of the key `name`. AttributeError, which says what a module has;
/// KeyError.
Value attribute(const Value& object, std::string_view name);

}  // namespace enginery::modules
