// core/evaluator/methods.hpp: x.append(…), text.split() and their like.
#pragma once

#include <span>
#include <string_view>

#include "core/evaluator/call_arguments.hpp"

namespace enginery::evaluator {

struct NamedMethod {
  std::string_view name;
  Method method;
};

inline Method method_in(std::span<const NamedMethod> methods, std::string_view name) {
  for (const NamedMethod& method : methods)
    if (method.name == name) return method.method;
  return nullptr;
}

/// The method `name` of what `self` is; nullptr if it has none.
Method find_method(const Value& self, std::string_view name);

Method text_method(std::string_view name);
Method list_method(std::string_view name);
Method tuple_method(std::string_view name);
Method dict_method(std::string_view name);
Method array_method(std::string_view name);

}  // namespace enginery::evaluator
