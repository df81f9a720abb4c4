// tests/unit/language/limit_test.cpp: texts that are too deep, too long or too greedy, and texts that are noise.
#include <gmock/gmock.h>

#include <cstring>
#include <ctime>
#include <iostream>
#include <random>
#include <streambuf>

#include "tests/unit/language/execution.hpp"

namespace enginery::evaluator {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class Limits : public Execution {
 protected:
  static std::string repeated(std::string_view text, int times) {
    std::string result;
    for (int i = 0; i < times; ++i) result += text;
    return result;
  }
};

TEST_F(Limits, DeepNestingIsASyntaxErrorAndNoStackOverflow) {
  for (const char* open :
       {"(", "[", "{", "-", "~", "not ", "f(", "a[", "a[:", "{1:", "a if a else ", "2**", "*(", "[*", "{**"})
    EXPECT_THAT(error(repeated(open, 1'000'000 / static_cast<int>(std::strlen(open)))),
                StartsWith("SyntaxError: too deeply nested"))
        << open;
  EXPECT_THAT(error(repeated("(", 100'000) + "1" + repeated(")", 100'000)), HasSubstr("too deeply nested"));
}

TEST_F(Limits, WhatIsNestedAsDeepAsAllowedIsEvaluated) {
  EXPECT_EQ(result(repeated("(", 90) + "1" + repeated(")", 90)), "1");
  EXPECT_EQ(result(repeated("-", 90) + "1"), "1");
  EXPECT_EQ(result("len(" + repeated("[", 90) + repeated("]", 90) + ")"), "1");
  EXPECT_EQ(result(repeated("abs(", 90) + "-1" + repeated(")", 90)), "1");
}

TEST_F(Limits, TypesInTuplesThatAreNestedTooDeeplyAreARecursionError) {
  execute("t = (str,)");
  for (int i = 0; i < 4; ++i) execute(repeated("t=(t,);", 50'000));
  EXPECT_THAT(error("isinstance(1, t)"), StartsWith("RecursionError: maximum recursion depth exceeded"));
  EXPECT_EQ(result("isinstance(1, ((str, (int,)), float))"), "True");
}

TEST_F(Limits, LongChainsAreNotDeep) {
  EXPECT_EQ(result("0" + repeated("+1", 100'000)), "100000");
  EXPECT_EQ(result("1" + repeated(" and 1", 100'000)), "1");
  EXPECT_EQ(result("1" + repeated("<=1", 100'000)), "True");
  EXPECT_EQ(result("a = []\na.append(a)\nlen(a" + repeated("[0]", 100'000) + ")"), "1");
  EXPECT_EQ(result("a.pop() is a"), "True");  // what contains itself is never freed
  EXPECT_EQ(result(repeated("'x' ", 100'000) + "''"), "'" + std::string(100'000, 'x') + "'");
  EXPECT_EQ(result("len([" + repeated("1,", 100'000) + "])"), "100000");
  EXPECT_EQ(result(repeated("a = ", 100'000) + "3"), "None");
  EXPECT_EQ(result(repeated("a = 1;", 100'000) + "a"), "1");
}

TEST_F(Limits, ParsingTakesTimeInProportionToTheNestingAndNeverMore) {
  // Grammars that try alternatives again take 2 to the power of 90 steps for each of these.
  const std::clock_t start = std::clock();
  for (const auto& [open, close] :
       {std::pair("(", ")"), std::pair("[", "]"), std::pair("{1:", "}"), std::pair("f(x=", ")"), std::pair("a[", "]"),
        std::pair("a[1:", "]"), std::pair("(1,", ")")}) {
    error(repeated(open, 90) + "1" + repeated(close, 90));
    error(repeated(open, 90) + "1");
    error(repeated(open, 90) + "1 = 2");
  }
  EXPECT_LT((std::clock() - start) / CLOCKS_PER_SEC, 10) << "seconds of this processor";
}

TEST_F(Limits, ACallTakesTimeInProportionToItsArguments) {
  const std::clock_t start = std::clock();
  const auto name = [](int i) { return std::string("k").append(std::to_string(i)); };
  Dict keys;
  for (int i = 0; i < 100'000; ++i) keys.set(Value::string(name(i)), i);
  names_.set("d", Value::dict(std::move(keys)));
  EXPECT_EQ(result("len(dict(**d))"), "100000");
  EXPECT_EQ(result("max(" + repeated("1,", 150'000) + "2)"), "2");
  std::string named;
  for (int i = 0; i < 50'000; ++i) named.append(name(i)).append("=0,");
  EXPECT_EQ(result("len(dict(" + named + "))"), "50000");
  EXPECT_EQ(result("dict(" + named + "k7=1)"), "SyntaxError");
  EXPECT_EQ(result("dict(k7=1, **d)"), "TypeError");
  EXPECT_LT((std::clock() - start) / CLOCKS_PER_SEC, 10) << "seconds of this processor";
}

TEST_F(Limits, ATextThatIsTooLongIsNotRead) {
  EXPECT_THAT(error(std::string((1 << 20) + 1, ' ')), StartsWith("SyntaxError: the text has 1048577 bytes"));
  EXPECT_EQ(result(std::string(1 << 20, ' ')), "None");
}

TEST_F(Limits, AStatementThatAllocatesTooMuchIsAMemoryError) {
  for (const char* code : {"range(10 ** 12)", "range(-9223372036854775808, 9223372036854775807)", "'abc' * 10 ** 10",
                           "[0] * 10 ** 9", "b'x' * 2 ** 31", "'x' * 2 ** 40", "sum([range(10 ** 5)] * 1000, [])",
                           "(1,) * 2 ** 30", "array([0.0] * 1000).reshape(1000, 1) + array([0.0] * 1000000)"})
    EXPECT_THAT(error(code), StartsWith("MemoryError: this statement would allocate more than 1024 MiB")) << code;
  EXPECT_EQ(result("a = 'x' * 2 ** 20\nlen(a.replace('x', a))"), "MemoryError");
  EXPECT_EQ(result("','.join(['x' * 2 ** 20] * 2000)"), "MemoryError");
}

/// Counts what is written to it, and the largest piece.
struct Counting : std::streambuf {
  std::streamsize total = 0, largest = 0;
  std::streamsize xsputn(const char*, std::streamsize size) override {
    total += size;
    largest = std::max(largest, size);
    return size;
  }
  int_type overflow(int_type c) override {
    ++total;
    return c;
  }
};

TEST_F(Limits, PrintGathersNothing) {
  Counting out;
  std::streambuf* const before = std::cout.rdbuf(&out);
  const std::string done = result("x = 'a' * 10 ** 7; print(*[x] * 15, sep='', end='')");
  std::cout.rdbuf(before);
  EXPECT_EQ(done, "None");
  EXPECT_EQ(out.total, 150'000'000);
  EXPECT_EQ(out.largest, 10'000'000);
}

TEST_F(Limits, ACountThatNoMemoryHoldsIsAnError) {
  EXPECT_THAT(result("'x' * (2 ** 63 - 1)"), testing::AnyOf("MemoryError", "OverflowError"));
}

TEST_F(Limits, AUsersFunctionAllocatesWhatItLikes) {
  Function::Declaration named;
  named.name = "large";
  names_.set("large", Value::function(Function::make(std::move(named), [](std::int64_t mebibytes) {
               // Never touched, so that it costs no memory.
               return Value::array(Array(DType::u8, {mebibytes << 20}));
             })));
  EXPECT_EQ(result("large(1100).size"), std::to_string(1100LL << 20));
  EXPECT_EQ(result("range(10 ** 9)"), "MemoryError");
}

/// Any bytes; or parts of the language in any order, some of them spoilt.
std::string noise(std::mt19937& random) {
  static const char* const kParts[] = {
      "a",      "b",        "1",       "2.5",  "'x'",      "\"y\"", "(",   ")",      "[",    "]",
      "{",      "}",        ",",       ":",    "=",        "==",    "+",   "-",      "*",    "**",
      "//",     "%",        "<",       "<<",   "not",      "in",    "is",  "if",     "else", "and",
      "or",     ".",        "+=",      ";",    "\n",       " ",     "del", "import", "len",  "print(end='')",
      "[1, 2]", "range(3)", "'''",     "\\",   "#",        "0x1f",  "1e5", "2j",     "None", "abs(",
      "a[",     "::-1]",    "a, b = ", "str(", "\xc3\xa4", "b'",    "~",   "@",      "|=",   "lambda",
      "append("};
  std::string text;
  const auto length = random() % 40;
  for (std::size_t i = 0; i < length; ++i) {
    if (random() % 16 == 0)
      text += static_cast<char>(random());
    else
      text += kParts[random() % std::size(kParts)];
    if (random() % 4 == 0) text += ' ';
  }
  return text;
}

TEST_F(Limits, NoiseIsRefusedOrDoneAndNeverCrashes) {
  std::mt19937 random(20260727);
  int done = 0, refused = 0, failed = 0;
  for (int i = 0; i < 100'000; ++i) {
    const std::string text = noise(random);
    if (i % 64 == 0) execute("a = [1, [2], {'k': 3}]; b = 'text'");
    try {
      execute(text);
      ++done;
    } catch (const SyntaxError&) {
      ++refused;
    } catch (const Error&) {
      ++failed;
    }
  }
  EXPECT_GT(done, 1000);
  EXPECT_GT(refused, 1000);
  EXPECT_GT(failed, 300);
}

}  // namespace
}  // namespace enginery::evaluator
