// plugins/testing.cpp: tasks that tests and benchmarks are made of.
#include <cstdint>
#include <cstdlib>
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
  if (kind == "std") throw std::runtime_error("a std::runtime_error");
  if (kind == "out_of_range") throw std::out_of_range("beyond the end");
  if (kind == "value") throw enginery::ValueError("a ValueError");
  if (kind == "int") throw 42;
  if (kind == "text") throw "a text";
  if (kind == "foreign") throw Foreign{7};
  throw enginery::ValueError("testing.raise: kind is std, out_of_range, value, int, text or foreign, not '" + kind +
                             "'");
}

void crash(const std::string& how) {
  if (how == "abort") std::abort();
  if (how == "exit") std::exit(3);
  throw enginery::ValueError("testing.crash: how is abort or exit, not '" + how + "'");
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
  m.def("raise", raise, "kind"_a, "Throws: std, out_of_range, value, int, text, foreign.");
  m.def("crash", crash, "how"_a, "Ends the engine: abort, exit.");
}
