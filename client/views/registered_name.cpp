// client/views/registered_name.cpp: the name that a function of this process has in a plugin.
#include "client/views/registered_name.hpp"

#include <cstring>
#include <map>
#include <mutex>

#include <enginery/errors.hpp>
#include <enginery/function.hpp>
#include <enginery/plugin.hpp>

#include "core/loading/loader.hpp"
#include "core/modules/shared_object.hpp"

namespace enginery {
namespace {

using Names = std::map<const void*, std::string>;  // by function

/// What the shared object's body defines, if it is a plugin.
Names names_in(const modules::CodeLocation& where) try {
  Names names;
  if (where.executable) return names;
  const modules::SharedObject object(where.file, where.file, where.address.build_id);
  const auto* descriptor = static_cast<const EngineryPluginDescriptor*>(object.symbol("enginery_plugin_descriptor"));
  if (!descriptor) return names;
  const auto module = modules::Loader().import(descriptor->name, object);
  for (const auto& [name, value] : module->attributes.entries()) {
    if (value.kind() != Kind::function) continue;
    const void* called = nullptr;
    const Function::Callable& callable = value.as_function()->callable();
    if (callable.size != sizeof called) continue;
    std::memcpy(&called, callable.object.get(), sizeof called);
    names.emplace(called, value.as_function()->qualified_name());
  }
  return names;
} catch (const PluginLoadError&) {
  return {};  // what is wrong with it is said to who imports it
}

}  // namespace

std::optional<std::string> registered_name(const modules::CodeLocation& where, const void* function) {
  static std::mutex mutex;
  static auto* const known = new std::map<std::string, Names>;  // by file; never forgotten, nor is what is mapped
  const std::lock_guard lock(mutex);
  const auto found = known->find(where.file);
  const Names& names = (found != known->end() ? found : known->emplace(where.file, names_in(where)).first)->second;
  const auto name = names.find(function);
  return name == names.end() ? std::nullopt : std::optional(name->second);
}

}  // namespace enginery
