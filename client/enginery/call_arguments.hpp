// client/enginery/call_arguments.hpp: a call's arguments as Values.
#pragma once

#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <enginery/arguments.hpp>
#include <enginery/codec.hpp>
#include <enginery/value.hpp>

namespace enginery {

/// A call's arguments as Values: positional ones, then keywords.
struct CallArguments {
  std::vector<Value> positional;
  std::vector<std::pair<std::string, Value>> keywords;

  template <class... A>
  static CallArguments of(A&&... arguments) {
    static_assert(positional_first<A...>(), "a positional argument cannot follow a keyword argument (\"x\"_a = …)");
    CallArguments call;
    call.positional.reserve(sizeof...(A));
    (call.add(arguments), ...);
    return call;
  }

 private:
  template <class... A>
  static consteval bool positional_first() {
    bool keyword = false, good = true;
    ((KeywordArgument<A> ? void(keyword = true) : void(good = good && !keyword)), ...);
    return good;
  }
  template <class A>
  static Value value_of(const A& argument) {
    if constexpr (std::is_convertible_v<const A&, Value>) {
      return argument;
    } else {
      require_encodable<std::decay_t<A>>();
      return Value();
    }
  }
  template <class A>
  void add(const A& argument) {
    if constexpr (KeywordArgument<A>)
      keywords.emplace_back(std::string(argument.name), value_of(argument.value));
    else
      positional.push_back(value_of(argument));
  }
};

}  // namespace enginery
