// core/language/syntax_builder.cpp: makes the syntax tree while the grammar reads.
#include "core/language/syntax_builder.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "core/language/literals.hpp"

namespace enginery::evaluator {
namespace {

constexpr std::size_t kDeepest = 100;

template <class T>
bool is(const Expression& expression) {
  return std::holds_alternative<T>(expression.form);
}

/// What Python calls the expression when it cannot be assigned to.
std::string described(const Expression& expression) {
  static constexpr const char* kWords[] = {"literal",
                                           "name",
                                           "starred",
                                           "tuple",
                                           "list",
                                           "dict literal",
                                           "expression",
                                           "expression",
                                           "comparison",
                                           "expression",
                                           "conditional expression",
                                           "function call"};
  static_assert(std::size(kWords) == std::variant_size_v<decltype(Expression::form)>);
  const auto* literal = std::get_if<Literal>(&expression.form);
  const bool keyword = literal && (literal->value.is_none() || literal->value.kind() == Kind::boolean);
  return keyword ? literal->value.repr() : kWords[expression.form.index()];
}

/// A name, an attribute or a subscription: what a value can be put into whole.
bool is_single_target(const Expression& expression) {
  const auto* primary = std::get_if<Primary>(&expression.form);
  return is<Name>(expression) || (primary && !std::holds_alternative<Call>(primary->trailers.back()));
}

const Expressions* items_of_display(const Expression& expression) {
  if (const auto* tuple = std::get_if<TupleDisplay>(&expression.form)) return &tuple->items;
  if (const auto* list = std::get_if<ListDisplay>(&expression.form)) return &list->items;
  return nullptr;
}

}  // namespace

void SyntaxBuilder::enter(std::size_t place) {
  if (depth_ == kDeepest)
    source_.refuse(place, fmt::format("too deeply nested: more than {} levels; give parts of it names", kDeepest));
  ++depth_;
}

Expressions SyntaxBuilder::pop_from(std::size_t first) {
  const auto begin = stack_.begin() + static_cast<std::ptrdiff_t>(first);
  Expressions items(std::make_move_iterator(begin), std::make_move_iterator(stack_.end()));
  stack_.erase(begin, stack_.end());
  return items;
}

void SyntaxBuilder::number(std::size_t place, std::string_view token) {
  try {
    push(place, Literal{number_of(token)});
  } catch (const BadLiteral& bad) {
    source_.refuse(place + bad.offset(), bad.what());
  }
}

void SyntaxBuilder::text(std::size_t place, std::string_view token) {
  try {
    const Value value = text_of(token);
    const bool is_bytes = value.kind() == Kind::bytes;
    if (texts_count_++ == 0) {
      texts_place_ = place;
      texts_are_bytes_ = is_bytes;
    } else if (is_bytes != texts_are_bytes_) {
      source_.refuse(place, "cannot mix bytes and nonbytes literals; join texts of one kind");
    }
    texts_ += is_bytes ? value.as_bytes() : value.as_string();
  } catch (const BadLiteral& bad) {
    source_.refuse(place + bad.offset(), bad.what());
  }
}

void SyntaxBuilder::end_texts() {
  std::string whole = std::exchange(texts_, {});
  push(texts_place_, Literal{texts_are_bytes_ ? Value::bytes(std::move(whole)) : Value::string(std::move(whole))});
  texts_count_ = 0;
}

void SyntaxBuilder::parenthesise(std::size_t place) {
  check_unstarred(stack_.back());
  stack_.back().parenthesised = true;
  stack_.back().place = place;
}

/// Appends the last expression to the chain before it. If there is none, or none that `continues`, what stands before
/// it begins one.
template <class Chain, class Continues>
Chain& SyntaxBuilder::extend(Chain fresh, Continues continues) {
  Expression right = pop();
  auto* chain = std::get_if<Chain>(&stack_.back().form);
  if (!chain || !continues(*chain)) {
    Expression first = pop();
    const std::size_t place = first.place;
    fresh.operands.push_back(std::move(first));
    push(place, std::move(fresh));
    chain = &std::get<Chain>(stack_.back().form);
  }
  chain->operands.push_back(std::move(right));
  return *chain;
}

void SyntaxBuilder::arithmetic(BinaryOperator op) {
  // The left side is computed first in any case, so a chain in parentheses goes on, too.
  extend(Arithmetic(), [](const Arithmetic&) { return true; }).operators.push_back(op);
}

void SyntaxBuilder::relation(Relation op) {
  extend(Relations(), [&](const Relations&) { return !stack_.back().parenthesised; }).operators.push_back(op);
}

void SyntaxBuilder::logical(bool conjunction) {
  extend(Logical{conjunction, {}}, [&](const Logical& before) { return before.conjunction == conjunction; });
}

void SyntaxBuilder::conditional() {
  OneExpression no = pop_one(), condition = pop_one(), yes = pop_one();
  const std::size_t place = yes->place;
  push(place, Conditional{std::move(yes), std::move(condition), std::move(no)});
}

void SyntaxBuilder::tuple_or_item() {
  const Items items = taken(lists_);
  if (!items.comma) return;
  const std::size_t place = stack_[items.first].place;
  push(place, TupleDisplay{pop_from(items.first)});
}

void SyntaxBuilder::list(std::size_t place) { push(place, ListDisplay{pop_from(taken(lists_).first)}); }

void SyntaxBuilder::entry() {
  OneExpression value = pop_one(), key = pop_one();
  dicts_.back().second.entries.push_back({std::move(key), std::move(value)});
}
void SyntaxBuilder::close_dict() {
  auto [place, display] = taken(dicts_);
  push(place, std::move(display));
}

/// The operand on top of the stack, made ready for trailers.
Primary& SyntaxBuilder::primary() {
  if (!is<Primary>(stack_.back())) {
    OneExpression base = pop_one();
    const std::size_t place = base->place;
    push(place, Primary{std::move(base), {}});
  }
  return std::get<Primary>(stack_.back().form);
}

void SyntaxBuilder::argument(Call::Passing passing) {
  OpenCall& open = calls_.back();
  Call::Argument argument{passing, {}, pop_one()};
  const std::size_t place = argument.value->place;
  if (passing == Call::Passing::keyword) {
    const Expression name = pop();
    if (!is<Name>(name) || name.parenthesised)
      source_.refuse(name.place, "expression cannot contain assignment, perhaps you meant \"==\"?");
    argument.name = std::get<Name>(name.form).name;
    if (!open.names.insert(argument.name).second)
      source_.refuse(name.place, "keyword argument repeated: " + argument.name);
  } else if (passing == Call::Passing::positional) {
    if (open.unpacked_keywords) source_.refuse(place, "positional argument follows keyword argument unpacking");
    if (!open.names.empty()) source_.refuse(place, "positional argument follows keyword argument");
  } else if (passing == Call::Passing::unpacked) {
    if (open.unpacked_keywords) source_.refuse(place, "iterable argument unpacking follows keyword argument unpacking");
  } else {
    open.unpacked_keywords = true;
  }
  open.call.arguments.push_back(std::move(argument));
}

void SyntaxBuilder::open_slice(bool with_start) {
  OneExpression start = with_start ? pop_one() : nullptr;
  subscripts_.back().parts.push_back(SliceBounds{std::move(start), nullptr, nullptr});
}

void SyntaxBuilder::check_unstarred(const Expression& expression) const {
  if (is<Starred>(expression)) source_.refuse(expression.place, "can't use starred expression here");
}

void SyntaxBuilder::check_target(const Expression& target) const {
  if (const auto* items = items_of_display(target)) {
    bool starred = false;
    for (const Expression& item : *items) {
      const auto* star = std::get_if<Starred>(&item.form);
      if (star && std::exchange(starred, true))
        source_.refuse(item.place, "multiple starred expressions in assignment");
      check_target(star ? *star->operand : item);
    }
  } else if (is<Starred>(target)) {
    source_.refuse(target.place, "starred assignment target must be in a list or tuple");
  } else if (!is_single_target(target)) {
    source_.refuse(target.place,
                   fmt::format("cannot assign to {} here. Maybe you meant '==' instead of '='?", described(target)));
  }
}

void SyntaxBuilder::target() {
  check_target(stack_.back());
  targets_.push_back(pop());
}

void SyntaxBuilder::assign() {
  check_unstarred(stack_.back());
  if (targets_.empty()) return finish(pop());
  finish(Assignment{std::exchange(targets_, {}), pop()});
}

void SyntaxBuilder::augmented_target(BinaryOperator op) {
  if (!is_single_target(stack_.back()))
    source_.refuse(stack_.back().place,
                   fmt::format("'{}' is an illegal expression for augmented assignment", described(stack_.back())));
  augmenting_.push_back(op);
}

void SyntaxBuilder::augment() {
  check_unstarred(stack_.back());
  Expression value = pop(), target = pop();
  finish(AugmentedAssignment{std::move(target), taken(augmenting_), std::move(value)});
}

void SyntaxBuilder::delete_targets() {
  Deletion deletion;
  Expressions pending;
  pending.push_back(pop());
  while (!pending.empty()) {
    Expression target = taken(pending);
    if (items_of_display(target)) {
      Expressions items = is<TupleDisplay>(target) ? std::move(std::get<TupleDisplay>(target.form).items)
                                                   : std::move(std::get<ListDisplay>(target.form).items);
      std::move(items.rbegin(), items.rend(), std::back_inserter(pending));
    } else if (is_single_target(target)) {
      deletion.targets.push_back(std::move(target));
    } else {
      source_.refuse(target.place, "cannot delete " + described(target));
    }
  }
  finish(std::move(deletion));
}

void SyntaxBuilder::end_statement(std::size_t begin) {
  // `import a, b` has made several.
  for (auto made = program_.rbegin(); made != program_.rend() && made->end == 0; ++made) {
    made->begin = begin;
    made->end = token_end_;
  }
}

void SyntaxBuilder::refuse_unterminated() const {
  const char quote = source_.at(open_text_);
  const bool triple = source_.at(open_text_ + 1) == quote && source_.at(open_text_ + 2) == quote;
  source_.refuse(open_text_, triple ? "unterminated triple-quoted string literal" : "unterminated string literal");
}

void SyntaxBuilder::refuse(std::size_t place, const char* expected) const {
  static constexpr std::string_view kElsewhere[] = {"for",   "while",    "if",    "elif",   "else",   "def",
                                                    "class", "lambda",   "with",  "try",    "except", "raise",
                                                    "yield", "async",    "await", "as",     "return", "finally",
                                                    "break", "continue", "from",  "global", "assert", "nonlocal"};
  static constexpr std::string_view kPairs = "()[]{}";
  const auto letter = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || (c & 0x80) != 0; };
  while (source_.at(place) == ' ' || source_.at(place) == '\t') ++place;
  std::size_t end = place;
  while (letter(source_.at(end))) ++end;
  const std::string_view word = source_.text().substr(place, end - place);
  if (std::find(std::begin(kElsewhere), std::end(kElsewhere), word) != std::end(kElsewhere))
    source_.refuse(place, fmt::format("invalid syntax: '{}' cannot stand here; execute() knows no control flow, def, "
                                      "lambda or comprehensions: write those in C++ as a task plugin "
                                      "(ENGINERY_PLUGIN), then import it here or run() it",
                                      word));
  const char c = source_.at(place);
  if (place >= source_.size() && !brackets_.empty())
    source_.refuse(brackets_.back(), fmt::format("'{}' was never closed", source_.at(brackets_.back())));
  if (c == ')' || c == ']' || c == '}') {
    if (brackets_.empty()) source_.refuse(place, fmt::format("unmatched '{}'", c));
    const char open = source_.at(brackets_.back());
    if (kPairs[kPairs.find(open) + 1] != c)
      source_.refuse(place, fmt::format("closing parenthesis '{}' does not match opening parenthesis '{}'", c, open));
  }
  if ((c == '\'' || c == '"') && place > 0 && (source_.at(place - 1) == 'f' || source_.at(place - 1) == 'F'))
    source_.refuse(place, "invalid syntax: there are no f-strings here; join texts with + and str()");
  source_.refuse(place, fmt::format("invalid syntax: expected {}", expected));
}

}  // namespace enginery::evaluator
