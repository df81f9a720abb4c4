// core/functions/attribute.cpp: what stands behind a dot in a path.
#include "core/functions/attribute.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <enginery/namespace.hpp>

#include "core/errors/error_text.hpp"
#include "core/values/objects.hpp"

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

/// A struct is a dict of its fields, and has as many as reflection sees, at most. Data may have millions of keys.
constexpr std::size_t kMostFields = 64;

/// Says all fields, where Dict's own words end with the first few keys.
[[noreturn]] void throw_no_field(const Dict& dict, std::string_view name) {
  std::vector<std::string> fields;
  if (dict.size() <= kMostFields)
    for (const auto [key, value] : dict)
      if (key.kind() == Kind::string) fields.push_back(key.as_string());
  if (fields.empty() || fields.size() < dict.size()) throw_missing_key(dict, Value::string(std::string(name)));
  const std::string meant = did_you_mean(name, fields);
  throw KeyError(fmt::format("'{}' is not among the dict's keys: '{}'{}{}", name, fmt::join(fields, "', '"),
                             meant.empty() ? "" : ".", meant));
}

Value key_of(std::string_view name) { return Value::string(std::string(name)); }

}  // namespace

Value attribute(const Value& object, std::string_view name) {
  if (object.kind() == Kind::module) {
    const ModuleNamespace& module = *object.as_module();
    if (const Value* value = module.attributes.find(name)) return *value;
    throw_unknown(module, name);
  }
  if (object.kind() == Kind::dict) {
    if (const Value* value = object.as_dict().find(name)) return *value;
    throw_no_field(object.as_dict(), name);
  }
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
