// tests/unit/language/python_test.cpp: 10 000 random programs do here what they do in Python.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include <enginery/namespace.hpp>

#include "core/language/evaluator.hpp"
#include "tests/unit/language/python_child.hpp"
#include "tests/unit/language/statements.hpp"

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
  std::string outcomes;
  for (const std::string& statement : statements) {
    if (!outcomes.empty()) outcomes += " ";
    try {
      evaluator.execute(statement);
      outcomes += "ok";
    } catch (const Error& error) {
      outcomes += error.ename();
    }
  }
  Dict known;
  for (const auto& [name, value] : names.entries()) known.set(Value::string(name), value);
  return outcomes + "\t" + Value::dict(std::move(known)).repr();
}

/// ENGINERY_PROGRAMS_SEED chooses other programs, to look for what these do not find.
unsigned seed() {
  const char* const given = std::getenv("ENGINERY_PROGRAMS_SEED");
  return given ? static_cast<unsigned>(std::atoi(given)) : kSeed;
}

TEST(AgainstPython, RandomProgramsHaveTheSameResultsAndErrors) {
  PythonChild python(PYTHON_SCRIPT);
  Statements statements(seed());
  int compared = 0, different = 0;
  std::size_t done = 0, failed = 0;
  for (int i = 0; i < kPrograms; ++i) {
    const std::vector<std::string> program = statements.program();
    const std::string expected = python.answer(program);
    if (expected.starts_with("TooLarge")) continue;
    ++compared;
    const std::string outcomes = expected.substr(0, expected.find('\t'));
    failed += static_cast<std::size_t>(std::count(outcomes.begin(), outcomes.end(), 'E'));  // …Error
    done += program.size();
    const std::string answer = our_answer(program);
    if (answer == expected) continue;
    ADD_FAILURE() << "program " << i << ":\n" << joined(program) << "Python: " << expected << "\nhere:   " << answer;
    if (++different == 10) break;
  }
  EXPECT_GT(compared, kPrograms * 9 / 10);
  EXPECT_GT(done, 2 * failed) << "too many statements fail: they compare little";
  EXPECT_GT(failed, done / 20) << "too few statements fail: they compare few errors";
}

}  // namespace
}  // namespace enginery::evaluator
