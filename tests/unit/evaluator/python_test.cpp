// tests/unit/evaluator/python_test.cpp: 10 000 random programs do here what they do in Python.
#include <gtest/gtest.h>

#include <cstdlib>

#include <enginery/namespace.hpp>

#include "core/evaluator/evaluator.hpp"
#include "tests/unit/evaluator/python_child.hpp"
#include "tests/unit/evaluator/statements.hpp"

namespace enginery::evaluator {
namespace {

constexpr int kPrograms = 10'000;
constexpr unsigned kSeed = 3;

std::string joined(const std::vector<std::string>& statements) {
  std::string text;
  for (const std::string& statement : statements) text += statement + "\n";
  return text;
}

/// As reference.py answers.
std::string our_answer(const std::vector<std::string>& statements) {
  Namespace names;
  Evaluator evaluator(names, [](const std::string&) { return Value(); });
  std::string outcome = "ok";
  try {
    evaluator.execute(joined(statements));
  } catch (const Error& error) {
    outcome = error.ename();
  }
  Dict known;
  for (const auto& [name, value] : names.entries()) known.set(Value::string(name), value);
  return outcome + "\t" + Value::dict(std::move(known)).repr();
}

/// ENGINERY_PROGRAMS_SEED chooses other programs, to look for what these do not find.
unsigned seed() {
  const char* const given = std::getenv("ENGINERY_PROGRAMS_SEED");
  return given ? static_cast<unsigned>(std::atoi(given)) : kSeed;
}

TEST(AgainstPython, RandomProgramsHaveTheSameResultsAndErrors) {
  PythonChild python(PYTHON_SCRIPT);
  Statements statements(seed());
  int compared = 0, without_error = 0, different = 0;
  for (int i = 0; i < kPrograms; ++i) {
    const std::vector<std::string> program = statements.program();
    const std::string expected = python.answer(program);
    if (expected.starts_with("TooLarge")) continue;
    ++compared;
    without_error += expected.starts_with("ok");
    const std::string answer = our_answer(program);
    if (answer == expected) continue;
    ADD_FAILURE() << "program " << i << ":\n" << joined(program) << "Python: " << expected << "\nhere:   " << answer;
    if (++different == 10) break;
  }
  EXPECT_GT(compared, kPrograms * 9 / 10);
  EXPECT_GT(without_error, kPrograms / 20) << "most programs fail: they compare little";
}

}  // namespace
}  // namespace enginery::evaluator
