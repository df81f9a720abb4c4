// tests/unit/language/error_test.cpp: what errors say, and where they say it was.
#include <gmock/gmock.h>

#include "tests/unit/language/execution.hpp"

namespace enginery::evaluator {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class Errors : public Execution {};

TEST_F(Errors, ASyntaxErrorShowsItsLineWithACaret) {
  EXPECT_EQ(error("a = 1\n  b = = 2\nc = 3"),
            "SyntaxError: invalid syntax: expected an expression (line 2, column 7)\n    b = = 2\n        ^");
  EXPECT_EQ(error("x = 'häß' €"),
            "SyntaxError: invalid syntax: expected an operator or the end of the statement (line 1, column 11)\n"
            "    x = 'häß' €\n"
            "              ^");
}

TEST_F(Errors, ASyntaxErrorSaysWhatItIs) {
  struct Row {
    const char *code, *says, *place;
  };
  const Row rows[] = {
      {"(1, [2)", "closing parenthesis ')' does not match opening parenthesis '['", "(line 1, column 7)"},
      {"a = (1,\n2", "'(' was never closed", "(line 1, column 5)"},
      {"a]", "unmatched ']'", "(line 1, column 2)"},
      {"a = 'x\nb", "unterminated string literal", "(line 1, column 5)"},
      {"a = '''x\nb", "unterminated triple-quoted string literal", "(line 1, column 5)"},
      {"for i in x: pass", "task plugin", "(line 1, column 1)"},
      {"[i for i in x]", "comprehensions", "(line 1, column 4)"},
      {"f = lambda x: x", "task plugin", "(line 1, column 5)"},
      {"def f(): pass", "task plugin", "(line 1, column 1)"},
      {"1 + 2 = a", "cannot assign to expression here", "(line 1, column 1)"},
      {"f(x) = 1", "cannot assign to function call here", "(line 1, column 1)"},
      {"a, 5 = 1, 2", "cannot assign to literal here", "(line 1, column 4)"},
      {"None = 1", "cannot assign to None here", "(line 1, column 1)"},
      {"(a, b) += 1", "'tuple' is an illegal expression for augmented assignment", "(line 1, column 1)"},
      {"*a, *b = 1", "multiple starred expressions in assignment", "(line 1, column 5)"},
      {"*a = 1", "starred assignment target must be in a list or tuple", "(line 1, column 1)"},
      {"a = *b", "can't use starred expression here", "(line 1, column 5)"},
      {"del f()", "cannot delete function call", "(line 1, column 5)"},
      {"f(a=1, 2)", "positional argument follows keyword argument", "(line 1, column 8)"},
      {"f(a=1, a=2)", "keyword argument repeated: a", "(line 1, column 8)"},
      {"f(a.b=1)", "perhaps you meant \"==\"?", "(line 1, column 3)"},
      {"{1, 2}", "sets are no type here", "(line 1, column 3)"},
      {"f'{a}'", "there are no f-strings here", "(line 1, column 2)"},
      {"1 if 2", "expected 'else'", "(line 1, column 7)"},
      {"007", "leading zeros", "(line 1, column 1)"},
      {"1__0", "invalid decimal literal", "(line 1, column 1)"},
      {"1e_5", "invalid decimal literal", "(line 1, column 1)"},
      {"1_e5", "invalid decimal literal", "(line 1, column 1)"},
      {"0xg", "invalid hexadecimal literal", "(line 1, column 1)"},
      {"'\\x4'", "truncated \\x escape", "(line 1, column 2)"},
      {"'\\ud800'", "is no character", "(line 1, column 2)"},
      {"b'ä'", "bytes can only contain ASCII", "(line 1, column 3)"},
      {"'a' b'c'", "cannot mix bytes and nonbytes literals", "(line 1, column 5)"},
      {"import", "expected the name of a plugin", "(line 1, column 7)"},
      {"a.5", "expected a name behind the dot", "(line 1, column 3)"},
      {"a b", "expected an operator", "(line 1, column 3)"},
      {"a = \xff", "begins no character of UTF-8", "(line 1, column 5)"},
  };
  for (const Row& row : rows)
    EXPECT_THAT(error(row.code), AllOf(StartsWith("SyntaxError: "), HasSubstr(row.says), HasSubstr(row.place)))
        << row.code;
  EXPECT_THAT(error(std::string_view("a\0b", 3)), HasSubstr("null bytes"));
}

TEST_F(Errors, AfterASyntaxErrorNothingHasChanged) {
  EXPECT_EQ(result("a = 1\nb = )"), "SyntaxError");
  EXPECT_TRUE(names_.empty());
}

TEST_F(Errors, AfterAnyOtherErrorTheStatementsBeforeItAreDone) {
  EXPECT_EQ(result("a = 1\nb = 1 / 0\nc = 2"), "ZeroDivisionError");
  EXPECT_EQ(names_.keys(), std::vector<std::string>{"a"});
}

TEST_F(Errors, ARuntimeErrorOfSeveralLinesSaysItsLineAtTheEnd) {
  EXPECT_EQ(error("b / 0"),
            "NameError: name 'b' is not defined. Push or assign it first, or, if it is a plugin, import b");
  EXPECT_EQ(error("a = 1\n\nb = a / 0  # no\nc = 1"), "ZeroDivisionError: division by zero (line 3: `b = a / 0`)");
  EXPECT_EQ(error("a = 1; b = [1,\n 2][5]"),
            "IndexError: list index out of range: 5 in one of length 2 (line 1: `b = [1, …`)");
}

TEST_F(Errors, AnUnknownNameHasTheRemedyThatFits) {
  const std::string is_not = "NameError: name '", defined = "' is not defined.";
  EXPECT_EQ(error("nothing(1)"),
            is_not + "nothing" + defined +
                " dir() lists the functions that there are; one of a plugin is called by its path, "
                "as in norms.get_norms(a)");
  EXPECT_THAT(error("lenn([1])"), StartsWith(is_not + "lenn" + defined + " Did you mean 'len'?"));
  EXPECT_THAT(error("eval('1')"),
              AllOf(StartsWith(is_not + "eval" + defined + " Python's eval is not in this language"),
                    Not(HasSubstr("import"))));
  EXPECT_THAT(error("np.sqrt(2)"), HasSubstr("There are no modules of Python here: sqrt, exp"));
  EXPECT_THAT(error("import norms; twice(1)"), HasSubstr("A plugin has it: norms.twice"));
  EXPECT_THAT(error("del nothing"), HasSubstr("Push or assign it first"));
}

TEST_F(Errors, ATasksOwnErrorKeepsItsTypeAndGetsTheLine) {
  Function::Declaration named;
  named.name = "fails";
  names_.set("fails", Value::function(Function::make(
                          std::move(named), [](std::int64_t) -> std::int64_t { throw std::out_of_range("beyond"); })));
  try {
    execute("a = 1\nfails(1)");
    FAIL() << "fails() did not throw";
  } catch (const std::out_of_range& error) {
    EXPECT_STREQ(error.what(), "beyond (line 2: `fails(1)`)");
  }
}

TEST_F(Errors, HaveTheNamesAndWordsOfPython) {
  struct Row {
    const char *code, *error;
  };
  const Row rows[] = {
      {"lenn([1])", "NameError: name 'lenn' is not defined."},
      {"abc = 1; abd", "NameError: name 'abd' is not defined. Did you mean 'abc'?"},
      {"1 + 'a'", "TypeError: unsupported operand type(s) for +: 'int' and 'str'"},
      {"1.5 & 2", "TypeError: unsupported operand type(s) for &: 'float' and 'int'"},
      {"~1.5", "TypeError: bad operand type for unary ~: 'float'"},
      {"5(1)", "TypeError: 'int' object is not callable"},
      {"5[1]", "TypeError: 'int' object is not subscriptable"},
      {"1 in 5", "TypeError: argument of type 'int' is not iterable"},
      {"[][0]", "IndexError: list index out of range"},
      {"[1]['a']", "TypeError: list indices must be integers or slices, not str"},
      {"[1][1.5:]", "TypeError: slice indices must be integers"},
      {"[1][::0]", "ValueError: slice step cannot be zero"},
      {"{}['x']", "KeyError: 'x': the dict is empty"},
      {"{[]: 1}", "TypeError: unhashable type: 'list'"},
      {"1 % 0", "ZeroDivisionError: integer modulo by zero"},
      {"2 ** 64", "OverflowError: 2 ** 64 does not fit into an int of 64 bits; use a float"},
      {"[].push(1)", "AttributeError: 'list' object has no attribute 'push'"},
      {"[].append", "AttributeError: 'append' of a 'list' object can only be called"},
      {"a.b = 1", "NameError: name 'a' is not defined"},
      {"a = 5; a.b = 1", "AttributeError: 'int' object has no attribute 'b'"},
      {"'abc'[0] = 'x'", "TypeError: 'str' object does not support item assignment"},
      {"a, b = 5", "TypeError: cannot unpack non-iterable int object"},
      {"a, b = 1, 2, 3", "ValueError: too many values to unpack (expected 2, got 3)"},
      {"a, b = [1]", "ValueError: not enough values to unpack (expected 2, got 1)"},
      {"a, *b = []", "ValueError: not enough values to unpack (expected at least 1, got 0)"},
      {"len()", "TypeError: len() takes exactly 1 argument (0 given)"},
      {"len([], key=1)", "TypeError: len() got an unexpected keyword argument 'key'"},
      {"print(*5)", "TypeError: 'int' object is not iterable"},
      {"dict(**5)", "TypeError: dict() argument after ** must be a mapping, not int"},
      {"int('x')", "ValueError: invalid literal for int() with base 10: 'x'"},
      {"min([])", "ValueError: min() arg is an empty sequence"},
      {"import missing_one", "PluginLoadError: "},
  };
  for (const Row& row : rows) {
    names_.clear();
    EXPECT_THAT(error(row.code), StartsWith(row.error)) << row.code;
  }
}

}  // namespace
}  // namespace enginery::evaluator
