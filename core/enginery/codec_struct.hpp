// core/enginery/codec_struct.hpp: codecs of plain structs, as dicts from their fields' names.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include <enginery/codec_containers.hpp>
#include <enginery/fields.hpp>

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
#endif
template <class T>
extern const Pretend<T> pretend;  // never defined: only addresses inside it are spoken of
#ifdef __clang__
#pragma clang diagnostic pop
#endif

/// A pointer as an argument of a template, which clang takes no other way when it points into an object.
template <class T>
struct Address {
  const T* at;
};
#ifdef __clang__
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wundefined-var-template"
#endif

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

/// The name of a member, which compilers show.
template <std::size_t N>
struct FieldName {
  char text[N + 1] = {};
  constexpr explicit FieldName(std::string_view name) {
    for (std::size_t i = 0; i < N; ++i) text[i] = name[i];
  }
};

template <class Struct, FieldName kMember, class T>
consteval void require_encodable_member() {
  if constexpr (PlainStruct<T> && !Encodable<T>)
    require_encodable<T>();
  else
    static_assert(
        Encodable<T> && !std::is_array_v<T>,
        "enginery: this struct cannot travel: its member kMember, which this error names, has no Codec<T>::encode. "
        "Specialise enginery::Codec for the member's type, include <enginery/eigen.hpp> for Eigen's types, or name the "
        "fields that travel, also C arrays, with ENGINERY_FIELDS(Type, a, b).");
}
template <class Struct, FieldName kMember, class T>
consteval void require_decodable_member() {
  if constexpr (PlainStruct<T> && !Decodable<T>)
    require_decodable<T>();
  else
    static_assert(
        Decodable<T>,
        "enginery: no value can become this struct: its member kMember, which this error names, has no "
        "Codec<T>::decode. Specialise enginery::Codec for the member's type, include <enginery/eigen.hpp> for Eigen's "
        "types, or name the fields that travel, also C arrays, with ENGINERY_FIELDS(Type, a, b).");
}

/// require.operator()<type, name>() for each member of a plain struct.
template <class T, class Require>
consteval void for_each_member(Require require) {
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    (require.template operator()<typename Fields<T>::template Type<I>,
                                 FieldName<Fields<T>::template name<I>().size()>(Fields<T>::template name<I>())>(),
     ...);
  }
  (std::make_index_sequence<Fields<T>::kCount>());
}

/// Throws unless `value` is a dict with exactly these keys.
ENGINERY_API void check_fields(const Value& value, std::string_view type, std::span<const std::string_view> names);
ENGINERY_API void set_field(Dict& dict, std::string_view name, Value value);

template <class T, class How>
T decode_field(const Value& dict, std::string_view name) {
  try {
    return How::template decode<T>(*dict.as_dict().find(name));
  } catch (const Error&) {
    rethrow_within_field(name);
  }
}

}  // namespace detail

/// A plain struct is a dict {'field': value, …}, in the order of declaration. Missing and unknown fields are refused.
template <detail::PlainStruct T>
struct Codec<T> {
  static constexpr bool kIsFields = true;
  using Fields = detail::Fields<T>;
  using Indices = std::make_index_sequence<Fields::kCount>;
  template <template <class> class Test>
  static constexpr bool all = []<std::size_t... I>(std::index_sequence<I...>) {
    return (Test<typename Fields::template Type<I>>::value && ...);
  }
  (Indices{});
  template <class U>
  struct CanEncode : std::bool_constant<Encodable<U> && !std::is_array_v<U>> {};
  template <class U>
  struct CanDecode : std::bool_constant<Decodable<U>> {};

  static constexpr detail::Kinds kKinds = detail::Kinds::of(Kind::dict);

  template <class How>
  static Value encode_as(const T& object) {
    Dict dict;
    dict.reserve(Fields::kCount);
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      detail::with_fields<Fields::kCount>(object, [&dict](const auto&... field) {
        (detail::set_field(dict, Fields::template name<I>(),
                           How::template encode<typename Fields::template Type<I>>(field)),
         ...);
      });
    }
    (Indices{});
    return How::from_dict(Value::dict(std::move(dict)));
  }
  template <class How>
  static T decode_as(const Value& value) {
    const Value dict = How::to_dict(value);
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      static constexpr std::array<std::string_view, Fields::kCount> names{Fields::template name<I>()...};
      detail::check_fields(dict, name(), names);
      return T{detail::decode_field<typename Fields::template Type<I>, How>(dict, names[I])...};
    }
    (Indices{});
  }
  static Value encode(const T& object) requires(all<CanEncode>) { return encode_as<detail::AsItem>(object); }
  static T decode(const Value& value) requires(all<CanDecode>) { return decode_as<detail::AsItem>(value); }
  static std::string name() { return std::string(detail::type_name<T>()); }
};

/// As a plain struct, with the fields that ENGINERY_FIELDS named. Its fields' codecs are looked at only when it is
/// used, so that a type may hold vectors of itself.
template <detail::NamedStruct T>
struct Codec<T> {
  static constexpr bool kIsNamedFields = true;
  static constexpr auto kFields = enginery_fields(static_cast<const T*>(nullptr));
  static constexpr detail::Kinds kKinds = detail::Kinds::of(Kind::dict);

  template <class How>
  static Value encode_as(const T& object) {
    Dict dict;
    dict.reserve(kCount);
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      (detail::set_field(dict, std::get<I>(kFields).name, encode_field<How, I>(object.*(std::get<I>(kFields).member))),
       ...);
    }
    (Indices());
    return How::from_dict(Value::dict(std::move(dict)));
  }
  template <class How>
  static T decode_as(const Value& value) {
    const Value dict = How::to_dict(value);
    T object{};
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      const std::array<std::string_view, kCount> names{std::get<I>(kFields).name...};
      detail::check_fields(dict, name(), names);
      (assign_field<How, I>(object.*(std::get<I>(kFields).member), dict), ...);
    }
    (Indices());
    return object;
  }
  static Value encode(const T& object) { return encode_as<detail::AsItem>(object); }
  static T decode(const Value& value) requires std::default_initializable<T> {
    return decode_as<detail::AsItem>(value);
  }
  static std::string name() { return std::string(detail::type_name<T>()); }

 private:
  static constexpr std::size_t kCount = std::tuple_size_v<decltype(kFields)>;
  using Indices = std::make_index_sequence<kCount>;
  template <std::size_t I>
  static constexpr detail::FieldName<std::get<I>(kFields).name.size()> kName{std::get<I>(kFields).name};

  template <class How, std::size_t I, class U>
  static Value encode_field(const U& field) {
    if constexpr (std::is_array_v<U> && !Encodable<U>) {
      using Item = std::remove_extent_t<U>;
      detail::require_encodable_member<T, kName<I>, Item>();
      return How::template encode<std::span<const Item>>(std::span<const Item>(field));
    } else {
      if constexpr (!std::is_array_v<U>) detail::require_encodable_member<T, kName<I>, U>();
      return How::template encode<U>(field);
    }
  }
  template <class How, std::size_t I, class U>
  static void assign_field(U& field, const Value& dict) {
    constexpr std::string_view name = std::get<I>(kFields).name;
    if constexpr (std::is_same_v<std::remove_extent_t<U>, char> && std::is_array_v<U>) {
      const std::string text = detail::decode_field<std::string, How>(dict, name);
      if (text.size() >= std::size(field))
        throw ValueError("field " + std::string(name) + ": text of " + std::to_string(text.size()) +
                         " bytes does not fit into " + std::string(detail::type_name<U>()));
      std::memcpy(field, text.c_str(), text.size() + 1);
    } else if constexpr (std::is_array_v<U>) {
      auto items = detail::decode_field<std::array<std::remove_extent_t<U>, std::extent_v<U>>, How>(dict, name);
      for (std::size_t i = 0; i < std::extent_v<U>; ++i) field[i] = std::move(items[i]);
    } else {
      detail::require_decodable_member<T, kName<I>, U>();
      field = detail::decode_field<U, How>(dict, name);
    }
  }
};

}  // namespace enginery
