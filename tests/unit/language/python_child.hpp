// tests/unit/language/python_child.hpp: one Python, asked what it does with statements.
#pragma once

#include <sys/types.h>

#include <cstdio>
#include <string>
#include <vector>

namespace enginery::evaluator {

/// A python3 that runs reference.py until this is destroyed.
class PythonChild {
 public:
  /// Throws std::runtime_error if there is no python3.
  explicit PythonChild(const std::string& script);
  ~PythonChild();
  PythonChild(const PythonChild&) = delete;
  PythonChild& operator=(const PythonChild&) = delete;

  /// "outcome outcome …\trepr of the namespace" after the statements. Throws std::runtime_error if Python has ended.
  std::string answer(const std::vector<std::string>& statements);

 private:
  pid_t child_ = -1;
  std::FILE* to_ = nullptr;
  std::FILE* from_ = nullptr;
};

}  // namespace enginery::evaluator
