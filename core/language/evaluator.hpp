// core/language/evaluator.hpp: execute(code): statements of a small Python-like language over a namespace.
#pragma once

#include <functional>

#include <enginery/namespace.hpp>

#include "core/language/builtins.hpp"

namespace enginery::evaluator {

/// Assignment, import, del and expressions mean what they mean in Python 3; integers have 64 bits; range(), zip() and
/// their like give lists; `d.x` of a dict is its key "x". There is no control flow and no def: plugins do that.
///
/// Threads: belongs to the namespace's thread.
class ENGINERY_API Evaluator {
 public:
  using ImportPlugin = std::function<Value(const std::string& plugin)>;

  /// `import_plugin` gives the module that `import plugin` binds. `names` outlives this. What a statement's operators
  /// and builtins allocate is limited to `most_allocated` bytes.
  Evaluator(Namespace& names, ImportPlugin import_plugin, std::size_t most_allocated = std::size_t{1} << 30)
      : names_(names), import_plugin_(std::move(import_plugin)), most_allocated_(most_allocated) {}

  /// Runs the statements; the value of the last one if it is an expression, else None. The whole text is read first:
  /// after a SyntaxError nothing has changed. After any other error the statements before it have been done; if the
  /// text has several lines, the error's message ends in the line of its statement. A statement that would allocate
  /// more than it may: MemoryError.
  Value execute(std::string_view code);

 private:
  Namespace& names_;
  ImportPlugin import_plugin_;
  std::size_t most_allocated_;
  Builtins builtins_;
};

/// The plugins that statements import, in their order; none if they are no statements.
ENGINERY_API std::vector<std::string> imported_by(std::string_view code);

}  // namespace enginery::evaluator
