// core/functions/attribute.hpp: what stands behind a dot in a path.
#pragma once

#include <string_view>

#include <enginery/value.hpp>

namespace enginery::modules {

// Of a module, its names; of a dict, its keys. Each throws AttributeError, which says what a module has; KeyError.

Value attribute(const Value& object, std::string_view name);
void set_attribute(const Value& object, std::string_view name, Value value);
void delete_attribute(const Value& object, std::string_view name);

}  // namespace enginery::modules
