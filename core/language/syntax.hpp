// core/language/syntax.hpp: the text of execute(code), its syntax tree, and how the one becomes the other.
//
// A chain of operators of one precedence is one node with many operands. So a long text makes a wide tree; only
// brackets, prefixes and `else` make it deep, and the grammar limits those.
#pragma once

#include <enginery/value.hpp>

namespace enginery::evaluator {

/// The longest text that is read.
inline constexpr std::size_t kLongestText = std::size_t{1} << 20;

/// Refers to the text, which must outlive it.
class Source {
 public:
  /// Throws SyntaxError if the text is longer than kLongestText, is not UTF-8, or holds a null byte.
  explicit Source(std::string_view text);

  std::string_view text() const noexcept { return text_; }
  std::size_t size() const noexcept { return text_.size(); }
  /// The byte at `place`; 0 at the end.
  char at(std::size_t place) const noexcept { return place < text_.size() ? text_[place] : '\0'; }

  /// Throws SyntaxError: the message, line and column (from 1, in characters), and the line with a caret.
  [[noreturn]] void refuse(std::size_t place, const std::string& message) const;

  /// What a runtime error of the statement from `begin` to `end` adds to its text: " (line 3: `b = a / 0`)"; nothing if
  /// the text has one line only.
  std::string where(std::size_t begin, std::size_t end) const;

 private:
  std::string_view line_around(std::size_t place) const;
  std::size_t line_number(std::size_t place) const;

  std::string_view text_;
};

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

/// The statements of the whole text. Takes time in proportion to its length, and a bounded stack. Throws SyntaxError,
/// which shows the place; OverflowError for an int that 64 bits do not hold.
Program parse(const Source& source);

}  // namespace enginery::evaluator
