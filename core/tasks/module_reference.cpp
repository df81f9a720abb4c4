// core/tasks/module_reference.cpp: how a call names the module that it needs.
#include "core/tasks/module_reference.hpp"

#include <enginery/errors.hpp>

namespace enginery::tasks {

std::optional<ModuleReference> ModuleReference::of(const wire::Call& call) try {
  if (call.keywords.empty()) return std::nullopt;
  ModuleReference reference;
  for (const auto& [keyword, value] : call.keywords) {
    if (keyword == "file") reference.file = value.as_string();
    if (keyword == "build_id") reference.build_id.hex = value.as_string();
    if (keyword == "generation") reference.generation.hex = value.as_string();
  }
  return reference;
} catch (const TypeError& error) {
  throw ProtocolError(std::string("a call names its module wrongly: ") + error.what());
}

wire::Keywords ModuleReference::keywords() const {
  return {{"file", Value::string(file)},
          {"build_id", Value::string(build_id.hex)},
          {"generation", Value::string(generation.hex)}};
}

}  // namespace enginery::tasks
