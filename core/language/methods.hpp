// core/language/methods.hpp: x.append(…), text.split() and their like.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/language/call_arguments.hpp"

namespace enginery::evaluator {

struct NamedMethod {
  std::string_view name;
  Method method;
};

/// Those of what `self` is.
std::span<const NamedMethod> methods_of(const Value& self);
/// The method `name` of what `self` is; nullptr if it has none.
Method find_method(const Value& self, std::string_view name);

std::span<const NamedMethod> text_methods();
std::span<const NamedMethod> array_methods();

/// What stands behind a dot of `object` besides methods: a module's names, a dict's keys that are texts, what arrays
/// and numbers have.
std::vector<std::string> attributes_of(const Value& object);

}  // namespace enginery::evaluator
