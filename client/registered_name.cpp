// client/registered_name.cpp: the name that a function of this process has in a plugin.
#include "client/registered_name.hpp"

#include <cstring>

#include <enginery/errors.hpp>
#include <enginery/function.hpp>
#include <enginery/plugin.hpp>

#include "core/modules/loader.hpp"
#include "core/modules/shared_object.hpp"

namespace enginery {
namespace {

bool calls(const Function::Callable& callable, const void* function) {
  return callable.size == sizeof function && std::memcmp(callable.object.get(), &function, sizeof function) == 0;
}

}  // namespace

std::optional<std::string> registered_name(const modules::CodeLocation& where, const void* function) try {
  if (where.executable) return std::nullopt;
  const modules::SharedObject object(where.file, where.file, where.address.build_id);
  const auto* descriptor = static_cast<const EngineryPluginDescriptor*>(object.symbol("enginery_plugin_descriptor"));
  if (!descriptor) return std::nullopt;
  const auto module = modules::Loader().import(descriptor->name, object);
  for (const auto& [name, value] : module->attributes.entries())
    if (value.kind() == Kind::function && calls(value.as_function()->callable(), function))
      return value.as_function()->qualified_name();
  return std::nullopt;
} catch (const PluginLoadError&) {
  return std::nullopt;  // what is wrong with it is said to who imports it
}

}  // namespace enginery
