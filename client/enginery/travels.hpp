// client/enginery/travels.hpp: which functions, function objects and closures can be called in another process.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <typeinfo>
#include <utility>
#include <vector>

#include <enginery/call_arguments.hpp>
#include <enginery/errors.hpp>
#include <enginery/function.hpp>
#include <enginery/value.hpp>

namespace enginery {

/// Is an object of this class its bytes and nothing else? A pointer, reference or union in it, also one that a lambda
/// has captured, is not: std::bit_cast of such is no constant expression, and that is how it is seen. Addresses that
/// are kept as integers are not seen; std::optional and std::variant are refused with what they are made of.
template <class F>
concept PlainData = std::is_trivially_copyable_v<F> &&(std::is_empty_v<F> || requires {
  typename std::bool_constant<(void(std::bit_cast<F>(std::array<unsigned char, sizeof(F)>{})), true)>;
});

/// What plain() gives.
template <class F>
struct Plain : F {};
namespace detail {

template <class F>
inline constexpr bool kIsPlain = false;
template <class F>
inline constexpr bool kIsPlain<Plain<F>> = true;

template <class F>
struct Unplained {
  using Type = F;
};
template <class F>
struct Unplained<Plain<F>> {
  using Type = F;
};

}  // namespace detail

/// Lets a function object travel as its bytes although it is not seen to be plain data, such as a closure that captured
/// a std::optional<int>. A pointer in it means nothing on an engine.
template <class F>
Plain<F> plain(F function) {
  static_assert(std::is_class_v<F> && std::is_trivially_copyable_v<F>,
                "enginery: plain(f) takes a function object that is trivially copyable: one that owns memory, such as "
                "a closure that captured a string or a vector, cannot travel as its bytes; use enginery::capture");
  return {std::move(function)};
}

/// Chooses one of several functions of a name: `overload<double(double)>(std::sin)`.
template <class Signature>
constexpr Signature* overload(Signature* function) noexcept {
  return function;
}

/// A function with its first arguments, which travel by their codecs.
template <class F, std::size_t N>
struct Captured {
  F function;
  std::vector<Value> values;
};

namespace detail {

template <class F>
inline constexpr bool kIsCaptured = false;
template <class F, std::size_t N>
inline constexpr bool kIsCaptured<Captured<F, N>> = true;

}  // namespace detail

/// What stays() gives.
template <class F>
class Stays {
 public:
  explicit Stays(const F& what) : what_(what) {}
  const F& what() const& { return what_; }

 private:
  std::conditional_t<std::is_function_v<F>, const F&, F> what_;
};

/// `e0.apply(enginery::stays(f), …)`, of a function, function object or name: the result stays on the engine, whatever
/// its type is, until it is given a name there with store_as(), or let go.
template <class F>
auto stays(const F& what) {
  if constexpr (std::is_convertible_v<const F&, std::string_view>)
    return Stays<std::string>(std::string(std::string_view(what)));
  else
    return Stays<F>(what);
}

/// `capture(name, A, [](const std::string& name, const MatrixXd& A, double x) { … })`: a function whose first
/// parameters are given here. It is what a closure `[name, A](double x) { … }` would be, if a closure's captures could
/// be seen: strings, vectors, matrices and all that has a Codec travel as arguments do. They are encoded once.
template <class... C>
auto capture(const C&... captures_and_function) {
  constexpr std::size_t kCaptures = sizeof...(C) - 1;
  const auto all = std::forward_as_tuple(captures_and_function...);
  using F = std::decay_t<std::tuple_element_t<kCaptures, std::tuple<const C&...>>>;
  static_assert(detail::HasSignature<F>,
                "enginery: the last argument of capture(values…, f) is a function or an object with exactly one "
                "operator(), whose first parameters the values are");
  using Call = detail::ErasedCallOf<F>;
  static_assert(kCaptures <= Call::kParameters,
                "enginery: capture(values…, f) captures more values than f has parameters");
  return [&]<std::size_t... I>(std::index_sequence<I...>) {
    std::vector<Value> values;
    values.reserve(kCaptures);
    (values.push_back(detail::encode_argument<typename Call::template Parameter<I>>(std::get<I>(all))), ...);
    return Captured<F, kCaptures>{std::get<kCaptures>(all), std::move(values)};
  }
  (std::make_index_sequence<kCaptures>());
}

/// What is called on an engine, as this process knows it: a name there, or code.
struct Callee {
  std::string_view name{};              ///< of a task in the engine's namespace; empty for code
  std::string_view type{};              ///< that such a task must have, as Function::type() says it; empty: any
  const void* maker = nullptr;          ///< describe<F>, in the module that was compiled with F
  const void* function = nullptr;       ///< when F is a pointer
  std::span<const std::byte> object{};  ///< else F's bytes
  const std::type_info* type_info = nullptr;
};

/// Refers to `function`. Refuses at compile time what cannot travel; ValueError for a null pointer.
template <class F>
Callee callee_of(const F& function) {
  if constexpr (std::is_pointer_v<F>) {
    if (!function) throw ValueError("the function to be called is a null pointer; give it one");
    return {.maker = reinterpret_cast<const void*>(&detail::describe<F>),
            .function = reinterpret_cast<const void*>(function),
            .type_info = &typeid(F)};
  } else {
    static_assert(std::is_trivially_destructible_v<F>,
                  "enginery: this closure cannot travel as its bytes: it captures something that owns memory, such as "
                  "a string, a vector or a matrix. Write enginery::capture(values…, f): they travel by their codecs");
    static_assert(std::is_trivially_copyable_v<F> || !std::is_trivially_destructible_v<F>,
                  "enginery: this closure cannot travel as its bytes: it captures something that C++ does not copy as "
                  "bytes, such as a std::pair or std::tuple. Write enginery::capture(values…, f): they travel by their "
                  "codecs; or capture the parts");
    static_assert(!std::is_trivially_copyable_v<F> || PlainData<F> || detail::kIsPlain<F>,
                  "enginery: this closure cannot travel: it captures a pointer, a reference or this, or something that "
                  "holds one, which means nothing in another process. Capture plain data by value; put what has a "
                  "Codec into enginery::capture(values…, f); enginery::plain(f) overrides");
    return {.maker = reinterpret_cast<const void*>(&detail::describe<F>),
            .object = std::as_bytes(std::span<const F, 1>(&function, 1)),
            .type_info = &typeid(typename detail::Unplained<F>::Type)};
  }
}

}  // namespace enginery
