// core/modules/attribute.cpp: what stands behind a dot in a path.
#include "core/modules/attribute.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <enginery/module_namespace.hpp>

#include "core/modules/nearest_name.hpp"

namespace enginery::modules {
namespace {

[[noreturn]] void throw_none(const Value& object, std::string_view name) {
  throw AttributeError(
      fmt::format("'{}' object has no attribute '{}'; only modules and dicts have", object.type_name(), name));
}

[[noreturn]] void throw_unknown(const ModuleNamespace& module, std::string_view name) {
  throw AttributeError(fmt::format("module '{}' has no attribute '{}'.{} It has: {}", module.name, name,
                                   did_you_mean(name, module.attributes.keys()),
                                   fmt::join(module.attributes.keys(), ", ")));
}

Value key_of(std::string_view name) { return Value::string(std::string(name)); }

}  // namespace

Value attribute(const Value& object, std::string_view name) {
  if (object.kind() == Kind::module) {
    const ModuleNamespace& module = *object.as_module();
    if (const Value* value = module.attributes.find(name)) return *value;
    throw_unknown(module, name);
  }
  if (object.kind() == Kind::dict) return object.at(key_of(name));
  throw_none(object, name);
}

void set_attribute(const Value& object, std::string_view name, Value value) {
  if (object.kind() == Kind::module) return object.as_module()->attributes.set(name, std::move(value));
  if (object.kind() == Kind::dict) return object.set_item(key_of(name), value);
  throw_none(object, name);
}

void delete_attribute(const Value& object, std::string_view name) {
  if (object.kind() == Kind::module) {
    if (!object.as_module()->attributes.erase(name)) throw_unknown(*object.as_module(), name);
    return;
  }
  if (object.kind() == Kind::dict) return object.delete_item(key_of(name));
  throw_none(object, name);
}

}  // namespace enginery::modules
