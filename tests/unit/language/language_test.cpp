// tests/unit/language/language_test.cpp: what statements and expressions do.
#include "tests/unit/language/execution.hpp"

namespace enginery::evaluator {
namespace {

struct Row {
  const char* code;
  const char* result;
};

class Language : public Execution {
 protected:
  template <std::size_t N>
  void expect(const Row (&rows)[N]) {
    for (const Row& row : rows) {
      names_.clear();
      EXPECT_EQ(result(row.code), row.result) << row.code;
    }
  }
};

TEST_F(Language, LiteralsAreReadAsPythonReadsThem) {
  expect({{"None", "None"},
          {"True, False", "(True, False)"},
          {"0x_ff, 0b1_0, 0o17, 1_000", "(255, 2, 15, 1000)"},
          {"-9223372036854775808", "-9223372036854775808"},
          {"9223372036854775808, -9223372036854775808, 0xffff_ffff_ffff_ffff",
           "(9223372036854775808, -9223372036854775808, 18446744073709551615)"},
          {"18446744073709551616", "OverflowError"},
          {"-9223372036854775809", "OverflowError"},
          {"99999999999999999999", "OverflowError"},
          {"1., .5, 1e3, 1E-2, 1_0.0_1, 1e999", "(1.0, 0.5, 1000.0, 0.01, 10.01, inf)"},
          {"5e-324, 1e-999", "(5e-324, 0.0)"},
          {"2j, 1.5J, 1 - 2j, 2j.imag, 1..real", "(2j, 1.5j, (1-2j), 2.0, 1.0)"},
          {R"('a' "b" 'c')", "'abc'"},
          {R"('\x41\u00e4\U0001F600\101\n\q')", "'Aä😀A\\n\\\\q'"},
          {R"(r'\n', b'\x00\377', rb'\x', u'x')", R"(('\\n', b'\x00\xff', b'\\x', 'x'))"},
          {"'''a\n'b''' \"\"\"c\"\"\"", "\"a\\n'bc\""},
          {"[], (), {}, (1,), [1,], {1: 2,}", "([], (), {}, (1,), [1], {1: 2})"},
          {"{'a': [1, (2, {3: 4})]}", "{'a': [1, (2, {3: 4})]}"},
          {"[*[1, 2], *'ab'], (*[], 1), {**{1: 2}, 1: 3}", "([1, 2, 'a', 'b'], (1,), {1: 3})"}});
}

TEST_F(Language, OperatorsBindAsInPython) {
  expect({{"2 + 3 * 4 ** 2 // 5 % 7", "4"},
          {"-2 ** 2, 2 ** -1, 2 ** 3 ** 2, (2 ** 3) ** 2", "(-4, 0.5, 512, 64)"},
          {"1 - 2 - 3, 1 - (2 - 3), 8 / 4 / 2", "(-4, 2, 1.0)"},
          {"1 | 6 ^ 3 & 2 << 1, ~5, - - 3, 5 >> 1", "(7, -6, 3, 2)"},
          {"not 1 == 2, not not 3", "(True, True)"},
          {"1 < 2 < 3, 1 < 3 < 2, (1 < 3) < 2, 1 < (3 < 2)", "(True, False, True, False)"},
          {"1 in [1], 2 not in [1], None is None, [] is not []", "(True, True, True, True)"},
          {"0 or [] or 'x', 1 and 2 and 0 and 3, 1 or 2 and 0", "('x', 0, 1)"},
          {"1 if 0 else 2 if 1 else 3", "2"},
          {"[1 if True else 2, 3]", "[1, 3]"},
          {"True & False, True | 2, {1: 2} | {1: 3, 4: 5}", "(False, 3, {1: 3, 4: 5})"},
          {"1 << 62, 0 << 99, -1 >> 99, -1 << 63", "(4611686018427387904, 0, -1, -9223372036854775808)"},
          {"a = 1 << 63; a, a >> 62, a | 1, a ^ a, a & -1, 2 ** 63 - 1 + a",
           "(9223372036854775808, 2, 9223372036854775809, 0, 9223372036854775808, 18446744073709551615)"},
          {"1 << 64", "OverflowError"},
          {"-1 << 64", "OverflowError"},
          {"0xffffffffffffffff ^ -1", "OverflowError"},
          {"~0xffffffffffffffff", "OverflowError"},
          {"0xffffffffffffffff >> 64, 0xffffffffffffffff >> 0xffffffffffffffff", "(0, 0)"},
          {"1 << -1", "ValueError"}});
}

TEST_F(Language, ChainsStopAtTheFirstFalseRelationAndShortCircuitsAtTheFirstAnswer) {
  expect({{"1 < 0 < 1 / 0", "False"}, {"0 and 1 / 0, 1 or 1 / 0", "(0, 1)"}, {"1 if True else 1 / 0", "1"}});
}

TEST_F(Language, SubscriptsTakeIndicesKeysAndSlices) {
  expect(
      {{"a = [0, 1, 2, 3, 4]; a[-1], a[1:3], a[::-1], a[-2:0:-2], a[:], a[7:], a[None:2]",
        "(4, [1, 2], [4, 3, 2, 1, 0], [3, 1], [0, 1, 2, 3, 4], [], [0, 1])"},
       {"a = [1, 2]; n = 0xffffffffffffffff; a[:n], a[n:], a[::n], 'ab'[-5:n]", "([1, 2], [], [1], 'ab')"},
       {"[1][0xffffffffffffffff]", "IndexError"},
       {"array([1, 2])[0xffffffffffffffff]", "IndexError"},
       {"array([1, 2])[array([0xffffffffffffffff])]", "IndexError"},
       {"{0xffffffffffffffff: 1}[0xffffffffffffffff], 2.0 ** 63 in {2 ** 63: 1}", "(1, True)"},
       {"'häuser'[1:3], 'abc'[::-1], (1, 2, 3)[1:]", "('äu', 'cba', (2, 3))"},
       {"d = {(1, 2): 3, (1,): 4}; d[1, 2], d[1,], d[(1, 2)]", "(3, 4, 3)"},
       {"a = [1, 2, 3, 4]; a[1:3] = 'xyz'; a", "[1, 'x', 'y', 'z', 4]"},
       {"a = [1, 2, 3, 4]; del a[::2]; a", "[2, 4]"},
       {"[[1, 2], [3, 4]][1][0]", "3"},
       {"a = array([[1, 2, 3], [4, 5, 6]]); a[1, ::-1].tolist(), a[:, 1].tolist(), a[0, 2]", "([6, 5, 4], [2, 5], 3)"},
       {"a = array([1.0, 2.0]); a[0] = 5; a *= 2; a.tolist()", "[10.0, 4.0]"}});
}

TEST_F(Language, AssignmentBindsTheVeryObject) {
  expect({{"a = b = [1]; a.append(2); b, a is b", "([1, 2], True)"},
          {"a = [1]; b = a; a += [2]; b", "[1, 2]"},
          {"a = 1; b = a; a += 1; b", "1"},
          {"a = 'x'; b = a; a *= 2; a, b", "('xx', 'x')"},
          {"a = [[0]] * 2; a[0][0] = 1; a", "[[1], [1]]"}});
}

TEST_F(Language, AssignmentUnpacks) {
  expect({{"a, b = 1, 2; a, b = b, a; a, b", "(2, 1)"},
          {"a, *b = 'xyz'; a, b", "('x', ['y', 'z'])"},
          {"*a, b = [1]; a, b", "([], 1)"},
          {"a, (b, [c, *d]), e = 1, (2, (3, 4)), 5; a, b, c, d, e", "(1, 2, 3, [4], 5)"},
          {"a = [0, 0]; i, a[i] = 1, 9; a", "[0, 9]"},
          {"() = []; [] = ()", "None"},
          {"a, b = 1, 2, 3", "ValueError"},
          {"a, b = [1]", "ValueError"},
          {"a, b = 5", "TypeError"}});
}

TEST_F(Language, AugmentedAssignmentEvaluatesItsTargetOnce) {
  expect({{"i = [0]; a = [1, 2]; a[i.pop()] += 5; a, i", "([6, 2], [])"},
          {"t = ([],); t[0] += [1]", "TypeError"},
          {"a = 7; a //= 2; a **= 2; a %= 5; a <<= 3; a |= 1; a ^= 3; a &= 0xfe; a -= 1; a /= 2", "None"},
          {"d = {1: 2}; e = d; d |= {3: 4}; e", "{1: 2, 3: 4}"}});
  // Changed in place before the tuple refused it, as in Python.
  EXPECT_EQ(result("t = ([],)"), "None");
  EXPECT_EQ(result("t[0] += [1]"), "TypeError");
  EXPECT_EQ(result("t"), "([1],)");
}

TEST_F(Language, DelRemovesNamesItemsAndKeys) {
  expect({{"a = 1; del a; a", "NameError"},
          {"a = [1, 2, 3]; d = {1: 2}; del a[0], d[1]; a, d", "([2, 3], {})"},
          {"a = b = 1; del (a, [b]); a", "NameError"},
          {"del a", "NameError"},
          {"d = {}; del d['x']", "KeyError"}});
}

TEST_F(Language, ImportBindsThePlugin) {
  expect({{"import norms; norms.name", "'norms'"},
          {"import norms, linalg as l; norms.name, l.name", "('norms', 'linalg')"},
          {"import norms; norms.twice(4), norms.twice(x=5), norms.twice(*[6]), norms.twice(**{'x': 7})",
           "(8.0, 10.0, 12.0, 14.0)"},
          {"import norms; norms.x = 3; norms.x += 1; norms.x", "4"},
          {"import norms; norms.nam", "AttributeError"},
          {"import missing_one", "PluginLoadError"}});
}

TEST_F(Language, DotsReachKeysOfDicts) {
  expect({{"d = {'x': 1}; d.y = d.x + 1; d.x += 5; d", "{'x': 6, 'y': 2}"},
          {"d = {'x': {'y': [1, 2]}}; d.x.y[1] = 7; d", "{'x': {'y': [1, 7]}}"},
          {"d = {'x': 1}; del d.x; d", "{}"},
          {"{}.x", "KeyError"}});
}

TEST_F(Language, LinesJoinInsideBracketsAndBehindABackslash) {
  expect({{"a = [1, # one\n  2,\n\n 3 # three\n]\na", "[1, 2, 3]"},
          {"a = 1 + \\\n 2\na", "3"},
          {"\n\n# nothing\n;", "SyntaxError"},
          {"\n  a = 1\n  b = a # indented alike\n\n  b\n", "1"},
          {"a = 1; b = 2;\na, b", "(1, 2)"},
          {"a = 1\r\nb = 2\r\na, b\r\n", "(1, 2)"},
          {"", "None"},
          {"# only a comment", "None"},
          {"pass", "None"},
          {"1; pass", "None"}});
}

TEST_F(Language, NamesOfTheNamespaceComeBeforeBuiltins) {
  expect({{"len = 5; len", "5"}, {"len = 5; del len; len([1])", "1"}, {"f = len; f('ab')", "2"}});
}

TEST_F(Language, TheValueIsThatOfALastExpression) { expect({{"1; 2", "2"}, {"1; a = 2", "None"}, {"1, 2", "(1, 2)"}}); }

TEST(ImportedBy, AreThePluginsThatStatementsImport) {
  EXPECT_THAT(imported_by("import norms, linalg as la; a = 1\n  import system  # import none\nb = 'import text'"),
              testing::ElementsAre("norms", "linalg", "system"));
  EXPECT_THAT(imported_by("a = 1"), testing::IsEmpty());
}

TEST(ImportedBy, IsNothingWhereTheTextIsRefused) {
  EXPECT_THAT(imported_by("import norms\nb = = 2"), testing::IsEmpty());
  EXPECT_THAT(imported_by("import \xff"), testing::IsEmpty());
}

}  // namespace
}  // namespace enginery::evaluator
