// core/language/grammar.cpp: the grammar of execute(code), in PEGTL.
//
// The grammar never backtracks over a call of the builder. Where two rules begin alike, their common part is read first
// and the next token decides; after a rule's first token everything else is a must. So the time is in proportion to the
// length of the text, however deep it is nested, and a rule that fails softly has called nothing. A rule that
// matters says what it `does`: which member of SyntaxBuilder it calls when it was read.
#include "core/language/syntax.hpp"

#include <algorithm>
#include <iterator>

#include <tao/pegtl.hpp>

#include "core/language/syntax_builder.hpp"

namespace enginery::evaluator {
namespace {

namespace p = tao::pegtl;
using Input = p::memory_input<p::tracking_mode::lazy>;

// What lies between tokens: spaces and comments, and within brackets also the ends of lines.
struct blank {
  using rule_t = blank;
  using subs_t = p::empty_list;
  template <p::apply_mode, p::rewind_mode, template <typename...> class, template <typename...> class>
  static bool match(Input& in, SyntaxBuilder& builder) {
    const char *at = in.current(), *const end = in.end();
    builder.end_token(static_cast<std::size_t>(at - in.begin()));
    for (; at != end; ++at) {
      if (*at == '#') {
        at = std::find(at, end, '\n');
        if (at == end) break;
      } else if (*at == '\\') {
        const char* const newline = std::find_if(at + 1, end, [](char c) { return c != '\r'; });
        if (newline == end || *newline != '\n') break;
        at = newline;
        continue;
      }
      if (*at != ' ' && *at != '\t' && *at != '\f' && *at != '\r' && !(*at == '\n' && builder.inside_brackets())) break;
    }
    in.bump(static_cast<std::size_t>(at - in.current()));
    return true;
  }
};

/// As Rule, one level deeper.
template <class Rule>
struct deeper {
  using rule_t = deeper;
  using subs_t = p::type_list<Rule>;
  template <p::apply_mode A, p::rewind_mode M, template <typename...> class Action,
            template <typename...> class Control>
  static bool match(Input& in, SyntaxBuilder& builder) {
    builder.enter(static_cast<std::size_t>(in.current() - in.begin()));
    const bool matched = Control<Rule>::template match<A, M, Action, Control>(in, builder);
    builder.leave();
    return matched;
  }
};

// What a rule calls when it was read: a member of SyntaxBuilder, with the place and the token if the member takes them.
template <auto member, auto... arguments>
struct calls {
  static void apply0(SyntaxBuilder& builder) { (builder.*member)(arguments...); }
};
template <auto member, auto... arguments>
struct calls_at {
  template <class Token>
  static void apply(const Token& token, SyntaxBuilder& builder) {
    (builder.*member)(place(token), arguments...);
  }
  template <class Token>
  static std::size_t place(const Token& token) {
    return static_cast<std::size_t>(token.begin() - token.input().begin());
  }
};
template <auto member>
struct calls_with {
  template <class Token>
  static void apply(const Token& token, SyntaxBuilder& builder) {
    if constexpr (requires { (builder.*member)(0, token.string_view()); })
      (builder.*member)(calls_at<member>::place(token), token.string_view());
    else
      (builder.*member)(token.string_view());
  }
};
/// The action of a rule is what the rule `does`, if it says so.
template <class Rule>
struct action : p::nothing<Rule> {};
template <class Rule>
requires requires { typename Rule::does; }
struct action<Rule> : Rule::does {};
using B = SyntaxBuilder;

// clang-format off

// Tokens. Each takes the blank behind it along.
struct letter : p::sor<p::alpha, p::one<'_'>, p::not_range<'\0', '\x7f'>> {};
struct letter_or_digit : p::sor<letter, p::digit> {};
template <char... text> struct symbol : p::seq<p::string<text...>, blank> {};
/// An operator, unless `=` or one of `others` follows, which would make another one.
template <class Text, char... others> struct op : p::seq<Text, p::not_at<p::one<'=', others...>>, blank> {};
template <char... letters> struct keyword : p::seq<p::string<letters...>, p::not_at<letter_or_digit>, blank> {};
struct reserved : p::seq<p::sor<
    TAO_PEGTL_STRING("False"), TAO_PEGTL_STRING("None"), TAO_PEGTL_STRING("True"), TAO_PEGTL_STRING("and"),
    TAO_PEGTL_STRING("assert"), TAO_PEGTL_STRING("async"), TAO_PEGTL_STRING("as"), TAO_PEGTL_STRING("await"),
    TAO_PEGTL_STRING("break"), TAO_PEGTL_STRING("class"), TAO_PEGTL_STRING("continue"), TAO_PEGTL_STRING("def"),
    TAO_PEGTL_STRING("del"), TAO_PEGTL_STRING("elif"), TAO_PEGTL_STRING("else"), TAO_PEGTL_STRING("except"),
    TAO_PEGTL_STRING("finally"), TAO_PEGTL_STRING("for"), TAO_PEGTL_STRING("from"), TAO_PEGTL_STRING("global"),
    TAO_PEGTL_STRING("if"), TAO_PEGTL_STRING("import"), TAO_PEGTL_STRING("in"), TAO_PEGTL_STRING("is"),
    TAO_PEGTL_STRING("lambda"), TAO_PEGTL_STRING("nonlocal"), TAO_PEGTL_STRING("not"), TAO_PEGTL_STRING("or"),
    TAO_PEGTL_STRING("pass"), TAO_PEGTL_STRING("raise"), TAO_PEGTL_STRING("return"), TAO_PEGTL_STRING("try"),
    TAO_PEGTL_STRING("while"), TAO_PEGTL_STRING("with"), TAO_PEGTL_STRING("yield")>, p::not_at<letter_or_digit>> {};
struct identifier : p::seq<p::not_at<reserved>, letter, p::star<letter_or_digit>> {};

using kw_and = keyword<'a', 'n', 'd'>;
using kw_as = keyword<'a', 's'>;
using kw_del = keyword<'d', 'e', 'l'>;
struct kw_else : keyword<'e', 'l', 's', 'e'> {};
using kw_if = keyword<'i', 'f'>;
using kw_import = keyword<'i', 'm', 'p', 'o', 'r', 't'>;
using kw_in = keyword<'i', 'n'>;
using kw_is = keyword<'i', 's'>;
using kw_not = keyword<'n', 'o', 't'>;
using kw_or = keyword<'o', 'r'>;
using kw_pass = keyword<'p', 'a', 's', 's'>;
using comma = symbol<','>;

template <char c> struct open_character : p::one<c> { using does = calls_at<&B::open_bracket>; };
template <char c> struct close_character : p::one<c> { using does = calls<&B::close_bracket>; };
template <char c> struct open : p::seq<open_character<c>, blank> {};
template <char c> struct close : p::seq<close_character<c>, blank> {};

/// Items between commas, of which the last may have one behind it. `Comma` may be called once more than there are.
template <class Item, class Comma> struct separated : p::seq<Item, p::star<Comma, Item>, p::opt<Comma>> {};

struct expression;

// Literals and names.
// The token of a number includes the letters and digits after it, so that `1_0x` is refused as a whole.
struct digits : p::star<p::sor<p::digit, p::one<'_'>>> {};
struct exponent : p::seq<p::one<'e', 'E'>, p::opt<p::one<'+', '-'>>, p::digit, digits> {};
struct decimal_token : p::seq<digits, p::opt<p::one<'.'>, digits>, p::opt<exponent>, p::star<letter_or_digit>> {};
struct prefixed_token : p::seq<p::one<'0'>, p::one<'x', 'X', 'o', 'O', 'b', 'B'>, p::star<letter_or_digit>> {};
struct number_token : p::sor<prefixed_token, decimal_token> { using does = calls_with<&B::number>; };
struct number : p::seq<p::at<p::opt<p::one<'.'>>, p::digit>, number_token, blank> {};

template <char quote> struct open_text : p::one<quote> { using does = calls_at<&B::open_text>; };
template <char quote> struct open_long_text : p::string<quote, quote, quote> { using does = calls_at<&B::open_text>; };
template <char quote> struct short_text_character :
    p::sor<p::seq<p::one<'\\'>, p::opt<p::one<'\r'>>, p::any>, p::not_one<quote, '\n'>> {};
template <char quote> struct end_of_short_text : p::one<quote> {};
template <char quote> struct end_of_long_text : p::string<quote, quote, quote> {};
template <char quote> struct long_text_character : p::seq<p::not_at<end_of_long_text<quote>>, p::opt<p::one<'\\'>>, p::any> {};
template <char quote> struct long_text :
    p::if_must<open_long_text<quote>, p::star<long_text_character<quote>>, end_of_long_text<quote>> {};
template <char quote> struct short_text :
    p::if_must<open_text<quote>, p::star<short_text_character<quote>>, end_of_short_text<quote>> {};
struct text_prefix : p::sor<p::seq<p::one<'r', 'R'>, p::opt<p::one<'b', 'B'>>>,
                            p::seq<p::one<'b', 'B'>, p::opt<p::one<'r', 'R'>>>, p::one<'u', 'U'>> {};
struct text_token : p::seq<p::opt<text_prefix>, p::sor<long_text<'"'>, long_text<'\''>, short_text<'"'>, short_text<'\''>>>
    { using does = calls_with<&B::text>; };
struct texts : p::plus<text_token, blank> { using does = calls<&B::end_texts>; };

struct none : TAO_PEGTL_STRING("None") { using does = calls_at<&B::none>; };
struct yes : TAO_PEGTL_STRING("True") { using does = calls_at<&B::boolean, true>; };
struct no : TAO_PEGTL_STRING("False") { using does = calls_at<&B::boolean, false>; };
struct constant : p::seq<p::sor<none, yes, no>, blank> {};
struct name_token : identifier { using does = calls_with<&B::name>; };
struct name : p::seq<name_token, blank> {};

// Displays.
struct bit_or;
struct starred_item : p::if_must<op<p::one<'*'>, '*'>, deeper<bit_or>> { using does = calls_at<&B::star>; };
struct item : p::sor<starred_item, expression> {};
struct first_item : item { using does = calls<&B::first_item>; };
struct items_comma : comma { using does = calls<&B::comma>; };
struct items : p::seq<first_item, p::star<items_comma, item>, p::opt<items_comma>> {};
struct tuple_or_item : items { using does = calls<&B::tuple_or_item>; };

struct empty_tuple : close<')'> { using does = calls_at<&B::empty_tuple>; };
struct parenthesised : p::if_must<open<'('>, p::sor<empty_tuple, p::seq<p::must<tuple_or_item>, p::must<close<')'>>>>>
    { using does = calls_at<&B::parenthesise>; };
struct empty_list : close<']'> { using does = calls_at<&B::empty_list>; };
struct filled_list : p::seq<p::must<items>, p::must<close<']'>>> { using does = calls_at<&B::list>; };
struct list_display : p::if_must<open<'['>, p::sor<empty_list, filled_list>> {};
struct unpacked_entry : p::if_must<symbol<'*', '*'>, deeper<bit_or>> { using does = calls<&B::unpacked_entry>; };
struct entry_colon : symbol<':'> {};
struct keyed_entry : p::if_must<expression, entry_colon, expression> { using does = calls<&B::entry>; };
struct entry : p::sor<unpacked_entry, keyed_entry> {};
struct open_dict : open<'{'> { using does = calls_at<&B::open_dict>; };
struct dict_display : p::if_must<open_dict, p::sor<close<'}'>, p::seq<p::must<separated<entry, comma>>, p::must<close<'}'>>>>>
    { using does = calls<&B::close_dict>; };

struct atom : p::sor<parenthesised, list_display, dict_display, number, texts, p::seq<p::at<reserved>, constant>, name> {};

// What follows an operand.
struct attribute_name : identifier { using does = calls_with<&B::attribute>; };
struct attribute : p::if_must<symbol<'.'>, attribute_name, blank> {};
struct unpacked_argument : p::if_must<op<p::one<'*'>, '*'>, expression>
    { using does = calls<&B::argument, Call::Passing::unpacked>; };
struct unpacked_keywords : p::if_must<symbol<'*', '*'>, expression>
    { using does = calls<&B::argument, Call::Passing::unpacked_keywords>; };
struct keyword_value : p::if_must<op<p::one<'='>>, expression>
    { using does = calls<&B::argument, Call::Passing::keyword>; };
struct positional_argument : p::success { using does = calls<&B::argument, Call::Passing::positional>; };
struct plain_argument : p::seq<expression, p::sor<keyword_value, positional_argument>> {};
struct argument : p::sor<unpacked_keywords, unpacked_argument, plain_argument> {};
struct open_call : open<'('> { using does = calls<&B::open_call>; };
struct call : p::if_must<open_call, p::opt<separated<argument, comma>>, close<')'>>
    { using does = calls<&B::close_call>; };
struct slice_colon : symbol<':'> {};
struct slice_without_start : slice_colon { using does = calls<&B::open_slice, false>; };
struct slice_behind_start : slice_colon { using does = calls<&B::open_slice, true>; };
struct slice_stop : p::seq<expression> { using does = calls<&B::slice_stop>; };
struct slice_step : p::seq<expression> { using does = calls<&B::slice_step>; };
struct slice_rest : p::seq<p::opt<slice_stop>, p::opt<slice_colon, p::opt<slice_step>>> {};
struct index : p::success { using does = calls<&B::index>; };
struct subscript_part : p::sor<p::seq<slice_without_start, slice_rest>,
                               p::seq<expression, p::sor<p::seq<slice_behind_start, slice_rest>, index>>> {};
struct subscript_comma : comma { using does = calls<&B::subscript_comma>; };
struct open_subscript : open<'['> { using does = calls<&B::open_subscript>; };
struct subscript : p::if_must<open_subscript, separated<subscript_part, subscript_comma>, close<']'>>
    { using does = calls<&B::close_subscript>; };
struct primary : p::seq<atom, p::star<p::sor<call, subscript, attribute>>> {};

// Operators, from those that bind most to those that bind least.
template <auto Op, class Token, class Operand> struct arithmetic : p::if_must<Token, Operand>
    { using does = calls<&B::arithmetic, Op>; };
template <auto Op, class Token> struct relation : p::if_must<Token, bit_or> { using does = calls<&B::relation, Op>; };
template <bool conjunction, class Token, class Operand> struct logical : p::if_must<Token, Operand>
    { using does = calls<&B::logical, conjunction>; };
template <UnaryOperator Op, class Token, class Operand> struct prefixed : p::if_must<Token, Operand>
    { using does = calls_at<&B::unary, Op>; };

struct unary;
struct power : p::seq<primary, p::opt<arithmetic<Operator::power, op<p::string<'*', '*'>>, deeper<unary>>>> {};
struct unary : p::sor<prefixed<UnaryOperator::negative, symbol<'-'>, deeper<unary>>,
                      prefixed<UnaryOperator::positive, symbol<'+'>, deeper<unary>>,
                      prefixed<UnaryOperator::invert, symbol<'~'>, deeper<unary>>, power> {};
struct product : p::seq<unary, p::star<p::sor<
    arithmetic<Operator::multiply, op<p::one<'*'>, '*'>, unary>,
    arithmetic<Operator::floor_divide, op<p::string<'/', '/'>>, unary>,
    arithmetic<Operator::divide, op<p::one<'/'>, '/'>, unary>,
    arithmetic<Operator::modulo, op<p::one<'%'>>, unary>,
    arithmetic<Operator::matmul, op<p::one<'@'>>, unary>>>> {};
struct sum : p::seq<product, p::star<p::sor<
    arithmetic<Operator::add, op<p::one<'+'>>, product>,
    arithmetic<Operator::subtract, op<p::one<'-'>>, product>>>> {};
struct shift : p::seq<sum, p::star<p::sor<
    arithmetic<BitOperator::shift_left, op<p::string<'<', '<'>>, sum>,
    arithmetic<BitOperator::shift_right, op<p::string<'>', '>'>>, sum>>>> {};
struct bit_and : p::seq<shift, p::star<arithmetic<BitOperator::both, op<p::one<'&'>>, shift>>> {};
struct bit_xor : p::seq<bit_and, p::star<arithmetic<BitOperator::differing, op<p::one<'^'>>, bit_and>>> {};
struct bit_or : p::seq<bit_xor, p::star<arithmetic<BitOperator::either, op<p::one<'|'>>, bit_xor>>> {};
struct comparison : p::seq<bit_or, p::star<p::sor<
    relation<Comparison::less_equal, symbol<'<', '='>>, relation<Comparison::greater_equal, symbol<'>', '='>>,
    relation<Comparison::equal, symbol<'=', '='>>, relation<Comparison::not_equal, symbol<'!', '='>>,
    relation<Comparison::less, op<p::one<'<'>, '<'>>, relation<Comparison::greater, op<p::one<'>'>, '>'>>,
    relation<Test::is_not, p::seq<kw_is, kw_not>>, relation<Test::is, kw_is>,
    relation<Test::not_in, p::seq<kw_not, kw_in>>, relation<Test::in, kw_in>>>> {};
struct inversion : p::sor<prefixed<UnaryOperator::logical_not, kw_not, deeper<inversion>>, comparison> {};
struct conjunction : p::seq<inversion, p::star<logical<true, kw_and, inversion>>> {};
struct disjunction : p::seq<conjunction, p::star<logical<false, kw_or, conjunction>>> {};
struct conditional : p::if_must<kw_if, disjunction, kw_else, expression> { using does = calls<&B::conditional>; };
struct expression : deeper<p::seq<disjunction, p::opt<conditional>>> {};

// Statements.
struct pass_statement : kw_pass { using does = calls<&B::pass>; };
struct del_statement : p::if_must<kw_del, tuple_or_item> { using does = calls<&B::delete_targets>; };
struct import_name : identifier { using does = calls_with<&B::import_name>; };
struct import_alias : identifier { using does = calls_with<&B::import_as>; };
struct imported : p::seq<import_name, blank, p::opt<p::if_must<kw_as, import_alias, blank>>>
    { using does = calls<&B::import>; };
struct import_statement : p::if_must<kw_import, p::list<imported, comma>> {};
struct target_sign : op<p::one<'='>> { using does = calls<&B::target>; };
struct assignment : p::star<p::if_must<target_sign, tuple_or_item>> { using does = calls<&B::assign>; };
template <auto Op, char... sign> struct augmented_sign : symbol<sign...>
    { using does = calls<&B::augmented_target, Op>; };
struct augmentation : p::if_must<p::sor<
    augmented_sign<Operator::add, '+', '='>, augmented_sign<Operator::subtract, '-', '='>,
    augmented_sign<Operator::multiply, '*', '='>, augmented_sign<Operator::divide, '/', '='>,
    augmented_sign<Operator::floor_divide, '/', '/', '='>, augmented_sign<Operator::modulo, '%', '='>,
    augmented_sign<Operator::power, '*', '*', '='>, augmented_sign<Operator::matmul, '@', '='>,
    augmented_sign<BitOperator::both, '&', '='>, augmented_sign<BitOperator::either, '|', '='>,
    augmented_sign<BitOperator::differing, '^', '='>, augmented_sign<BitOperator::shift_left, '<', '<', '='>,
    augmented_sign<BitOperator::shift_right, '>', '>', '='>>, tuple_or_item> { using does = calls<&B::augment>; };
struct statement : p::sor<pass_statement, del_statement, import_statement,
                          p::seq<tuple_or_item, p::sor<augmentation, assignment>>>
    { using does = calls_at<&B::end_statement>; };
struct line_end : p::sor<p::one<'\n'>, p::eof> {};
struct line : p::seq<separated<statement, symbol<';'>>, p::must<line_end>> {};
struct end_of_text : p::seq<blank, p::eof> {};
struct program : p::seq<p::star<blank, p::sor<p::one<'\n'>, line>>, p::must<end_of_text>> {};

// What is expected where a must fails.
template <class Rule> constexpr const char* expected = "an expression";
template <> constexpr const char* expected<close<')'>> = "')'";
template <> constexpr const char* expected<close<']'>> = "']'";
template <> constexpr const char* expected<close<'}'>> = "'}'";
template <> constexpr const char* expected<kw_else> = "'else'";
template <> constexpr const char* expected<entry_colon> = "':' and the value of this key (sets are no type here)";
template <> constexpr const char* expected<attribute_name> = "a name behind the dot";
template <> constexpr const char* expected<p::list<imported, comma>> = "the name of a plugin, as in `import norms`";
template <> constexpr const char* expected<import_alias> = "a name";
template <> constexpr const char* expected<line_end> = "an operator or the end of the statement";
template <> constexpr const char* expected<end_of_text> = "a statement";

// clang-format on

template <class Rule>
struct control : p::normal<Rule> {
  [[noreturn]] static void raise(const Input& in, SyntaxBuilder& builder) {
    builder.refuse(static_cast<std::size_t>(in.current() - in.begin()), expected<Rule>);
  }
};
template <class Rule>
struct unterminated : p::normal<Rule> {
  [[noreturn]] static void raise(const Input&, SyntaxBuilder& builder) { builder.refuse_unterminated(); }
};
template <char quote>
struct control<end_of_short_text<quote>> : unterminated<end_of_short_text<quote>> {};
template <char quote>
struct control<end_of_long_text<quote>> : unterminated<end_of_long_text<quote>> {};

}  // namespace

Program parse(const Source& source) {
  SyntaxBuilder builder(source);
  Input input(source.text().data(), source.text().data() + source.size(), "");
  const bool read = p::parse<program, action, control>(input, builder);
  if (!read) builder.refuse(0, "a statement");
  return builder.take();
}

}  // namespace enginery::evaluator
