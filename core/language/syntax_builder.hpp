// core/language/syntax_builder.hpp: makes the syntax tree while the grammar reads.
#pragma once

#include <unordered_set>

#include "core/language/syntax.hpp"

namespace enginery::evaluator {

/// A stack machine. The grammar calls it in the order of the text, and never takes a call back.
class SyntaxBuilder {
 public:
  explicit SyntaxBuilder(const Source& source) : source_(source) {}

  /// Throws SyntaxError for what stands at `place` instead of what was expected there.
  [[noreturn]] void refuse(std::size_t place, const char* expected) const;

  /// As that, for the text literal that was opened last and never closed.
  [[noreturn]] void refuse_unterminated() const;

  // How deep the text is nested. Throws SyntaxError when that is too deep.
  void enter(std::size_t place);
  void leave() noexcept { --depth_; }
  bool inside_brackets() const noexcept { return !brackets_.empty(); }
  void open_bracket(std::size_t place) { brackets_.push_back(place); }
  void close_bracket() noexcept { brackets_.pop_back(); }

  /// A token ended at `place`.
  void end_token(std::size_t place) noexcept { token_end_ = place; }

  // Operands: each pushes one.
  void number(std::size_t place, std::string_view token);
  void open_text(std::size_t place) { open_text_ = place; }
  void text(std::size_t place, std::string_view token);
  void end_texts();
  void name(std::size_t place, std::string_view token) { push(place, Name{std::string(token)}); }
  void none(std::size_t place) { push(place, Literal{}); }
  void boolean(std::size_t place, bool truth) { push(place, Literal{Value::boolean(truth)}); }
  void empty_tuple(std::size_t place) { push(place, TupleDisplay{}); }
  void parenthesise(std::size_t place);

  // Operators: each takes its operands from the stack and pushes what they make.
  void unary(std::size_t place, UnaryOperator op) { push(place, Unary{op, pop_one()}); }
  void arithmetic(BinaryOperator op);
  void relation(Relation op);
  void logical(bool conjunction);
  void conditional();

  // Items between commas, of which the first has been pushed: then a tuple, if there was a comma, or a list.
  void star(std::size_t place) { push(place, Starred{pop_one()}); }
  void first_item() { lists_.push_back({stack_.size() - 1}); }
  void comma() { lists_.back().comma = true; }
  void tuple_or_item();
  void list(std::size_t place);
  void empty_list(std::size_t place) { push(place, ListDisplay{}); }

  void open_dict(std::size_t place) { dicts_.emplace_back(place, DictDisplay{}); }
  void entry();
  void unpacked_entry() { dicts_.back().second.entries.push_back({nullptr, pop_one()}); }
  void close_dict();

  // What follows an operand.
  void attribute(std::string_view name) { primary().trailers.push_back(Attribute{std::string(name)}); }
  void open_call() { calls_.emplace_back(); }
  void argument(Call::Passing passing);
  void close_call() { primary().trailers.push_back(taken(calls_).call); }
  void open_subscript() { subscripts_.emplace_back(); }
  void index() { subscripts_.back().parts.push_back(pop_one()); }
  void open_slice(bool with_start);
  void slice_stop() { std::get<SliceBounds>(subscripts_.back().parts.back()).stop = pop_one(); }
  void slice_step() { std::get<SliceBounds>(subscripts_.back().parts.back()).step = pop_one(); }
  void subscript_comma() { subscripts_.back().comma = true; }
  void close_subscript() { primary().trailers.push_back(taken(subscripts_)); }

  // Statements, in the order of the text.
  void target();
  void assign();
  void augmented_target(BinaryOperator op);
  void augment();
  void delete_targets();
  void import_name(std::string_view name) { imports_.push_back({std::string(name), std::string(name)}); }
  void import_as(std::string_view name) { imports_.back().name = name; }
  void import() { finish(taken(imports_)); }
  void pass() { finish(Pass{}); }
  void end_statement(std::size_t begin);

  Program take() { return std::move(program_); }

 private:
  struct Items {
    std::size_t first;
    bool comma = false;
  };
  struct OpenCall {
    Call call;
    std::unordered_set<std::string> names;  // of its keyword arguments
    bool unpacked_keywords = false;
  };

  /// Removes and returns the last one.
  template <class T>
  static T taken(std::vector<T>& stack) {
    T top = std::move(stack.back());
    stack.pop_back();
    return top;
  }
  template <class Form>
  void push(std::size_t place, Form form) {
    // Named, since otherwise clang 14 tries whether a form is a Value that would do for a Literal.
    stack_.push_back({decltype(Expression::form)(std::in_place_type<Form>, std::move(form)), place});
  }
  Expression pop() { return taken(stack_); }
  template <class Chain, class Continues>
  Chain& extend(Chain fresh, Continues continues);
  OneExpression pop_one() { return std::make_unique<Expression>(pop()); }
  Expressions pop_from(std::size_t first);
  Primary& primary();
  void check_target(const Expression& target) const;
  void check_unstarred(const Expression& expression) const;
  template <class Form>
  void finish(Form form) {
    program_.push_back({decltype(Statement::form)(std::in_place_type<Form>, std::move(form))});
  }

  const Source& source_;
  std::size_t depth_ = 0, token_end_ = 0;
  std::vector<std::size_t> brackets_;  // where the open ones are
  Expressions stack_;
  std::vector<Items> lists_;
  std::vector<OpenCall> calls_;
  std::vector<Subscription> subscripts_;
  std::vector<std::pair<std::size_t, DictDisplay>> dicts_;
  std::string texts_;  // of adjacent literals, which are one
  std::size_t open_text_ = 0, texts_place_ = 0, texts_count_ = 0;
  bool texts_are_bytes_ = false;
  Expressions targets_;
  std::vector<BinaryOperator> augmenting_;
  std::vector<Import> imports_;
  Program program_;
};

}  // namespace enginery::evaluator
