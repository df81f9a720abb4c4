// client/enginery/call_arguments.hpp: a call's arguments as Values.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <type_traits>

#include <enginery/arguments.hpp>
#include <enginery/codec.hpp>
#include <enginery/value.hpp>

namespace enginery {

/// A call's arguments as Values: positional ones, then one for each of the names. Refers to values and
/// names, which must live until the call returns.
struct CallArguments {
  std::span<const Value> values;
  std::span<const std::string_view> names{};
};

/// What is written between the parentheses of a call by name, as Values.
template <std::size_t kCount>
class ArgumentsByName {
 public:
  template <class... A>
  explicit ArgumentsByName(const A&... arguments)
      : values_{value_of(arguments)...},
        names_{name_of(arguments)...},
        keywords_((KeywordArgument<A> + ... + std::size_t{0})) {
    static_assert(positional_first<A...>(), "a positional argument cannot follow a keyword argument (\"x\"_a = …)");
  }
  operator CallArguments() const { return {{values_, kCount}, {names_ + kCount - keywords_, keywords_}}; }

 private:
  template <class... A>
  static consteval bool positional_first() {
    bool keyword = false, good = true;
    ((KeywordArgument<A> ? void(keyword = true) : void(good = good && !keyword)), ...);
    return good;
  }
  template <class A>
  static Value value_of(const A& argument) {
    if constexpr (KeywordArgument<A>) {
      return value_of(argument.value);
    } else if constexpr (std::is_convertible_v<const A&, Value>) {
      return argument;
    } else {
      require_encodable<std::decay_t<A>>();
      return Value();
    }
  }
  template <class A>
  static std::string_view name_of(const A& argument) {
    if constexpr (KeywordArgument<A>)
      return argument.name;
    else
      return {};
  }

  Value values_[kCount + 1];  // one more, since there are no arrays of none
  std::string_view names_[kCount + 1];
  std::size_t keywords_;
};

}  // namespace enginery
