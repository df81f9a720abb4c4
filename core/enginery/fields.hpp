// core/enginery/fields.hpp: the fields of a struct: those that ENGINERY_FIELDS named, and those that the compiler sees.
//
// C++20 has no reflection. A structured binding takes an aggregate apart if one knows how many fields it has; so they
// are counted first, by how many initializers it takes. Their names stand in __PRETTY_FUNCTION__ of a function template
// whose argument is a field's address.
#pragma once

#include <cstddef>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

namespace enginery {

/// A field that ENGINERY_FIELDS named.
template <class Class, class T>
struct Field {
  std::string_view name;
  T Class::*member;
};
template <class Class, class T>
Field(const char*, T Class::*) -> Field<Class, T>;  // which clang 14 does not find itself

/// Names the fields of `Type` that travel. Stands in the namespace of Type, after it; needed where reflection cannot
/// see: C arrays, base classes, constructors, recursive types. Type must be default constructible to be
/// decoded.
#define ENGINERY_FIELDS(Type, ...)                               \
  [[maybe_unused]] constexpr auto enginery_fields(const Type*) { \
    using Enginery_type = Type;                                  \
    return ::std::tuple{ENGINERY_FIELDS_EACH_(__VA_ARGS__)};     \
  }                                                              \
  static_assert(true)
#define ENGINERY_FIELD_(name) \
  ::enginery::Field { #name, &Enginery_type::name }
#define ENGINERY_FIELDS_PARENS_ ()
#define ENGINERY_FIELDS_AGAIN_() ENGINERY_FIELDS_NEXT_
#define ENGINERY_FIELDS_NEXT_(name, ...) \
  ENGINERY_FIELD_(name) __VA_OPT__(, ENGINERY_FIELDS_AGAIN_ ENGINERY_FIELDS_PARENS_(__VA_ARGS__))
#define ENGINERY_FIELDS_EACH_(...) ENGINERY_EXPAND3_(ENGINERY_FIELDS_NEXT_(__VA_ARGS__))
#define ENGINERY_EXPAND3_(...) ENGINERY_EXPAND2_(ENGINERY_EXPAND2_(ENGINERY_EXPAND2_(ENGINERY_EXPAND2_(__VA_ARGS__))))
#define ENGINERY_EXPAND2_(...) ENGINERY_EXPAND1_(ENGINERY_EXPAND1_(ENGINERY_EXPAND1_(ENGINERY_EXPAND1_(__VA_ARGS__))))
#define ENGINERY_EXPAND1_(...) ENGINERY_EXPAND0_(ENGINERY_EXPAND0_(ENGINERY_EXPAND0_(ENGINERY_EXPAND0_(__VA_ARGS__))))
#define ENGINERY_EXPAND0_(...) __VA_ARGS__

namespace detail {

constexpr std::size_t kMostFields = 64;

// Names for up to eight fields, and for those before them.
#define ENGINERY_1_(x) x##0
#define ENGINERY_2_(x) ENGINERY_1_(x), x##1
#define ENGINERY_3_(x) ENGINERY_2_(x), x##2
#define ENGINERY_4_(x) ENGINERY_3_(x), x##3
#define ENGINERY_5_(x) ENGINERY_4_(x), x##4
#define ENGINERY_6_(x) ENGINERY_5_(x), x##5
#define ENGINERY_7_(x) ENGINERY_6_(x), x##6
#define ENGINERY_8_(x) ENGINERY_7_(x), x##7
#define ENGINERY_BEFORE_8_ ENGINERY_8_(a),
#define ENGINERY_BEFORE_16_ ENGINERY_BEFORE_8_ ENGINERY_8_(b),
#define ENGINERY_BEFORE_24_ ENGINERY_BEFORE_16_ ENGINERY_8_(c),
#define ENGINERY_BEFORE_32_ ENGINERY_BEFORE_24_ ENGINERY_8_(d),
#define ENGINERY_BEFORE_40_ ENGINERY_BEFORE_32_ ENGINERY_8_(e),
#define ENGINERY_BEFORE_48_ ENGINERY_BEFORE_40_ ENGINERY_8_(f),
#define ENGINERY_BEFORE_56_ ENGINERY_BEFORE_48_ ENGINERY_8_(g),

#ifdef __clang__  // which names no bindings in a requirement, so that bit-fields are the compiler's own error
#define ENGINERY_TAKES_(...) true
#else
#define ENGINERY_TAKES_(...) \
  requires { function(__VA_ARGS__); }
#endif
#define ENGINERY_BIND_(count, ...)              \
  if constexpr (kCount == count) {              \
    auto& [__VA_ARGS__] = object;               \
    if constexpr (ENGINERY_TAKES_(__VA_ARGS__)) \
      return function(__VA_ARGS__);             \
    else                                        \
      return NotFields();                       \
  }
#define ENGINERY_BIND_8_(first, before, x)         \
  ENGINERY_BIND_(first + 1, before ENGINERY_1_(x)) \
  ENGINERY_BIND_(first + 2, before ENGINERY_2_(x)) \
  ENGINERY_BIND_(first + 3, before ENGINERY_3_(x)) \
  ENGINERY_BIND_(first + 4, before ENGINERY_4_(x)) \
  ENGINERY_BIND_(first + 5, before ENGINERY_5_(x)) \
  ENGINERY_BIND_(first + 6, before ENGINERY_6_(x)) \
  ENGINERY_BIND_(first + 7, before ENGINERY_7_(x)) \
  ENGINERY_BIND_(first + 8, before ENGINERY_8_(x))

/// What no function of references takes: there are bit-fields among them.
struct NotFields {};

/// function(field…) for the `kCount` fields of `object`; NotFields if it does not take them. Requires: it is an
/// aggregate of so many, and has no base.
template <std::size_t kCount, class T, class Function>
constexpr auto with_fields(T& object, Function function) {
  static_assert(kCount > 0 && kCount <= kMostFields);
  ENGINERY_BIND_8_(0, , a)
  ENGINERY_BIND_8_(8, ENGINERY_BEFORE_8_, b)
  ENGINERY_BIND_8_(16, ENGINERY_BEFORE_16_, c)
  ENGINERY_BIND_8_(24, ENGINERY_BEFORE_24_, d)
  ENGINERY_BIND_8_(32, ENGINERY_BEFORE_32_, e)
  ENGINERY_BIND_8_(40, ENGINERY_BEFORE_40_, f)
  ENGINERY_BIND_8_(48, ENGINERY_BEFORE_48_, g)
  ENGINERY_BIND_8_(56, ENGINERY_BEFORE_56_, h)
}

#define ENGINERY_COUNT_(count, ...)                        \
  else if constexpr (!requires { T{__VA_ARGS__{}}; }) {    \
    if constexpr (requires { T{__VA_ARGS__ Anything{}}; }) \
      return kMostFields + 1;                              \
    else                                                   \
      return count;                                        \
  }
#define ENGINERY_BRACES_4_ {}, {}, {}, {},
#define ENGINERY_BRACES_8_ ENGINERY_BRACES_4_ ENGINERY_BRACES_4_
#define ENGINERY_BRACES_16_ ENGINERY_BRACES_8_ ENGINERY_BRACES_8_
#define ENGINERY_BRACES_32_ ENGINERY_BRACES_16_ ENGINERY_BRACES_16_
#define ENGINERY_COUNT_8_(first, ...)                                \
  ENGINERY_COUNT_(first, __VA_ARGS__)                                \
  ENGINERY_COUNT_(first + 1, __VA_ARGS__{}, )                        \
  ENGINERY_COUNT_(first + 2, __VA_ARGS__{}, {}, )                    \
  ENGINERY_COUNT_(first + 3, __VA_ARGS__{}, {}, {}, )                \
  ENGINERY_COUNT_(first + 4, __VA_ARGS__ ENGINERY_BRACES_4_)         \
  ENGINERY_COUNT_(first + 5, __VA_ARGS__ ENGINERY_BRACES_4_{}, )     \
  ENGINERY_COUNT_(first + 6, __VA_ARGS__ ENGINERY_BRACES_4_{}, {}, ) \
  ENGINERY_COUNT_(first + 7, __VA_ARGS__ ENGINERY_BRACES_4_{}, {}, {}, )

/// How many fields an aggregate has whose fields can all be initialised by `{}`; more than kMostFields for another.
/// Nothing but `{}` is tried on a field, since some types do not compile with what stands for any initializer.
template <class T, class Anything>
constexpr std::size_t count_braces() {
  if constexpr (!requires { T{}; }) return kMostFields + 1;
  ENGINERY_COUNT_8_(0, )
  ENGINERY_COUNT_8_(8, ENGINERY_BRACES_8_)
  ENGINERY_COUNT_8_(16, ENGINERY_BRACES_16_)
  ENGINERY_COUNT_8_(24, ENGINERY_BRACES_16_ ENGINERY_BRACES_8_)
  ENGINERY_COUNT_8_(32, ENGINERY_BRACES_32_)
  ENGINERY_COUNT_8_(40, ENGINERY_BRACES_32_ ENGINERY_BRACES_8_)
  ENGINERY_COUNT_8_(48, ENGINERY_BRACES_32_ ENGINERY_BRACES_16_)
  ENGINERY_COUNT_8_(56, ENGINERY_BRACES_32_ ENGINERY_BRACES_16_ ENGINERY_BRACES_8_)
  ENGINERY_COUNT_(64, ENGINERY_BRACES_32_ ENGINERY_BRACES_32_)
  else return kMostFields + 1;
}

template <class T>
concept NamedStruct = requires(const T* object) {
  enginery_fields(object);
};

/// Stands for any initializer.
template <std::size_t>
struct Any {
  template <class T>
  operator T() const noexcept;  // never defined, and not constexpr: it is only asked whether it would do
};
/// Stands for a base class only.
template <class Derived>
struct AnyBaseOf {
  template <class T>
  requires(std::is_base_of_v<T, Derived> && !std::is_same_v<T, Derived>) constexpr operator T() const noexcept;
};

template <class T, std::size_t... I>
constexpr bool takes(std::index_sequence<I...>) {
  return requires { T{Any<I>{}...}; };
}
/// Is field `sizeof...(Before)` one initializer, even if it is empty braces? Not so for the elements of a C array.
template <class T, std::size_t... Before, std::size_t... After>
constexpr bool one_field(std::index_sequence<Before...>, std::index_sequence<After...>) {
  return requires { T{Any<Before>{}..., {}, Any<After>{}...}; };
}

template <class T, std::size_t N = 0>
constexpr std::size_t count_initializers() {
  if constexpr (N > kMostFields)
    return N;
  else if constexpr (takes<T>(std::make_index_sequence<N>{}) && !takes<T>(std::make_index_sequence<N + 1>{}))
    return N;
  else
    return count_initializers<T, N + 1>();
}

template <class T>
constexpr std::size_t count_fields() {
  if constexpr (constexpr std::size_t count = count_braces<T, Any<0>>(); count <= kMostFields)
    return count;
  else
    return count_initializers<T>();
}

struct TypesOfFields {
  template <class... T>
  constexpr std::type_identity<std::tuple<std::remove_cv_t<T>...>> operator()(T&...) const {
    return {};
  }
};

template <class T>
constexpr bool is_plain() {
  if constexpr (!std::is_class_v<T> || !std::is_aggregate_v<T> || std::is_polymorphic_v<T> || std::is_empty_v<T>)
    return false;
  else if constexpr (
      requires { T{AnyBaseOf<T>{}}; } || requires { std::tuple_size<T>::value; })
    return false;  // a base; std::array and its like, which are bound by other means
  else {
    constexpr std::size_t count = count_fields<T>();
    if constexpr (count == 0 || count > kMostFields)
      return false;
    else if constexpr (std::is_same_v<decltype(with_fields<count>(std::declval<T&>(), TypesOfFields())), NotFields>)
      return false;
    else if constexpr (count_braces<T, Any<0>>() == count)
      return true;
    else
      return []<std::size_t... I>(std::index_sequence<I...>) {
        return (one_field<T>(std::make_index_sequence<I>{}, std::make_index_sequence<count - I - 1>{}) && ...);
      }
    (std::make_index_sequence<count>{});
  }
}

/// Can reflection see the fields of T? Needs an aggregate of at most 64 fields without bases or references.
template <class T>
concept PlainStruct = !NamedStruct<T> && is_plain<T>();

template <class T>
struct Pretend {
  T object;
};
#ifdef __clang__
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wundefined-internal"
#pragma clang diagnostic ignored "-Wundefined-var-template"
#endif
template <class T>
extern const Pretend<T> pretend;  // never defined: only addresses inside it are spoken of

/// A pointer as an argument of a template, which clang takes no other way when it points into an object.
template <class T>
struct Address {
  const T* at;
};

template <auto kAddress>
constexpr std::string_view member_name() {
  constexpr std::string_view text = __PRETTY_FUNCTION__;
#ifdef __clang__  // "… [kAddress = {&pretend.object.name}]"
  constexpr std::size_t end = text.rfind('}');
  constexpr std::size_t begin = text.rfind('.', end) + 1;
#else  // "… [with auto kAddress = Address<int>{(& pretend<T>.Pretend<T>::object.T::name)}; std::string_view = …]"
  constexpr std::size_t end = text.rfind(')');
  constexpr std::size_t begin = text.rfind("::", end) + 2;
#endif
  return text.substr(begin, end - begin);
}

// Function objects and no lambdas, since clang 14 takes none in the declarations of a template.
template <std::size_t I>
struct AddressOfField {
  template <class... T>
  constexpr auto operator()(T&... fields) const {
    return &std::get<I>(std::tie(fields...));
  }
};

template <class T>
struct Fields {
  static constexpr std::size_t kCount = count_fields<T>();
  using Types = typename decltype(with_fields<kCount>(std::declval<T&>(), TypesOfFields()))::type;
  template <std::size_t I>
  using Type = std::tuple_element_t<I, Types>;
  template <std::size_t I>
  static constexpr std::string_view name() {
    return member_name<Address<Type<I>>{with_fields<kCount>(pretend<T>.object, AddressOfField<I>())}>();
  }
};

#ifdef __clang__
#pragma clang diagnostic pop
#endif

}  // namespace detail
}  // namespace enginery
