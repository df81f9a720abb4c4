// tests/unit/language/statements.cpp: random statements that mean the same to Python and to us.
#include "tests/unit/language/statements.hpp"

namespace enginery::evaluator {
namespace {

std::string between(char open, const std::string& inside, char close) {
  std::string text(1, open);
  text += inside;
  text += close;
  return text;
}

}  // namespace

std::vector<std::string> Statements::program() {
  std::vector<std::string> statements;
  // A variable of each sort, called after it: i, r, b, c, s, l, t, d.
  std::string& first = statements.emplace_back("pass");
  for (int sort = 0; sort < 8; ++sort)
    if (!one_in(12))
      first.append("; ")
          .append(variable(static_cast<Sort>(sort)))
          .append(" = ")
          .append(literal(static_cast<Sort>(sort), 0));
  if (one_in(2)) statements.push_back("l = " + literal(Sort::list, 1));
  for (unsigned more = 2 + up_to(5); more > 0; --more) statements.push_back(statement());
  return statements;
}

std::string Statements::variable(Sort sort) { return std::string(1, "irbcsltd"[static_cast<int>(sort)]); }

std::string Statements::statement() {
  const std::string op = one_of("+", "-", "*", "/", "//", "%", "**", "&", "|", "^", "<<", ">>");
  switch (up_to(13)) {
    case 0:
      return assignment_to_part();
    case 1:
      return "i " + one_of("+", "-", "*", "//", "%", "&", "|", "^", "<<", ">>") + "= " + integer(1);
    case 2:
      return "r " + one_of("+", "-", "*", "/", "//", "%", "**") + "= " + number(1);
    case 3:
      return "l " + one_of("+= ", "*= ") + one_of(list(1), integer(0), text(1), tuple(1));
    case 4:
      return one_of("s += " + text(1), "s *= " + integer(0), "t += " + tuple(1), "d |= " + dict(1));
    case 5:
      return "l[" + integer(0) + "] " + op + "= " + any(1);
    case 6:
      return "d[" + any(0) + "] " + op + "= " + any(1);
    case 7:
      return one_of("x, y = ", "x, *y = ", "*x, y = ", "(x, [y, z]) = ", "[x, y, *z] = ", "x, l[0] = ") +
             one_of(sequence(1), any(1) + ", " + any(1), any(1) + ", " + sequence(1));
    case 8:
      return target() + " = " + target() + " = " + any(1);
    case 9:
      return "del " + one_of("i", "l[" + integer(0) + "]", "l[" + slice(0) + "]", "d[" + any(0) + "]", "x, y");
    case 10:
      return "l." + one_of("append(" + any(1) + ")", "extend(" + sequence(1) + ")",
                           "insert(" + integer(0) + ", " + any(1) + ")", "pop(" + one_of("", integer(0)) + ")",
                           "remove(" + any(0) + ")", "reverse()", "clear()");
    case 11:
      return "x = d." + one_of("pop(" + any(0) + ", 1)", "get(" + any(0) + ")",
                               "setdefault(" + any(0) + ", " + any(1) + ")", "update(" + dict(1) + ")", "copy()",
                               "pop(" + any(0) + ")");
    default:
      return one_of("x", "y", "z", "i", "l") + " = " + any(2);
  }
}

std::string Statements::target() { return one_of("x", "y", "z", "l[0]", "d[1]", "d['k']", "l[" + slice(0) + "]"); }

std::string Statements::assignment_to_part() {
  return one_of("l[" + integer(1) + "] = " + any(1), "l[" + slice(1) + "] = " + sequence(1),
                "d[" + any(1) + "] = " + any(1), "d[" + any(0) + ", " + any(0) + "] = " + any(1),
                "t[" + integer(0) + "] = " + any(1), "s[0] = " + text(0));
}

std::string Statements::expression(Sort sort, int depth) {
  if (one_in(25)) sort = any_sort();  // and sometimes what does not fit
  if (depth > 0 && one_in(12))
    return "(" + expression(sort, depth - 1) + " if " + any(depth - 1) + " else " + expression(sort, depth - 1) + ")";
  if (depth > 0 && one_in(12))
    return "(" + expression(sort, depth - 1) + one_of(" and ", " or ") + expression(sort, depth - 1) + ")";
  if (depth <= 0) return one_in(2) ? variable(sort) : literal(sort, 0);
  switch (sort) {
    case Sort::integer:
      return integer(depth);
    case Sort::real:
      return real(depth);
    case Sort::boolean:
      return boolean(depth);
    case Sort::complex:
      return complex(depth);
    case Sort::text:
      return text(depth);
    case Sort::list:
      return list(depth);
    case Sort::tuple:
      return tuple(depth);
    case Sort::dict:
      return dict(depth);
  }
  return "None";
}

std::string Statements::items(int depth, unsigned most) {
  std::string text;
  for (unsigned count = up_to(most + 1); count > 0; --count) {
    if (one_in(15))
      text.append("*").append(sequence(depth));
    else
      text += any(depth);
    text += ", ";
  }
  return text;
}

std::string Statements::literal(Sort sort, int depth) {
  switch (sort) {
    case Sort::integer:
      return one_of("0", "1", "2", "3", "-1", "-2", "5", "7", "-10", "0x1f", "0b101", "1_000", "63", "123456789",
                    "9223372036854775807", "(-9223372036854775808)", "4611686018427387904", "18446744073709551615",
                    "9223372036854775808");
    case Sort::real:
      return one_of("0.0", "1.5", "-2.5", "1e10", "-1e-5", ".25", "3.", "1e308", "-0.0", "0.1", "1e16", "123456789.125",
                    "2.0", "5e-324");
    case Sort::boolean:
      return one_of("True", "False");
    case Sort::complex:
      return one_of("2j", "(1+2j)", "(-0.5-1j)", "1e3j");
    case Sort::text:
      return one_of("''", "'a'", "'abc'", "\"it's\"", "'\\n\\t'", "'\\u00e4\\x41'", "r'\\d'", "' b  c '", "'a' 'b'",
                    "'Ab,cD'", "'äöü€'");
    case Sort::list:
      return between('[', depth > 0 ? items(depth - 1, 4) : one_of("", "1, 2, 3", "0", "'x', 1.5", "3, 1, 2"), ']');
    case Sort::tuple:
      return between('(', depth > 0 ? items(depth - 1, 3) : one_of("", "1,", "1, 'a'", "2, 3, 4", "1.5, 2"), ')');
    case Sort::dict:
      return "{" + one_of("", "1: 2", "'k': [1], 2: 'x'", "1: 'a', True: 'b', 1.0: 'c'", "(1, 2): 3, None: 4") + "}";
  }
  return "None";
}

std::string Statements::number(int depth) { return one_of(integer(depth - 1), real(depth - 1), boolean(depth - 1)); }

std::string Statements::sequence(int depth) {
  return one_of(list(depth - 1), tuple(depth - 1), text(depth - 1), dict(depth - 1));
}

std::string Statements::slice(int depth) {
  const auto bound = [&] { return one_in(3) ? std::string() : one_in(8) ? std::string("None") : integer(depth - 1); };
  return bound() + ":" + bound() + (one_in(2) ? ":" + one_of("", "1", "-1", "2", "-2", "3", "0", "-7") : "");
}

std::string Statements::integer(int depth) {
  if (depth <= 0) return one_in(2) ? variable(Sort::integer) : literal(Sort::integer, 0);
  const int less = depth - 1;
  switch (up_to(16)) {
    case 0:
      return "len(" + sequence(depth) + ")";
    case 1:
      return "-" + integer(less);
    case 2:
      return "~" + integer(less);
    case 3:
      return one_of("l[", "t[") + integer(less) + "]";
    case 4:
      return "int(" + one_of(real(less), integer(less), boolean(less), "'12'", "' -7 '", "'x'", text(less)) + ")";
    case 5:
      return "round(" + number(depth) + one_of("", ", " + one_of("0", "1", "2", "-1", "-2")) + ")";
    case 6:
      return "sum(" +
             one_of("[" + integer(less) + ", " + number(less) + "]", "range(" + one_of("3", "2, 9", "9, 2, -2") + ")",
                    list(less)) +
             ")";
    case 7:
      return one_of("min(", "max(") + integer(less) + ", " + number(less) + ")";
    case 8:
      return "abs(" + number(depth) + ")";
    case 9:
      return one_of("l", "t", "s") + one_of(".count(", ".index(") + any(less) + ")";
    case 10:
      return "divmod(" + number(less) + ", " + number(less) + ")[" + one_of("0", "1") + "]";
    case 11:
      return "pow(" + integer(less) + ", " + integer(less) + one_of("", ", " + integer(less)) + ")";
    default:
      return "(" + integer(less) + " " + one_of("+", "-", "*", "//", "%", "**", "&", "|", "^", "<<", ">>", "+", "-") +
             " " + integer(less) + ")";
  }
}

std::string Statements::real(int depth) {
  if (depth <= 0) return one_in(2) ? variable(Sort::real) : literal(Sort::real, 0);
  const int less = depth - 1;
  switch (up_to(7)) {
    case 0:
      return "-" + real(less);
    case 1:
      return "float(" + one_of(number(less), "'1.5'", "' 1e3 '", "'inf'", text(less)) + ")";
    case 2:
      return "(" + integer(less) + " / " + number(less) + ")";
    default:
      return "(" + real(less) + " " + one_of("+", "-", "*", "/", "//", "%", "**") + " " + number(depth) + ")";
  }
}

std::string Statements::boolean(int depth) {
  if (depth <= 0) return one_in(2) ? variable(Sort::boolean) : literal(Sort::boolean, 0);
  const int less = depth - 1;
  const auto relation = [&] { return one_of(" < ", " <= ", " > ", " >= ", " == ", " != "); };
  switch (up_to(10)) {
    case 0:
      return "not " + any(less);
    case 1:
      return "(" + any(less) + one_of(" in ", " not in ") + sequence(depth) + ")";
    case 2:
      return "(" + any(less) + one_of(" == ", " != ") + any(less) + ")";
    case 3:
      return one_of("bool(", "any([", "all((") + any(less) + ")";
    case 4:
      return "(" + text(less) + relation() + text(less) + ")";
    case 5:
      return "(" + list(less) + relation() + list(less) + ")";
    case 6:
      return "s." + one_of("startswith", "endswith") + "(" + one_of(text(less), tuple(0)) + ")";
    case 7:
      return "isinstance(" + any(less) + ", " + one_of("int", "(str, list)", "dict", "float") + ")";
    default:
      return "(" + number(depth) + relation() + number(depth) + (one_in(2) ? relation() + number(depth) : "") + ")";
  }
}

std::string Statements::complex(int depth) {
  if (depth <= 0) return one_in(2) ? variable(Sort::complex) : literal(Sort::complex, 0);
  return one_of("(" + complex(depth - 1) + one_of(" + ", " - ") + number(depth) + ")", "-" + complex(depth - 1),
                "complex(" + number(depth) + ", " + number(depth) + ")", complex(depth - 1) + one_of(".real", ".imag"),
                "(" + complex(depth - 1) + " " + one_of("<", "==", "//", "%", "&") + " " + complex(depth - 1) + ")");
}

std::string Statements::text(int depth) {
  if (depth <= 0) return one_in(2) ? variable(Sort::text) : literal(Sort::text, 0);
  const int less = depth - 1;
  switch (up_to(9)) {
    case 0:
      return "str(" + any(less) + ")";
    case 1:
      return "repr(" + any(less) + ")";
    case 2:
      return "(" + text(less) + " * " + one_of("3", "0", "-1", boolean(less)) + ")";
    case 3:
      return text(less) + "[" + one_of(slice(less), integer(less)) + "]";
    case 4:
      return text(less) + "." +
             one_of("upper()", "lower()", "strip()", "strip(" + text(0) + ")", "lstrip()", "rstrip()");
    case 5:
      return text(less) + ".join(" + one_of("['a', 'b']", "('x',)", text(less), list(less)) + ")";
    case 6:
      return text(less) + ".replace(" + text(0) + ", " + text(0) + one_of("", ", 1", ", -1", ", 0") + ")";
    default:
      return "(" + text(less) + " + " + text(less) + ")";
  }
}

std::string Statements::list(int depth) {
  if (depth <= 0) return one_in(2) ? variable(Sort::list) : literal(Sort::list, 0);
  const int less = depth - 1;
  switch (up_to(11)) {
    case 0:
      return between('[', items(less, 4), ']');
    case 1:
      return "list(" +
             one_of(sequence(less),
                    "range(" + one_of("4", "-2, 2", "5, -5, -3", integer(0) + ", 0, " + integer(0)) + ")") +
             ")";
    case 2:
      return "sorted([" + integer(less) + ", " + number(less) + ", " + integer(0) + "]" + one_of("", ", reverse=True") +
             ")";
    case 3:
      return "(" + list(less) + " * " + one_of("2", "0", boolean(less)) + ")";
    case 4:
      return list(less) + "[" + slice(less) + "]";
    case 5:
      return one_in(2) ? "list(zip(" + sequence(less) + ", " + sequence(less) + "))"
                       : "list(enumerate(" + sequence(less) + one_of("", ", 5") + "))";
    case 6:
      return "list(reversed(" + one_of(list(less), tuple(less), text(less)) + "))";
    case 7:
      return "list(" + dict(less) + one_of(".keys()", ".values()", ".items()") + ")";
    case 8:
      return text(less) + ".split(" + one_of("", "' '", "','", "None, 1", "'a', 1", text(0)) + ")";
    default:
      return "(" + list(less) + " + " + list(less) + ")";
  }
}

std::string Statements::tuple(int depth) {
  if (depth <= 0) return one_in(2) ? variable(Sort::tuple) : literal(Sort::tuple, 0);
  const int less = depth - 1;
  return one_of(between('(', items(less, 3), ')'), "tuple(" + sequence(less) + ")",
                "(" + tuple(less) + " + " + tuple(less) + ")", tuple(less) + "[" + slice(less) + "]",
                "divmod(" + number(less) + ", " + number(less) + ")");
}

std::string Statements::dict(int depth) {
  if (depth <= 0) return one_in(2) ? variable(Sort::dict) : literal(Sort::dict, 0);
  const int less = depth - 1;
  return one_of("{" + any(0) + ": " + any(less) + ", " + any(0) + ": " + any(less) + "}",
                "{**" + dict(less) + ", 'z': 1}", "(" + dict(less) + " | " + dict(less) + ")",
                "dict(a=" + any(less) + ")", "dict(list(zip(" + list(less) + ", " + list(less) + ")))",
                "dict(" + dict(less) + ", b=2)");
}

}  // namespace enginery::evaluator
