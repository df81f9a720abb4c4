// core/language/syntax.hpp: the syntax tree of execute(code), and how a text becomes one.
//
// A chain of operators of one precedence is one node with many operands. So a long text makes a wide tree; only
// brackets, prefixes and `else` make it deep, and the grammar limits those.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <enginery/value.hpp>

namespace enginery::evaluator {

struct Expression;
using Expressions = std::vector<Expression>;
using OneExpression = std::unique_ptr<Expression>;

/// & | ^ << >>
enum class BitOperator : std::uint8_t { both, either, differing, shift_left, shift_right };
enum class UnaryOperator : std::uint8_t { positive, negative, invert, logical_not };
/// is, is not, in, not in
enum class Test : std::uint8_t { is, is_not, in, not_in };
using BinaryOperator = std::variant<Operator, BitOperator>;
using Relation = std::variant<Comparison, Test>;

struct Literal {
  Value value;
};
struct Name {
  std::string name;
};
/// `*operand`, in a display, among targets.
struct Starred {
  OneExpression operand;
};
struct TupleDisplay {
  Expressions items;
};
struct ListDisplay {
  Expressions items;
};
struct DictDisplay {
  /// Without a key: `**value`.
  struct Entry {
    OneExpression key, value;
  };
  std::vector<Entry> entries;
};
struct Unary {
  UnaryOperator op;
  OneExpression operand;
};
/// operands[0] operators[0] operands[1] …, from left to right.
struct Arithmetic {
  Expressions operands;
  std::vector<BinaryOperator> operators;
};
/// As Python's `a < b < c`: each operand is evaluated once, and none after the first relation that is false.
struct Relations {
  Expressions operands;
  std::vector<Relation> operators;
};
struct Logical {
  bool conjunction;  ///< and; else or
  Expressions operands;
};
struct Conditional {
  OneExpression yes, condition, no;
};

struct Attribute {
  std::string name;
};
struct SliceBounds {
  OneExpression start, stop, step;  ///< each may be null
};
struct Subscription {
  std::vector<std::variant<OneExpression, SliceBounds>> parts;
  bool comma = false;  ///< `a[1,]` has one part, which is a tuple
};
struct Call {
  enum class Passing : std::uint8_t { positional, unpacked, keyword, unpacked_keywords };
  struct Argument {
    Passing passing;
    std::string name;  ///< of a keyword
    OneExpression value;
  };
  std::vector<Argument> arguments;
};
using Trailer = std::variant<Attribute, Subscription, Call>;
/// `base.name[key](arguments)`
struct Primary {
  OneExpression base;
  std::vector<Trailer> trailers;
};

struct Expression {
  std::variant<Literal, Name, Starred, TupleDisplay, ListDisplay, DictDisplay, Unary, Arithmetic, Relations, Logical,
               Conditional, Primary>
      form;
  std::size_t place = 0;       ///< where it begins in the text
  bool parenthesised = false;  ///< `(a < b) < c` is no chain
};

/// Targets are names, attributes and subscriptions, and displays of such, which may be starred.
struct Assignment {
  Expressions targets;
  Expression value;
};
struct AugmentedAssignment {
  Expression target;
  BinaryOperator op;
  Expression value;
};
struct Deletion {
  Expressions targets;
};
struct Import {
  std::string plugin, name;
};
struct Pass {};

struct Statement {
  std::variant<Expression, Assignment, AugmentedAssignment, Deletion, Import, Pass> form;
  std::size_t begin = 0, end = 0;  ///< its part of the text
};

using Program = std::vector<Statement>;

class Source;
/// The statements of the whole text. Takes time in proportion to its length, and a bounded stack. Throws SyntaxError,
/// which shows the place; OverflowError for an int that 64 bits do not hold.
Program parse(const Source& source);

}  // namespace enginery::evaluator
