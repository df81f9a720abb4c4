// core/evaluator/evaluator.hpp: execute(code): statements of a small Python-like language over a namespace.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include <enginery/export.hpp>
#include <enginery/namespace.hpp>

#include "core/evaluator/builtins.hpp"

namespace enginery::evaluator {

/// Assignment, import, del and expressions mean what they mean in Python 3; integers have 64 bits; range(), zip() and
/// their like give lists; `d.x` of a dict is its key "x". There is no control flow and no def: plugins do that.
///
/// Threads: belongs to the namespace's thread.
class ENGINERY_API Evaluator {
 public:
  using ImportPlugin = std::function<Value(const std::string& plugin)>;

  /// `import_plugin` gives the module that `import plugin` binds. `names` outlives this.
  Evaluator(Namespace& names, ImportPlugin import_plugin) : names_(names), import_plugin_(std::move(import_plugin)) {}

  /// Runs the statements; the value of the last one if it is an expression, else None. The whole text is read first:
  /// after a SyntaxError nothing has changed. After any other error the statements before it have been done; if the
  /// text has several lines, the error's message ends in the line of its statement. What a statement's operators and
  /// builtins allocate is limited to 1 GiB: MemoryError.
  Value execute(std::string_view code);

 private:
  Namespace& names_;
  ImportPlugin import_plugin_;
  Builtins builtins_;
};

}  // namespace enginery::evaluator
