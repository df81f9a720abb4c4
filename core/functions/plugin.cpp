// core/functions/plugin.cpp: what a plugin's body talks to.
#include <enginery/plugin.hpp>

#include <algorithm>
#include <new>

#include <fmt/format.h>

#include "core/diagnosis/thrown.hpp"

namespace enginery {

Module& Module::doc(std::string_view text) {
  doc_ = text;
  return *this;
}

Module& Module::set(std::string_view name, Value value) {
  into_.set(name, std::move(value));
  return *this;
}

Module& Module::define(std::string_view name, std::span<const Extra> extras, const Function::Type& type,
                       std::shared_ptr<void> object) {
  if (std::ranges::find(tasks_, name) != tasks_.end())
    throw ValueError(
        fmt::format("m.def(\"{}\", …) stands here twice, and the second would take the first one's place: a task has "
                    "one signature. Give each its own name, or let one take a std::variant",
                    name));
  tasks_.emplace_back(name);
  Function::Declaration declaration{
      .module = module_, .name = std::string(name), .doc = {}, .formals = {}, .build_id = build_id_};
  for (const Extra& extra : extras) {
    if (extra.kind == Extra::Kind::doc) declaration.doc = extra.text;
    if (extra.kind == Extra::Kind::name) declaration.formals.push_back({std::string(extra.text), {}, {}});
    if (extra.kind == Extra::Kind::fallback)
      declaration.formals.push_back({std::string(extra.text), {}, extra.fallback});
  }
  std::shared_ptr<const Function> function = Function::make(std::move(declaration), type, std::move(object));
  std::string description = "function " + function->qualified_name();
  return set(name, Value::function(std::move(function), std::move(description)));
}

bool detail::enter_plugin(void (*body)(Module&), void* module, EngineryReport report, void* context) noexcept {
  try {
    body(*static_cast<Module*>(module));
    return true;
  } catch (...) {
    try {
      const Thrown thrown = Thrown::current();
      report(context, thrown.ename.c_str(), thrown.text.c_str());
    } catch (const std::bad_alloc&) {
      report(context, "MemoryError", "out of memory");
    }
  }
  return false;
}

}  // namespace enginery
