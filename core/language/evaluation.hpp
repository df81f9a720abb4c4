// core/language/evaluation.hpp: what the syntax tree does to a namespace.
#pragma once

#include <enginery/namespace.hpp>

#include "core/language/builtins.hpp"
#include "core/language/syntax.hpp"

namespace enginery::evaluator {

/// Computes, assigns and deletes in Python's order.
class Evaluation {
 public:
  Evaluation(Namespace& names, const Builtins& builtins) : names_(names), builtins_(builtins) {}

  /// Any statement but import. The value of an expression, else None.
  Value perform(const Statement& statement);

  Value value(const Expression& expression);

  /// callee(arguments). What a user's function allocates is not counted against this thread's limit.
  Value call(const Value& callee, Arguments& arguments);
  const Builtins& builtins() const noexcept { return builtins_; }
  const Namespace& names() const noexcept { return names_; }

 private:
  // Expressions.
  Value on(const Literal& literal) { return literal.value; }
  Value on(const Name& name);
  [[noreturn]] Value on(const Starred&);
  Value on(const TupleDisplay& display) { return Value::tuple(items(display.items)); }
  Value on(const ListDisplay& display) { return Value::list(items(display.items)); }
  Value on(const DictDisplay& display);
  Value on(const Unary& unary);
  Value on(const Arithmetic& arithmetic);
  Value on(const Relations& relations);
  Value on(const Logical& logical);
  Value on(const Conditional& conditional);
  Value on(const Primary& primary) { return walk(primary, primary.trailers.size()); }

  /// The value of the name. `called`: it is called, so an error hints at functions.
  Value look_up(const std::string& name, bool called);
  /// NameError, with the remedy that fits.
  [[noreturn]] void refuse_unknown(const std::string& name, bool called) const;
  List items(const Expressions& expressions);
  /// The operand with its first `count` trailers.
  Value walk(const Primary& primary, std::size_t count);
  Value call(const Value& callee, const Call& call);
  Value call_method(const Value& self, const Method& method, const Call& call);
  void collect(const Call& call, Arguments& arguments);
  std::vector<Subscript> subscripts(const Subscription& subscription);
  Value value_or_none(const OneExpression& expression) { return expression ? value(*expression) : Value(); }

  // Statements.
  Value run(const Expression& expression) { return value(expression); }
  Value run(const Assignment& assignment);
  Value run(const AugmentedAssignment& assignment);
  Value run(const Deletion& deletion);
  Value run(const Pass&) { return Value(); }
  Value run(const Import&) { return Value(); }  // Evaluator::execute() imports

  struct Place;
  /// Requires: the target is neither a name nor a display.
  Place place_of(const Expression& target);
  void assign(const Expression& target, const Value& value);
  void unpack(const Expressions& targets, const Value& value);

  Namespace& names_;
  const Builtins& builtins_;
};

/// left op right, of either sort.
Value binary(BinaryOperator op, const Value& left, const Value& right);
/// value op= right: in place where Python does it so.
void augment(BinaryOperator op, Value& value, const Value& right);

/// is, is not, in, not in.
bool test(Test test, const Value& left, const Value& right);

/// object.name: an attribute of a module, a key of a dict, the shape of an array, … AttributeError, KeyError.
Value attribute(const Value& object, const std::string& name);
/// What stands behind a dot of `object` besides methods: a module's names, a dict's keys that are texts, what arrays
/// and numbers have.
std::vector<std::string> attributes_of(const Value& object);

}  // namespace enginery::evaluator
