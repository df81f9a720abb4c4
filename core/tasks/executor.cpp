// core/tasks/executor.cpp: does what a task's body says.
#include "core/tasks/executor.hpp"

#include <algorithm>
#include <cctype>
#include <chrono>

#include <enginery/dict.hpp>
#include <enginery/function.hpp>
#include <enginery/module_namespace.hpp>

#include "core/tasks/failure.hpp"

namespace enginery::tasks {
namespace {

std::int64_t utc_now() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

const std::string& name_in(const Value& value) {
  if (value.kind() != Kind::string)
    throw TypeError("a name in the namespace is a str, not a " + value.type_name() + " (" + value.repr() +
                    "); write it in quotes");
  return value.as_string();
}

/// A name that could not be read back is refused.
void check_name(const std::string& name) {
  const auto letter = [](unsigned char c) { return std::isalpha(c) || c == '_' || c >= 0x80; };
  const bool good = !name.empty() && letter(static_cast<unsigned char>(name[0])) &&
                    std::all_of(name.begin(), name.end(), [&](char c) {
                      return letter(static_cast<unsigned char>(c)) || std::isdigit(static_cast<unsigned char>(c));
                    });
  if (!good) throw ValueError("'" + name + "' cannot be a name; use letters, digits and _, not a digit first");
}

}  // namespace

wire::Outcome Executor::run(const Bytes& body, std::span<const Bytes> bulk) {
  wire::Outcome outcome;
  outcome.started = utc_now();
  const ThrowRecording recording;
  try {
    outcome.value = perform(wire::unpack_call(body, bulk), outcome);
  } catch (...) {
    outcome.failure = failure_of_current_exception();
  }
  outcome.completed = utc_now();
  return outcome;
}

void Executor::import(const std::string& name) { names_.set(name, Value::module(loader_.import(name))); }

Value Executor::perform(wire::Call call, wire::Outcome& outcome) {
  switch (call.op) {
    case wire::Op::apply:
      return apply(std::move(call), outcome);
    case wire::Op::push:
      for (auto& [name, value] : call.keywords) check_name(name);
      for (auto& [name, value] : call.keywords) {
        resolve(value);
        names_.set(name, std::move(value));
      }
      return Value();
    case wire::Op::pull:
      return pull(call);
    case wire::Op::erase:
      return erase(call);
    case wire::Op::import:
      import(call.name);
      return Value();
    case wire::Op::run:
      loader_.run(call.name, names_);
      return Value();
    case wire::Op::keys: {
      List keys;
      for (const std::string& name : names_.keys()) keys.push_back(Value::string(name));
      return Value::list(std::move(keys));
    }
    case wire::Op::execute:
      break;
  }
  throw TypeError(std::string("this engine does not do '") + wire::to_string(call.op) +
                  "'; use one version of enginery for client and engine");
}

Value Executor::apply(wire::Call call, wire::Outcome& outcome) {
  const Value callee = names_.resolve(call.name);
  if (callee.kind() != Kind::function)
    throw TypeError("'" + callee.type_name() + "' object is not callable: '" + call.name +
                    "' names no function; call one of a plugin's, as \"norms.get_norms\"");
  for (Value& value : call.positional) resolve(value);
  for (auto& [name, value] : call.keywords) resolve(value);
  const Function& function = *callee.as_function();
  outcome.build_id = function.build_id().hex;
  return function.call(call.positional, call.keywords);
}

Value Executor::pull(const wire::Call& call) const {
  const auto value_of = [this](const Value& name) { return names_.resolve(name_in(name)); };
  const Value& what = call.positional.at(0);
  if (what.kind() != Kind::list) return value_of(what);
  List values;
  for (const Value& name : what.as_list()) values.push_back(value_of(name));
  return Value::list(std::move(values));
}

Value Executor::erase(const wire::Call& call) {
  for (const Value& name : call.positional)
    if (!names_.erase(name_in(name)))
      throw NameError("name '" + name_in(name) + "' is not defined, so it cannot be erased; keys() lists the names");
  return Value();
}

void Executor::resolve(Value& value, unsigned depth) const {
  constexpr unsigned kDeepest = 200;
  if (depth > kDeepest) return;
  switch (value.kind()) {
    case Kind::reference:
      value = names_.resolve(value.as_reference());
      return;
    case Kind::list:
      for (Value& item : value.as_list()) resolve(item, depth + 1);
      return;
    case Kind::tuple: {
      List items = value.as_tuple();
      for (Value& item : items) resolve(item, depth + 1);
      value = Value::tuple(std::move(items));
      return;
    }
    case Kind::dict: {
      Dict dict;
      for (const auto [key, item] : value.as_dict()) {
        Value resolved = item;
        resolve(resolved, depth + 1);
        dict.set(key, std::move(resolved));
      }
      value = Value::dict(std::move(dict));
      return;
    }
    default:
      return;
  }
}

}  // namespace enginery::tasks
