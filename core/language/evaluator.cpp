// core/language/evaluator.cpp: execute(code): statements of a small Python-like language over a namespace.
#include "core/language/evaluator.hpp"

#include <stdexcept>

#include <enginery/errors.hpp>

#include "core/language/evaluation.hpp"
#include "core/language/source.hpp"
#include "core/language/syntax.hpp"
#include "core/values/allocation_limit.hpp"

namespace enginery::evaluator {
namespace {

/// Adds to the text of an exception in flight. It stays the object that was thrown: its type, and the stack that was
/// recorded at its throw, are still the original's.
template <class Exception>
void add_to(Exception& error, const std::string& text) {
  if (!text.empty()) static_cast<Exception&>(error) = Exception(error.what() + text);
}

}  // namespace

Value Evaluator::execute(std::string_view code) {
  const Source source(code);
  const Program program = parse(source);
  Evaluation evaluation(names_, builtins_);
  Value last;
  for (const Statement& statement : program) {
    const AllocationLimit limit(most_allocated_);
    try {
      if (const auto* import = std::get_if<Import>(&statement.form)) {
        names_.set(import->name, import_plugin_(import->plugin));
        last = Value();
      } else {
        last = evaluation.perform(statement);
      }
    } catch (std::runtime_error& error) {
      add_to<std::runtime_error>(error, source.where(statement.begin, statement.end));
      throw;
    } catch (std::logic_error& error) {
      add_to<std::logic_error>(error, source.where(statement.begin, statement.end));
      throw;
    }
  }
  return last;
}

std::vector<std::string> imported_by(std::string_view code) try {
  std::vector<std::string> plugins;
  const Source source(code);
  for (const Statement& statement : parse(source))
    if (const auto* import = std::get_if<Import>(&statement.form)) plugins.push_back(import->plugin);
  return plugins;
} catch (const Error&) {
  return {};  // whoever executes it says what is wrong
}

}  // namespace enginery::evaluator
