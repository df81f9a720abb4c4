// core/language/evaluator.cpp: execute(code): statements of a small Python-like language over a namespace.
//
// grammar.cpp reads the whole text before the first statement runs, so a SyntaxError changes nothing. Then the
// statements run one after the other, straight off the tree: there is no byte code, since nothing here loops. Each
// statement has an AllocationLimit of its own, and an error of it is told the line that it stands in. What computes is
// in expressions.cpp and operators.cpp; this file puts results where they belong.
#include "core/language/evaluator.hpp"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

#include "core/functions/namespace_paths.hpp"
#include "core/language/evaluation.hpp"
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

Value Evaluation::perform(const Statement& statement) {
  return std::visit([this](const auto& form) { return run(form); }, statement.form);
}

/// A target that is no plain name: an attribute of an object, or a subscripted part of it.
struct Evaluation::Place {
  Value object;
  const Attribute* attribute;  // nullptr: the parts count
  std::vector<Subscript> parts;

  Value get() const { return attribute ? evaluator::attribute(object, attribute->name) : object.at(parts); }
  void set(const Value& value) const {
    attribute ? modules::set_attribute(object, attribute->name, value) : object.set_item(parts, value);
  }
  void erase() const { attribute ? modules::delete_attribute(object, attribute->name) : object.delete_item(parts); }
};

Evaluation::Place Evaluation::place_of(const Expression& target) {
  const auto& primary = std::get<Primary>(target.form);
  Value object = walk(primary, primary.trailers.size() - 1);
  const auto* const attribute = std::get_if<Attribute>(&primary.trailers.back());
  if (attribute) return {std::move(object), attribute, {}};
  return {std::move(object), nullptr, subscripts(std::get<Subscription>(primary.trailers.back()))};
}

Value Evaluation::run(const Assignment& assignment) {
  const Value given = value(assignment.value);
  for (const Expression& target : assignment.targets) assign(target, given);
  return Value();
}

void Evaluation::assign(const Expression& target, const Value& value) {
  if (const auto* name = std::get_if<Name>(&target.form)) return names_.set(name->name, value);
  if (const auto* tuple = std::get_if<TupleDisplay>(&target.form)) return unpack(tuple->items, value);
  if (const auto* list = std::get_if<ListDisplay>(&target.form)) return unpack(list->items, value);
  place_of(target).set(value);
}

void Evaluation::unpack(const Expressions& targets, const Value& value) {
  List given;
  try {
    given = value.elements();
  } catch (const TypeError&) {
    throw TypeError(fmt::format("cannot unpack non-iterable {} object", value.type_name()));
  }
  const auto is_star = [](const Expression& target) { return std::holds_alternative<Starred>(target.form); };
  const auto star = std::find_if(targets.begin(), targets.end(), is_star);
  const bool starred = star != targets.end();
  const std::size_t needed = targets.size() - (starred ? 1 : 0);
  if (given.size() < needed)
    throw ValueError(fmt::format("not enough values to unpack (expected {}{}, got {})", starred ? "at least " : "",
                                 needed, given.size()));
  if (!starred && given.size() > needed)
    throw ValueError(fmt::format("too many values to unpack (expected {}, got {})", needed, given.size()));
  auto next = given.begin();
  for (const Expression& target : targets) {
    if (!is_star(target)) {
      assign(target, *next++);
      continue;
    }
    const auto rest = next + static_cast<std::ptrdiff_t>(given.size() - needed);
    assign(*std::get<Starred>(target.form).operand, Value::list(List(next, rest)));
    next = rest;
  }
}

Value Evaluation::run(const AugmentedAssignment& assignment) {
  // Python's order: first the target's parts and its value, then the right side; then the target is set, even if the
  // value was changed in place.
  if (const auto* name = std::get_if<Name>(&assignment.target.form)) {
    Value changed = on(*name);
    augment(assignment.op, changed, value(assignment.value));
    names_.set(name->name, std::move(changed));
    return Value();
  }
  const Place place = place_of(assignment.target);
  Value changed = place.get();
  augment(assignment.op, changed, value(assignment.value));
  place.set(changed);
  return Value();
}

Value Evaluation::run(const Deletion& deletion) {
  for (const Expression& target : deletion.targets) {
    const auto* const name = std::get_if<Name>(&target.form);
    if (!name)
      place_of(target).erase();
    else if (!names_.erase(name->name))
      refuse_unknown(name->name, false);
  }
  return Value();
}

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
  return {};  // executing it will report the error
}

}  // namespace enginery::evaluator
