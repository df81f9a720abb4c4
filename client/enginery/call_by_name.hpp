// client/enginery/call_by_name.hpp: apply(name, arguments…), the same for every view.
#pragma once

#include <string>
#include <string_view>
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

/// What a view V that has `block` and `call(name, arguments)` gets: R is what the result becomes, Value unless named.
template <class V, template <class> class Result>
class CallByName {
 public:
  /// Calls the task `name`, "plugin.function". Finished (and has thrown) when the view's `block` is set.
  template <class R = Value, class... A>
  Result<R> apply(std::string_view name, A&&... arguments) const {
    Result<R> result = apply_async<R>(name, std::forward<A>(arguments)...);
    if (view().block) result.check();
    return result;
  }
  /// Never waits for the result; for room in the bounded queue it may.
  template <class R = Value, class... A>
  Result<R> apply_async(std::string_view name, A&&... arguments) const {
    if constexpr (!std::is_void_v<R> && !std::is_same_v<R, Value>) require_decodable<R>();
    return Result<R>(view().call(name, CallArguments::of(std::forward<A>(arguments)...)));
  }
  /// The result itself.
  template <class R = Value, class... A>
  auto apply_sync(std::string_view name, A&&... arguments) const {
    return apply_async<R>(name, std::forward<A>(arguments)...).get();
  }

 private:
  const V& view() const { return static_cast<const V&>(*this); }
};

}  // namespace enginery
