// core/modules/plugin.cpp: what a plugin's body talks to.
#include <enginery/plugin.hpp>

#include <cxxabi.h>

#include <exception>
#include <typeinfo>

#include "core/modules/demangle.hpp"

namespace enginery {

Module& Module::doc(std::string_view text) {
  doc_ = text;
  return *this;
}

Module& Module::set(std::string_view name, Value value) {
  into_.set(name, std::move(value));
  return *this;
}

Module& Module::define(std::shared_ptr<const Function> function) {
  const std::string name = function->name();
  std::string description = "function " + function->qualified_name();
  return set(name, Value::function(std::move(function), std::move(description)));
}

Function::Declaration Module::declare(std::string_view name) const {
  return {.module = module_, .name = std::string(name), .doc = {}, .formals = {}, .build_id = build_id_};
}

void Module::add(Function::Declaration& declaration, ArgumentName name) {
  declaration.formals.push_back({std::string(name.text()), {}, {}});
}

void Module::add_default(Function::Declaration& declaration, std::string_view name, Value fallback) {
  declaration.formals.push_back({std::string(name), {}, std::move(fallback)});
}

bool enter_plugin(void (*body)(Module&), void* module, EngineryReport report, void* context) noexcept {
  try {
    body(*static_cast<Module*>(module));
    return true;
  } catch (const Error& error) {
    report(context, error.ename().c_str(), error.what());
  } catch (const std::exception& error) {
    report(context, modules::demangle(typeid(error).name()).c_str(), error.what());
  } catch (...) {
    const std::type_info* type = abi::__cxa_current_exception_type();
    report(context, type ? modules::demangle(type->name()).c_str() : "unknown", "not derived from std::exception");
  }
  return false;
}

}  // namespace enginery
