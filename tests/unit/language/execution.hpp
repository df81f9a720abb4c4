// tests/unit/language/execution.hpp: a namespace and an evaluator over it, for tests of what code does.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>

#include <enginery/namespace.hpp>

#include "core/language/evaluator.hpp"

namespace enginery::evaluator {

/// Plugins are modules that hold their own name and twice(x) = 2 x.
class Execution : public testing::Test {
 protected:
  Value execute(std::string_view code) { return evaluator_.execute(code); }
  /// The value of the last expression, as repr(); or the error's name.
  std::string result(std::string_view code) {
    try {
      return execute(code).repr();
    } catch (const Error& error) {
      return error.ename();
    }
  }
  /// "ename: text" of what the code throws.
  std::string error(std::string_view code) {
    try {
      return "no error, but " + execute(code).repr();
    } catch (const Error& error) {
      return error.ename() + ": " + error.what();
    }
  }

  Namespace names_;
  Evaluator evaluator_{names_, [](const std::string& plugin) {
                         if (plugin.starts_with("missing"))
                           throw PluginLoadError(LoadStage::find, plugin, "there is none", "build it");
                         auto module = std::make_shared<ModuleNamespace>();
                         module->name = plugin;
                         module->attributes.set("name", Value::string(plugin));
                         Function::Declaration twice;
                         twice.module = plugin;
                         twice.name = "twice";
                         twice.formals = {{"x", {}, {}}};
                         module->attributes.set("twice", Value::function(Function::make(
                                                             std::move(twice), [](double x) { return 2 * x; })));
                         return Value::module(std::move(module));
                       }};
};

}  // namespace enginery::evaluator
