// core/language/targets.cpp: assigning and deleting.
#include <algorithm>

#include <fmt/format.h>

#include "core/functions/attribute.hpp"
#include "core/language/evaluation.hpp"
#include "core/values/objects.hpp"

namespace enginery::evaluator {

Value Evaluation::perform(const Statement& statement) {
  return std::visit([this](const auto& form) { return run(form); }, statement.form);
}

/// Where a value can be put that has no name of its own: an attribute of an object, or a part of one.
struct Evaluation::Place {
  Value object;
  const Attribute* attribute;  // else the parts count
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
  // Python's order: the target's parts and what is there, then the right side, then the target is set, also when it was
  // changed in place.
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
  for (const Expression& target : deletion.targets) erase(target);
  return Value();
}

void Evaluation::erase(const Expression& target) {
  if (const auto* name = std::get_if<Name>(&target.form)) {
    if (!names_.erase(name->name)) refuse_unknown(name->name, false);
    return;
  }
  place_of(target).erase();
}

}  // namespace enginery::evaluator
