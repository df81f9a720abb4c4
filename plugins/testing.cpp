// plugins/testing.cpp: tasks that tests and benchmarks are made of.
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string>

#include <enginery/array.hpp>
#include <enginery/namespace.hpp>
#include <enginery/plugin.hpp>

namespace {

using enginery::Value;

void nothing() {}
Value identity(const Value& x) { return x; }
std::int64_t add(std::int64_t a, std::int64_t b) { return a + b; }
bool is_it(const std::string& name, const Value& x) { return x.is(enginery::globals().get(name)); }

/// Notes that task `i` of `thread` ran, and gives twice i.
std::int64_t note(enginery::List& log, std::int64_t thread, std::int64_t i) {
  log.push_back(Value::tuple({Value::integer(thread), Value::integer(i)}));
  return 2 * i;
}

enginery::Array zeros(std::int64_t bytes) { return enginery::Array::zeros(enginery::DType::u8, std::span(&bytes, 1)); }

/// What is no exception of the standard library's.
struct Foreign {
  int code;
};

void raise(const std::string& kind) {
  if (kind == "nested") {
    try {
      throw enginery::ValueError("row 7");
    } catch (...) {
      std::throw_with_nested(std::runtime_error("the file is damaged"));
    }
  }
  if (kind == "std") throw std::runtime_error("a std::runtime_error");
  if (kind == "out_of_range") throw std::out_of_range("beyond the end");
  if (kind == "value") throw enginery::ValueError("a ValueError");
  if (kind == "int") throw 42;
  if (kind == "text") throw "a text";
  if (kind == "foreign") throw Foreign{7};
  throw enginery::ValueError("testing.raise: kind is std, out_of_range, nested, value, int, text or foreign, not '" +
                             kind + "'");
}

/// Writes text in one of the ways in which text is written.
void print(const std::string& text, const std::string& how) {
  if (how == "printf") {
    std::fputs(text.c_str(), stdout);
  } else if (how == "cout") {
    std::cout << text;
  } else if (how == "write") {
    if (::write(STDOUT_FILENO, text.data(), text.size()) < 0) throw std::runtime_error("testing.print: write");
  } else if (how == "child") {
    if (std::system(("printf '%s' '" + text + "'").c_str()) != 0) throw std::runtime_error("testing.print: system");
  } else if (how == "cerr") {
    std::cerr << text;
  } else {
    throw enginery::ValueError("testing.print: how is printf, cout, write, child or cerr, not '" + how + "'");
  }
}

void print_many(const std::string& text, std::int64_t times) {
  for (std::int64_t i = 0; i < times; ++i) std::fwrite(text.data(), 1, text.size(), stdout);
}

void print_and_fail(const std::string& text) {
  std::fputs(text.c_str(), stdout);
  throw enginery::ValueError("it printed and failed");
}

/// Prints, and waits until somebody opens the FIFO at `path` for writing.
void print_and_wait(const std::string& text, const std::string& path) {
  std::cout << text << std::flush;
  std::ifstream(path).get();
}

/// Calls itself until there is no stack left.
int dive(const volatile char* above, std::int64_t depth) {
  volatile char frame[4096];
  frame[0] = *above;
  return depth == 0 ? 0 : dive(frame, depth - 1) + frame[0];
}

void crash(const std::string& how, const std::string& text) {
  std::fputs(text.c_str(), stderr);
  if (how == "abort") std::abort();
  if (how == "exit") std::exit(3);
  if (how == "overflow") dive(text.c_str(), std::int64_t{1} << 40);
  throw enginery::ValueError("testing.crash: how is abort, exit or overflow, not '" + how + "'");
}

}  // namespace

ENGINERY_PLUGIN(testing, m) {
  m.doc("Tasks for tests and benchmarks.");
  m.def("nothing", nothing, "Does nothing.");
  m.def("identity", identity, "x"_a, "Gives x.");
  m.def("add", add, "a"_a, "b"_a = 1, "The sum of two ints.");
  m.def("is_it", is_it, "name"_a, "x"_a, "Is x the very object that the namespace has under this name?");
  m.def("note", note, "log"_a, "thread"_a, "i"_a, "Appends (thread, i) to the list log, and gives 2 * i.");
  m.def("zeros", zeros, "bytes"_a, "A u8 array of so many zeros.");
  m.def("raise", raise, "kind"_a, "Throws: std, out_of_range, nested, value, int, text, foreign.");
  m.def("print", print, "text"_a, "how"_a = "printf", "Writes text by printf, cout, write, child, cerr.");
  m.def("print_many", print_many, "text"_a, "times"_a, "Writes text so many times to stdout.");
  m.def("print_and_fail", print_and_fail, "text"_a, "Writes text to stdout and throws a ValueError.");
  m.def("print_and_wait", print_and_wait, "text"_a, "path"_a, "Writes text, and waits for a writer of the FIFO path.");
  m.def("crash", crash, "how"_a, "text"_a = "", "Writes text to stderr and ends the engine: abort, exit, overflow.");
}
