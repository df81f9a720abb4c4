// client/enginery/calls.hpp: apply, apply_async and apply_sync, the same for every view.
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <enginery/bound_call.hpp>
#include <enginery/call_arguments.hpp>
#include <enginery/fn.hpp>
#include <enginery/staying_result.hpp>
#include <enginery/travels.hpp>
#include <enginery/untyped_view.hpp>

namespace enginery {

namespace detail {

struct AnyCall {
  void operator()() const;
};
template <class F>
struct WithAnyCall : F, AnyCall {};
/// Has the class an operator(), however many and of whatever kind? Then that of a class derived from it is ambiguous.
template <class F>
concept HasCallOperator = HasSignature<F> ||
    (std::is_class_v<F> && !std::is_final_v<F> && !requires { &WithAnyCall<F>::operator(); });

}  // namespace detail

/// What is called without a name: a function, or an object that can be called.
template <class F>
concept Code =
    std::is_function_v<F> || std::is_member_pointer_v<F> || detail::kIsCaptured<F> || detail::HasCallOperator<F>;

namespace detail {

template <class What>
inline constexpr bool kIsCalledOtherwise = false;
template <class R, class... P>
inline constexpr bool kIsCalledOtherwise<fn<R(P...)>> = true;
template <class What>
inline constexpr bool kIsCalledOtherwise<Stays<What>> = true;

/// What apply takes in place of a name: code, a name with its type, or what stays() has made of one of these.
template <class What>
concept Callable = Code<What> || kIsCalledOtherwise<What>;

template <class R>
consteval void refuse_result_type() {
  static_assert(sizeof(std::type_identity<R>) == 0,
                "enginery: a function says itself what it gives: write apply(f, …) without <R>, which is for tasks "
                "that are called by name; another type is made here, of the result");
}

/// A function without noexcept, so that it is described once.
template <class F>
auto function_of(const F& function) {
  if constexpr (HasSignature<std::decay_t<F>> && !std::is_class_v<F>) {
    typename ErasedCallOf<std::decay_t<F>>::Pointer pointer = function;
    return pointer;
  } else {
    return function;
  }
}

/// The captured values, then the given ones.
ENGINERY_API List behind(const List& captured, std::span<const Value> given);

/// A call of code with its arguments.
template <class F, std::size_t kCaptured>
struct CodeCall {
  static_assert(!std::is_member_pointer_v<F>,
                "enginery: a member function needs an object: put the call into a lambda, [](T& object) { … }");
  static_assert(std::is_member_pointer_v<F> || HasSignature<F>,
                "enginery: what is called on an engine is a function or an object with exactly one operator(): choose "
                "one of several with enginery::overload<R(A…)>(f), and give a generic lambda's parameters their types");
  using Call = ErasedCallOf<F>;
  using Result = typename Call::Result;

  template <class V, class... A>
  static auto submit(const V& view, std::string_view keep, const F& function, const List* captured, const A&... given) {
    static_assert(!(KeywordArgument<A> || ...),
                  "enginery: keyword arguments belong to names: a function of the program is called by position");
    static_assert((KeywordArgument<A> || ...) || kCaptured + sizeof...(A) == Call::kParameters,
                  "enginery: the function takes another number of arguments");
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      const Value values[] = {encode_argument<typename Call::template Parameter<kCaptured + I>>(given)..., Value()};
      const std::span<const Value> encoded(values, sizeof...(A));
      if constexpr (kCaptured == 0)
        return view.call(callee_of(function), CallArguments{encoded}, keep);
      else
        return view.call(callee_of(function), CallArguments{behind(*captured, encoded)}, keep);
    }
    (std::index_sequence_for<A...>());
  }
};

template <class F>
struct CodeCallOf {
  using Type = CodeCall<decltype(function_of(std::declval<const F&>())), 0>;
  template <class V, class... A>
  static auto submit(const V& view, std::string_view keep, const F& function, const A&... arguments) {
    return Type::submit(view, keep, function_of(function), nullptr, arguments...);
  }
};
template <class F, std::size_t N>
struct CodeCallOf<Captured<F, N>> {
  using Type = CodeCall<decltype(function_of(std::declval<const F&>())), N>;
  template <class V, class... A>
  static auto submit(const V& view, std::string_view keep, const Captured<F, N>& captured, const A&... arguments) {
    return Type::submit(view, keep, function_of(captured.function), &captured.values, arguments...);
  }
};

/// How a name, a name with its type, or code is called, and the type of its result.
template <class What>
struct CallOf {
  using Result = Value;
  static constexpr bool kStays = false;
  template <class V, class... A>
  static auto submit(const V& view, std::string_view keep, std::string_view name, const A&... arguments) {
    return view.call(Callee{.name = name}, ArgumentsByName<sizeof...(A)>(arguments...), keep);
  }
};
template <class R, class... P>
struct CallOf<fn<R(P...)>> {
  using Result = typename fn<R(P...)>::Result;
  static constexpr bool kStays = false;
  template <class V, class... A>
  static auto submit(const V& view, std::string_view keep, const fn<R(P...)>& name, const A&... arguments) {
    const Callee callee{.name = name.name(), .type = name.type()};
    return name.with_arguments([&](const CallArguments& all) { return view.call(callee, all, keep); }, arguments...);
  }
};
template <Code F>
struct CallOf<F> : CodeCallOf<F> {
  using Call = typename CodeCallOf<F>::Type::Call;
  using Result = typename Call::Result;
  /// The result has no Codec.
  static constexpr bool kStays = !Call::kEncodes;
  static_assert(!kStays || !kIsEigens<Result>,
                "enginery: include <enginery/eigen.hpp> before this call: the function's result is a matrix, whose "
                "Codec is there");
};
template <class What>
struct CallOf<Stays<What>> : CallOf<What> {
  static constexpr bool kStays = true;
  template <class V, class... A>
  static auto submit(const V& view, std::string_view keep, const Stays<What>& what, const A&... arguments) {
    return CallOf<What>::submit(view, keep, what.what(), arguments...);
  }
};

}  // namespace detail

/// For a view of one engine, or of this process: results are plain values.
struct OneValue {
  static constexpr bool kOne = true;
  template <class R>
  using Result = AsyncResult<R>;
  template <class R>
  using Staying = StayingResult<R>;
  template <class T>
  using Values = T;
  /// What f makes of the value.
  template <class T, class F>
  static auto each(const T& value, const F& f) {
    return f(value);
  }
};
/// For a view of several engines: results are vectors in target order.
struct ValueOfEach {
  static constexpr bool kOne = false;
  template <class R>
  using Result = AsyncResults<R>;
  template <class R>
  using Staying = StayingResults<R>;
  template <class T>
  using Values = std::vector<T>;
  /// What f makes of each.
  template <class T, class F>
  static auto each(const std::vector<T>& values, const F& f) {
    std::vector<decltype(f(values.front()))> made;
    for (const T& value : values) made.push_back(f(value));
    return made;
  }
};

/// The calls of a view whose results have that Shape. Each of the three takes
///  - a task's name, "plugin.function", with positional and keyword arguments; the result becomes an R, Value unless
///    named: apply_sync<double>("linalg.norm", x, 2);
///  - a name with its type, an enginery::fn: arguments and result are checked by the compiler;
///  - a function, function object or closure of this program, which needs no registration: its code is brought to
///    engines that lack it. The program is built with enginery_add_program.
/// A result whose type has no Codec stays on its engine, and so does that of stays(f): see StayingResult.
template <class Shape>
class Calls : public UntypedView {
  template <class R>
  using Result = typename Shape::template Result<R>;
  template <class R>
  using Staying = typename Shape::template Staying<R>;

 public:
  using UntypedView::UntypedView;

  /// Finished (and has thrown) when the view's `block` is set.
  template <class R = Value, class... A>
  Result<R> apply(std::string_view name, A&&... arguments) const {
    return finished_if_blocking(apply_async<R>(name, std::forward<A>(arguments)...));
  }
  template <detail::Callable What, class... A>
  auto apply(const What& what, const A&... arguments) const {
    return finished_if_blocking(apply_async(what, arguments...));
  }

  /// A function's own type says what it gives.
  template <class R, detail::Callable F, class... A>
  requires(!detail::Callable<R>) auto apply(const F& function, const A&... arguments) const {
    return detail::refuse_result_type<R>(), apply(function, arguments...);
  }
  template <class R, detail::Callable F, class... A>
  requires(!detail::Callable<R>) auto apply_async(const F& function, const A&... arguments) const {
    return detail::refuse_result_type<R>(), apply_async(function, arguments...);
  }
  template <class R, detail::Callable F, class... A>
  requires(!detail::Callable<R>) auto apply_sync(const F& function, const A&... arguments) const {
    return detail::refuse_result_type<R>(), apply_sync(function, arguments...);
  }

  /// Never waits for the result. May wait for room in the bounded queue.
  template <class R = Value, class... A>
  Result<R> apply_async(std::string_view name, A&&... arguments) const {
    return result<R>(detail::CallOf<std::string_view>::submit(*this, {}, name, arguments...));
  }
  template <detail::Callable What, class... A>
  auto apply_async(const What& what, const A&... arguments) const {
    using Call = detail::CallOf<What>;
    if constexpr (Call::kStays) {
      static_assert(!std::is_void_v<typename Call::Result>, "enginery: the function gives nothing that could stay");
      const std::string kept = detail::name_to_keep();
      return Staying<typename Call::Result>(Call::submit(*this, kept, what, arguments...), kept);
    } else {
      return result<typename Call::Result>(Call::submit(*this, {}, what, arguments...));
    }
  }

  /// Waits, and returns the result itself. If it stays on its engine, returns the StayingResult.
  template <class R = Value, class... A>
  auto apply_sync(std::string_view name, A&&... arguments) const {
    return apply_async<R>(name, std::forward<A>(arguments)...).get();
  }
  template <detail::Callable What, class... A>
  auto apply_sync(const What& what, const A&... arguments) const {
    if constexpr (detail::CallOf<What>::kStays) {
      const auto result = apply_async(what, arguments...);
      result.check();
      return result;
    } else {
      return apply_async(what, arguments...).get();
    }
  }

  /// `const auto g = view.bind(f);`: an object that calls what apply_sync() would call.
  template <class R = Value, class F>
  auto bind(const F& what) const {
    return BoundCall<Calls, R, detail::Bound<F>>(*this, detail::Bound<F>(what));
  }

 protected:
  template <class R>
  R finished_if_blocking(R result) const {
    if (block) result.check();
    return result;
  }
  template <class R>
  Result<R> sent(std::shared_ptr<Future> tasks) const {
    return finished_if_blocking(Result<R>(std::move(tasks)));
  }

 private:
  template <class R>
  static Result<R> result(std::shared_ptr<Future> tasks) {
    if constexpr (!std::is_void_v<R> && !std::is_same_v<R, Value>) require_decodable<R>();
    return Result<R>(std::move(tasks));
  }
};

}  // namespace enginery
