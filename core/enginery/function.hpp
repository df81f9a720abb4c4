// core/enginery/function.hpp: a C++ function that is called with Values, by name or position.
#pragma once

#include <enginery/build_id.hpp>
#include <enginery/value.hpp>

namespace Eigen {
template <typename Plain, int Options, typename Stride>
class Ref;
template <typename Plain, int Options, typename Stride>
class Map;
}  // namespace Eigen

namespace enginery {

/// "(ndarray[float64], list[float]) -> dict[float, float]", of what each type's codec says.
ENGINERY_API std::string function_type(std::span<const detail::TypeName> parameters, detail::TypeName result);

namespace detail {

/// The same bytes in memory of their own, which is aligned so.
ENGINERY_API std::shared_ptr<void> copy_of(const void* object, std::size_t size, std::size_t alignment);

}  // namespace detail

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
    static constexpr std::size_t kDecoded = static_cast<std::size_t>(-1);

    const Value* const* arguments;
    /// Which argument is being decoded, so that what this throws names it; kDecoded while the code runs.
    std::size_t decoding = 0;
  };
  using Invoke = Value (*)(void* callable, Call&);
  /// What is called: an object of a type that only `invoke` knows. Without an object it comes with each call.
  struct Callable {
    std::shared_ptr<void> object;
    std::size_t size, alignment;
    Invoke invoke;
  };

  /// What the compiler knows of callables of one type.
  struct Type {
    std::span<const detail::TypeName> parameters;
    detail::TypeName result;
    std::size_t size, alignment;
    Invoke invoke;
  };

  /// Erases `callable`: a function pointer or an object with one operator(). Throws ValueError when the declaration's
  /// formals are not as many as the parameters, repeat a name, or have one without a fallback after one with.
  template <class F>
  static std::shared_ptr<const Function> make(Declaration declaration, F callable);

  /// As that, of what is erased already. `object` may be null: then it comes with each call.
  static std::shared_ptr<const Function> make(Declaration&& declaration, const Type& type,
                                              std::shared_ptr<void> object);
  /// Refuses at compile time what is no task.
  template <class F>
  static consteval void check();
  /// The object of a Callable.
  template <class F>
  static std::shared_ptr<void> keep(F callable);

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

 private:
  /// Requires: called while handling what decoding `given` for formal `index` threw. Throws it again, with task,
  /// parameter, what was expected and what was given.
  [[noreturn]] void refuse(std::size_t index, const Value& given) const;
  void bind(std::span<const Value> positional, std::span<const std::pair<std::string, Value>> keyword,
            const Value** bound) const;

  Declaration declaration_;
  std::string qualified_name_, result_;
  Callable callable_;
};

namespace detail {

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

/// A container or struct of such, which would travel, and so be read when what it refers to is gone.
template <class T, class... Parts>
inline constexpr bool kHoldsBorrowed = Encodable<T> && (kBorrows<Parts> || ...);
template <Sequence T>
inline constexpr bool kBorrows<T> = kHoldsBorrowed<T, typename SequenceItem<T>::type>;
template <class T>
inline constexpr bool kBorrows<std::optional<T>> = kHoldsBorrowed<std::optional<T>, T>;
template <class A, class B>
inline constexpr bool kBorrows<std::pair<A, B>> = kHoldsBorrowed<std::pair<A, B>, A, B>;
template <class... T>
inline constexpr bool kBorrows<std::tuple<T...>> = kHoldsBorrowed<std::tuple<T...>, T...>;
template <class... T>
inline constexpr bool kBorrows<std::variant<T...>> = kHoldsBorrowed<std::variant<T...>, T...>;
template <class K, class V, class C, class A>
inline constexpr bool kBorrows<std::map<K, V, C, A>> = kHoldsBorrowed<std::map<K, V, C, A>, K, V>;
template <class K, class V, class H, class E, class A>
inline constexpr bool kBorrows<std::unordered_map<K, V, H, E, A>> =
    kHoldsBorrowed<std::unordered_map<K, V, H, E, A>, K, V>;
template <class T, class Fields>
inline constexpr bool kMembersBorrow = false;
template <class T, class... Fields>
inline constexpr bool kMembersBorrow<T, std::tuple<Fields...>> = kHoldsBorrowed<T, Fields...>;
template <PlainStruct T>
inline constexpr bool kBorrows<T> = kMembersBorrow<T, typename Fields<T>::Types>;

constexpr bool is_eigens(std::string_view type) {
  for (const char* const name : {"Matrix<", "Array<", "SparseMatrix<", "Quaternion<", "AngleAxis<", "Transform<"})
    if (type.starts_with("Eigen::") && type.substr(7).starts_with(name)) return true;
  return false;
}
/// Types whose Codec is in <enginery/eigen.hpp>.
template <class T>
inline constexpr bool kIsEigens = std::is_class_v<T>&& is_eigens(detail::type_name<T>());

/// The signature R(P...) of a function, or of an object with one operator().
template <class F>
struct SignatureOf {};
template <class R, class... P, bool kNoexcept>
struct SignatureOf<R (*)(P...) noexcept(kNoexcept)> : std::type_identity<R(P...)> {};
template <class C, class R, class... P, bool kNoexcept>
struct SignatureOf<R (C::*)(P...) noexcept(kNoexcept)> : std::type_identity<R(P...)> {};
template <class C, class R, class... P, bool kNoexcept>
struct SignatureOf<R (C::*)(P...) const noexcept(kNoexcept)> : std::type_identity<R(P...)> {};
template <class C, class R, class... P, bool kNoexcept>
struct SignatureOf<R (C::*)(P...)& noexcept(kNoexcept)> : std::type_identity<R(P...)> {};
template <class C, class R, class... P, bool kNoexcept>
struct SignatureOf<R (C::*)(P...) const& noexcept(kNoexcept)> : std::type_identity<R(P...)> {};
template <class F>
requires requires { typename SignatureOf<decltype(&F::operator())>::type; }
struct SignatureOf<F> : SignatureOf<decltype(&F::operator())> {};

/// Absent for overloaded or generic call operators, and for pointers to members.
template <class F>
concept HasSignature = !std::is_member_pointer_v<F> && requires {
  typename SignatureOf<F>::type;
};

/// The argument for one parameter while the task runs.
template <std::size_t I, class P>
struct DecodedArgument {
  explicit DecodedArgument(Function::Call& call) : parameter(*call.arguments[call.decoding = I]) {}
  Parameter<P> parameter;
};

template <class Indices, class... P>
struct DecodedArguments;
/// Bases, because their constructors run from left to right: the first argument that does not fit is named.
template <std::size_t... I, class... P>
struct DecodedArguments<std::index_sequence<I...>, P...> : DecodedArgument<I, P>... {
  explicit DecodedArguments(Function::Call& call) : DecodedArgument<I, P>(call)... {
    call.decoding = Function::Call::kDecoded;
  }

  template <class F>
  decltype(auto) apply(F& callable) {
    return callable(static_cast<DecodedArgument<I, P>&>(*this).parameter.get()...);
  }
};

template <class Signature>
struct ErasedCall;
template <class R, class... P>
struct ErasedCall<R(P...)> {
  using Result = std::decay_t<R>;
  static constexpr std::size_t kParameters = sizeof...(P);
  using Pointer = R (*)(P...);
  template <std::size_t I>
  using Parameter = std::tuple_element_t<I, std::tuple<P...>>;

  static constexpr bool kEncodes = std::is_void_v<R> || std::same_as<Result, Value> || Encodable<Result>;

  static_assert((check_encode<Result>(), true));
  static_assert(!kBorrows<Result>,
                "a task cannot return a pointer, string_view, span, Ref or Map: what it points to may be gone when the "
                "result is sent; return a string, vector or matrix");

  template <class F>
  static Value invoke(void* callable, Function::Call& call) {
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
  static consteval TypeName type_name() {
    if constexpr (std::is_void_v<T>)
      return &none_name;
    else if constexpr (requires { Codec<T>::name(); })
      return name_of<T>();
    else
      return +[] { return std::string(detail::type_name<T>()); };  // an opaque object or a view: its C++ name
  }

  // One more, since there are no arrays of none.
  static constexpr TypeName kTypes[] = {type_name<std::remove_cvref_t<P>>()..., type_name<Result>()};

  template <class F>
  static constexpr Function::Type kType = {
      {kTypes, sizeof...(P)}, kTypes[sizeof...(P)], sizeof(F), alignof(F), &invoke<F>};
};

template <class F>
requires HasSignature<F>
using ErasedCallOf = ErasedCall<typename SignatureOf<F>::type>;

}  // namespace detail

template <class F>
consteval void Function::check() {
  static_assert(
      detail::HasSignature<F>,
      "a task is a function or an object with exactly one operator(): choose an overload with a cast, and give "
      "a generic lambda's parameters their types");
  if constexpr (detail::HasSignature<F>)
    static_assert(detail::ErasedCallOf<F>::kEncodes || !detail::kIsEigens<typename detail::ErasedCallOf<F>::Result>,
                  "enginery: include <enginery/eigen.hpp> before this task: its result is a matrix, whose Codec is "
                  "there");
}

template <class F>
std::shared_ptr<void> Function::keep(F callable) {
  if constexpr (std::is_trivially_copyable_v<F>)
    return detail::copy_of(&callable, sizeof(F), alignof(F));
  else
    return std::make_shared<F>(std::move(callable));
}

template <class F>
std::shared_ptr<const Function> Function::make(Declaration declaration, F callable) {
  check<F>();
  if constexpr (detail::HasSignature<F>)
    return make(std::move(declaration), detail::ErasedCallOf<F>::template kType<F>, keep(std::move(callable)));
}

namespace detail {

/// How callables of type F are called: a Function without an object. Its address, in the module that was compiled with
/// F, is what a call names: no table and no registration is needed for code to be found again in another process.
///
/// Throws ValueError if the declaration does not fit.
template <class F>
std::shared_ptr<const Function> describe(Function::Declaration declaration) {
  return Function::make(std::move(declaration), ErasedCallOf<F>::template kType<F>, nullptr);
}
using Describe = std::shared_ptr<const Function> (*)(Function::Declaration);

}  // namespace detail
}  // namespace enginery
