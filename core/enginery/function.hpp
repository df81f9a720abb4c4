// core/enginery/function.hpp: a C++ function that is called with Values, by name or position.
#pragma once

#include <concepts>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <enginery/build_id.hpp>
#include <enginery/export.hpp>
#include <enginery/value.hpp>

namespace Eigen {
template <typename Plain, int Options, typename Stride>
class Ref;
template <typename Plain, int Options, typename Stride>
class Map;
template <typename Scalar, int Rows, int Cols, int Options, int MaxRows, int MaxCols>
class Matrix;
template <typename Scalar, int Rows, int Cols, int Options, int MaxRows, int MaxCols>
class Array;
template <typename Scalar, int Options, typename Index>
class SparseMatrix;
}  // namespace Eigen

namespace enginery {

/// "(ndarray[float64], list[float]) -> dict[float, float]".
ENGINERY_API std::string function_type(std::span<const std::string> parameters, std::string_view result);

/// A task: code, its name, and what it takes and gives.
///
/// Threads: immutable; calls are as safe as the code is.
class ENGINERY_API Function {
 public:
  /// A parameter as declared. Without a fallback it must be given.
  struct Formal {
    std::string name;
    std::string type;
    std::optional<Value> fallback;
  };

  struct Declaration {
    std::string module;  ///< "norms"; empty in an engine's own namespace
    std::string name;    ///< "get_norms"
    std::string doc;
    std::vector<Formal> formals;  ///< none: they are called arg0, arg1, …
    BuildId build_id;             ///< of the code, if known
  };

  /// A call whose arguments are bound: one Value per formal.
  struct Call {
    const Function& function;
    const Value* const* arguments;
  };
  using Invoke = Value (*)(void* callable, const Call&);
  /// What is called: an object of a type that only `invoke` knows. Without an object it comes with each call.
  struct Callable {
    std::shared_ptr<void> object;
    std::size_t size, alignment;
    Invoke invoke;
  };

  /// Erases `callable`: a function pointer or an object with one operator(). Throws ValueError when the declaration's
  /// formals are not as many as the parameters, repeat a name, or have one without a fallback after one with.
  template <class F>
  static std::shared_ptr<const Function> make(Declaration declaration, F callable);

  Function(Declaration declaration, std::span<const std::string> types, std::string result, Callable callable);

  const std::string& name() const noexcept { return declaration_.name; }
  /// "norms.get_norms".
  const std::string& qualified_name() const noexcept { return qualified_name_; }
  const std::string& doc() const noexcept { return declaration_.doc; }
  const std::vector<Formal>& formals() const noexcept { return declaration_.formals; }
  const std::string& result() const noexcept { return result_; }
  const BuildId& build_id() const noexcept { return declaration_.build_id; }

  /// "get_norms(A: ndarray[float64], levels: list[float] = [2.0]) -> dict[float, float]".
  std::string signature() const;

  /// The types only: "(ndarray[float64], list[float]) -> dict[float, float]". What must be equal on both sides of a
  /// call that names its function's type.
  std::string type() const;

  /// Binds as Python does, decodes, calls, encodes. Throws TypeError when the arguments do not fit the parameters,
  /// TypeError or ValueError naming the parameter when one does not decode, and whatever the code throws.
  Value call(std::span<const Value> positional, std::span<const std::pair<std::string, Value>> keyword = {}) const;

  /// As call(), of another object of the very type of the callable, which may change.
  Value call_on(void* object, std::span<const Value> positional,
                std::span<const std::pair<std::string, Value>> keyword = {}) const;
  const Callable& callable() const noexcept { return callable_; }

  /// Requires: called while handling what decoding `given` for formal `index` threw. Throws it again, with task,
  /// parameter, what was expected and what was given.
  [[noreturn]] void refuse(std::size_t index, const Value& given) const;

 private:
  void bind(std::span<const Value> positional, std::span<const std::pair<std::string, Value>> keyword,
            const Value** bound) const;

  Declaration declaration_;
  std::string qualified_name_, result_;
  Callable callable_;
};

/// Types that refer to memory of somebody else's, and so cannot leave a task.
template <class T>
inline constexpr bool kBorrows = std::is_pointer_v<T>;
template <class C, class Traits>
inline constexpr bool kBorrows<std::basic_string_view<C, Traits>> = true;
template <class T, std::size_t N>
inline constexpr bool kBorrows<std::span<T, N>> = true;
template <class P, int O, class S>
inline constexpr bool kBorrows<Eigen::Ref<P, O, S>> = true;
template <class P, int O, class S>
inline constexpr bool kBorrows<Eigen::Map<P, O, S>> = true;

/// Types whose Codec is in <enginery/eigen.hpp>.
template <class T>
inline constexpr bool kIsEigens = false;
template <class S, int R, int C, int O, int MR, int MC>
inline constexpr bool kIsEigens<Eigen::Matrix<S, R, C, O, MR, MC>> = true;
template <class S, int R, int C, int O, int MR, int MC>
inline constexpr bool kIsEigens<Eigen::Array<S, R, C, O, MR, MC>> = true;
template <class S, int O, class I>
inline constexpr bool kIsEigens<Eigen::SparseMatrix<S, O, I>> = true;

/// What std::function would make of a callable: R(P...). Absent for overloaded or generic call operators.
template <class F>
concept HasSignature = requires(F& callable) {
  std::function{callable};
};

/// The argument for one parameter while the task runs; errors name the parameter.
template <std::size_t I, class P>
struct DecodedArgument {
  explicit DecodedArgument(const Function::Call& call) try : parameter(*call.arguments[I]) {
  } catch (...) {
    call.function.refuse(I, *call.arguments[I]);
  }
  Parameter<P> parameter;
};

template <class Indices, class... P>
struct DecodedArguments;
/// Bases, because their constructors run from left to right: the first argument that does not fit is named.
template <std::size_t... I, class... P>
struct DecodedArguments<std::index_sequence<I...>, P...> : DecodedArgument<I, P>... {
  explicit DecodedArguments([[maybe_unused]] const Function::Call& call) : DecodedArgument<I, P>(call)... {}

  template <class F>
  decltype(auto) apply(F& callable) {
    return std::invoke(callable, static_cast<DecodedArgument<I, P>&>(*this).parameter.get()...);
  }
};

template <class Signature>
struct ErasedCall;
template <class R, class... P>
struct ErasedCall<std::function<R(P...)>> {
  using Result = std::decay_t<R>;
  static constexpr std::size_t kParameters = sizeof...(P);
  using Pointer = R (*)(P...);
  template <std::size_t I>
  using Parameter = std::tuple_element_t<I, std::tuple<P...>>;

  static constexpr bool kEncodes = std::is_void_v<R> || std::same_as<Result, Value> || Encodable<Result>;

  static_assert(!kBorrows<Result>,
                "a task cannot return a pointer, string_view, span, Ref or Map: what it points to may be gone when the "
                "result is sent; return a string, vector or matrix");

  template <class F>
  static Value invoke(void* callable, const Function::Call& call) {
    F& function = *static_cast<F*>(callable);
    DecodedArguments<std::index_sequence_for<P...>, P...> arguments(call);
    if constexpr (std::is_void_v<R>) {
      arguments.apply(function);
      return Value();
    } else if constexpr (std::same_as<Result, Value>) {
      return arguments.apply(function);
    } else if constexpr (kEncodes) {
      return Codec<Result>::encode(arguments.apply(function));
    } else {
      return Value::opaque(std::make_shared<Result>(arguments.apply(function)));
    }
  }

  template <class T>
  static std::string type_name() {
    if constexpr (std::is_void_v<T>)
      return "None";
    else if constexpr (requires { Codec<T>::name(); })
      return Codec<T>::name();
    else
      return std::string(detail::type_name<T>());  // an opaque object or a view: its C++ name
  }

  /// A Function of callables of type F; `object` may be null.
  template <class F>
  static std::shared_ptr<const Function> make(Function::Declaration declaration, std::shared_ptr<F> object) {
    const std::vector<std::string> types{type_name<std::remove_cvref_t<P>>()...};
    return std::make_shared<const Function>(std::move(declaration), types, type_name<Result>(),
                                            Function::Callable{std::move(object), sizeof(F), alignof(F), &invoke<F>});
  }
};

template <class F>
requires HasSignature<F>
using ErasedCallOf = ErasedCall<decltype(std::function{std::declval<F&>()})>;

template <class F>
std::shared_ptr<const Function> Function::make(Declaration declaration, F callable) {
  static_assert(
      HasSignature<F>,
      "a task is a function or an object with exactly one operator(): choose an overload with a cast, and give "
      "a generic lambda's parameters their types");
  if constexpr (HasSignature<F>) {
    static_assert(ErasedCallOf<F>::kEncodes,
                  "a task's result needs a Codec: include the header that gives it (enginery/eigen.hpp for Eigen), or "
                  "specialise enginery::Codec for the type");
    return ErasedCallOf<F>::make(std::move(declaration), std::make_shared<F>(std::move(callable)));
  }
}

}  // namespace enginery
