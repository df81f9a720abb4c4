// core/diagnosis/thrown.hpp: an exception of any type, in words.
#pragma once

#include <optional>
#include <string>

#include <enginery/export.hpp>

namespace enginery {

/// What was thrown, as Python would name it.
struct ENGINERY_API Thrown {
  /// An enginery error's ename, Python's word for a standard exception, else its demangled type. What wraps an
  /// exception to nest another in it does not count, and of a pointer to an exception that exception does.
  std::string ename;
  /// Its what(), also where std::exception is a private or an ambiguous base; the value of a text, a number or an error
  /// code. Then what is nested in it: "…; caused by ValueError: row 7; caused by …".
  std::string text;
  /// Of an error that came from another engine.
  std::optional<std::string> traceback;

  /// The exception that is being handled. Throws std::bad_alloc. Requires: called in a catch block.
  static Thrown current();
};

}  // namespace enginery
