// core/language/expressions.cpp: computing expressions.
#include <algorithm>
#include <limits>
#include <unordered_set>

#include <fmt/format.h>

#include "core/language/evaluation.hpp"
#include "core/values/allocation_limit.hpp"
#include "core/values/objects.hpp"

namespace enginery::evaluator {

Value Evaluation::value(const Expression& expression) {
  return std::visit([this](const auto& form) { return on(form); }, expression.form);
}

Value Evaluation::on(const Starred&) { throw SyntaxError("can't use starred expression here"); }

Value Evaluation::on(const Name& name) { return look_up(name.name, false); }

Value Evaluation::look_up(const std::string& name, bool called) {
  if (const Value* known = names_.find(name)) return *known;
  if (const Value* builtin = builtins_.find(name)) return *builtin;
  refuse_unknown(name, called);
}

List Evaluation::items(const Expressions& expressions) {
  List result;
  result.reserve(expressions.size());
  for (const Expression& expression : expressions) {
    if (const auto* star = std::get_if<Starred>(&expression.form)) {
      const Value operand = value(*star->operand);
      try {
        const List elements = operand.elements();
        result.insert(result.end(), elements.begin(), elements.end());
      } catch (const TypeError&) {
        throw TypeError(fmt::format("Value after * must be an iterable, not {}", operand.type_name()));
      }
    } else {
      result.push_back(value(expression));
    }
  }
  return result;
}

Value Evaluation::on(const DictDisplay& display) {
  Dict dict;
  // As in Python, keys are hashed when all entries up to the next `**` have been computed.
  List pairs;
  const auto insert = [&] {
    for (std::size_t i = 0; i < pairs.size(); i += 2) dict.set(pairs[i], pairs[i + 1]);
    pairs.clear();
  };
  for (const DictDisplay::Entry& entry : display.entries) {
    if (entry.key) {
      pairs.push_back(value(*entry.key));
      pairs.push_back(value(*entry.value));
      continue;
    }
    insert();
    const Value other = value(*entry.value);
    if (other.kind() != Kind::dict) throw TypeError(fmt::format("'{}' object is not a mapping", other.type_name()));
    for (const auto& [key, item] : other.as_dict()) dict.set(key, item);
  }
  insert();
  return Value::dict(std::move(dict));
}

Value Evaluation::on(const Unary& unary) {
  const Value operand = value(*unary.operand);
  if (unary.op == UnaryOperator::positive) return +operand;
  if (unary.op == UnaryOperator::negative) return -operand;
  if (unary.op == UnaryOperator::invert) return ~operand;
  return Value::boolean(!operand.truth());
}

Value Evaluation::on(const Arithmetic& arithmetic) {
  Value result = value(arithmetic.operands.front());
  for (std::size_t i = 0; i < arithmetic.operators.size(); ++i)
    result = binary(arithmetic.operators[i], result, value(arithmetic.operands[i + 1]));
  return result;
}

Value Evaluation::on(const Relations& relations) {
  Value left = value(relations.operands.front());
  for (std::size_t i = 0;; ++i) {
    Value right = value(relations.operands[i + 1]);
    const Relation& relation = relations.operators[i];
    const auto* comparison = std::get_if<Comparison>(&relation);
    Value result = comparison ? Value::compare(*comparison, left, right)
                              : Value::boolean(test(std::get<Test>(relation), left, right));
    if (i + 1 == relations.operators.size() || !result.truth()) return result;
    left = std::move(right);
  }
}

Value Evaluation::on(const Logical& logical) {
  for (std::size_t i = 0;; ++i) {
    Value operand = value(logical.operands[i]);
    if (i + 1 == logical.operands.size() || operand.truth() != logical.conjunction) return operand;
  }
}

Value Evaluation::on(const Conditional& conditional) {
  return value(value(*conditional.condition).truth() ? *conditional.yes : *conditional.no);
}

Value Evaluation::walk(const Primary& primary, std::size_t count) {
  const auto* const name = std::get_if<Name>(&primary.base->form);
  const bool called = name && count > 0 && std::holds_alternative<Call>(primary.trailers.front());
  Value current = called ? look_up(name->name, true) : value(*primary.base);
  for (std::size_t i = 0; i < count; ++i) {
    const Trailer& trailer = primary.trailers[i];
    if (const auto* named = std::get_if<Attribute>(&trailer)) {
      const Call* called = i + 1 < count ? std::get_if<Call>(&primary.trailers[i + 1]) : nullptr;
      if (const Method* const method = called ? find_method(current, named->name) : nullptr) {
        current = call_method(current, *method, *called);
        ++i;
      } else {
        if (called && current.kind() == Kind::dict && !current.as_dict().find(std::string_view(named->name)))
          throw AttributeError(fmt::format("'dict' object has no attribute '{}'", named->name));
        current = evaluator::attribute(current, named->name);
      }
    } else if (const auto* subscription = std::get_if<Subscription>(&trailer)) {
      current = current.at(subscripts(*subscription));
    } else {
      current = call(current, std::get<Call>(trailer));
    }
  }
  return current;
}

/// What a slice's start, stop or step says.
static std::optional<std::int64_t> bound(const Value& given) {
  if (given.is_none()) return std::nullopt;
  if (!is_integral(given))
    throw TypeError(fmt::format("slice indices must be integers or None, not {}", given.type_name()));
  return clamped_integral(given);
}

std::vector<Subscript> Evaluation::subscripts(const Subscription& subscription) {
  std::vector<Subscript> result;
  for (const auto& part : subscription.parts) {
    if (const auto* bounds = std::get_if<SliceBounds>(&part)) {
      const Value start = value_or_none(bounds->start), stop = value_or_none(bounds->stop);
      Slice slice;
      slice.step = bound(value_or_none(bounds->step));
      if (slice.step != 0) {  // a step of 0 is refused before the other two are looked at
        slice.start = bound(start);
        slice.stop = bound(stop);
      }
      result.emplace_back(slice);
    } else {
      result.emplace_back(value(*std::get<OneExpression>(part)));
    }
  }
  if (subscription.comma && result.size() == 1)
    if (const Value* only = std::get_if<Value>(&result.front())) result.front() = Value::tuple({*only});
  return result;
}

void Evaluation::collect(const Call& call, Arguments& arguments) {
  std::unordered_set<std::string> names;
  const auto add_keyword = [&](const std::string& name, Value value) {
    if (!names.insert(name).second)
      throw TypeError(
          fmt::format("{}() got multiple values for keyword argument '{}'; give it once", arguments.function, name));
    arguments.keywords.emplace_back(name, std::move(value));
  };
  for (const Call::Argument& argument : call.arguments) {
    Value given = value(*argument.value);
    switch (argument.passing) {
      case Call::Passing::positional:
        arguments.positional.push_back(std::move(given));
        break;
      case Call::Passing::keyword:
        add_keyword(argument.name, std::move(given));
        break;
      case Call::Passing::unpacked: {
        const List elements = given.elements();
        arguments.positional.insert(arguments.positional.end(), elements.begin(), elements.end());
        break;
      }
      case Call::Passing::unpacked_keywords:
        if (given.kind() != Kind::dict)
          throw TypeError(
              fmt::format("{}() argument after ** must be a mapping, not {}", arguments.function, given.type_name()));
        for (const auto& [key, item] : given.as_dict()) {
          if (key.kind() != Kind::string) throw TypeError("keywords must be strings, not " + key.type_name());
          add_keyword(key.as_string(), item);
        }
        break;
    }
  }
}

Value Evaluation::call(const Value& callee, const Call& call) {
  const bool callable = callee.kind() == Kind::function;
  Arguments arguments{*this, callable ? callee.as_function()->name() : std::string_view(), {}, {}};
  collect(call, arguments);
  return this->call(callee, arguments);
}

Value Evaluation::call(const Value& callee, Arguments& arguments) {
  if (callee.kind() != Kind::function) throw TypeError(fmt::format("'{}' object is not callable", callee.type_name()));
  const Function& function = *callee.as_function();
  arguments.function = function.name();
  if (const Builtin* const builtin = builtins_.find(function)) return (*builtin)(arguments);
  const AllocationLimit suspended(std::numeric_limits<std::size_t>::max());
  return function.call(arguments.positional, arguments.keywords);
}

Value Evaluation::call_method(const Value& self, const Method& method, const Call& call) {
  Arguments arguments{*this, method.name, {}, {}};
  collect(call, arguments);
  return method(self, arguments);
}

}  // namespace enginery::evaluator
