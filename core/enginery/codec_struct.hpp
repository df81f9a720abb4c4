// core/enginery/codec_struct.hpp: codecs of structs, as dicts from their fields' names, and lists of structs in
// columns.
#pragma once

#include <enginery/codec_containers.hpp>
#include <enginery/fields.hpp>

namespace enginery {
namespace detail {

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

namespace detail {

/// Of structs; `Access` knows their fields: kCount, Type<I>, name<I>(), and get<I>(object).
template <class T, class Access>
struct ColumnsOfFields {
  using Indices = std::make_index_sequence<Access::kCount>;
  static constexpr bool kCan = []<std::size_t... I>(std::index_sequence<I...>) {
    return (InColumns<typename Access::template Type<I>> && ...);
  }
  (Indices{});

  template <class Get>
  static Value gather(std::size_t count, const Get& get) {
    Dict columns;
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      (set_field(columns, Access::template name<I>(),
                 ColumnsOf<typename Access::template Type<I>>::gather(
                     count, [&](std::size_t i) -> const auto& { return Access::template get<I>(get(i)); })),
       ...);
    }
    (Indices{});
    return Value::dict(std::move(columns));
  }
  template <class At>
  static bool scatter(const Value& columns, std::size_t count, const At& at) {
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      return (scatter_one<I>(column_at(columns, Access::template name<I>(), Access::kCount), count, at) && ...);
    }
    (Indices{});
  }

 private:
  template <std::size_t I, class At>
  static bool scatter_one(const Value* column, std::size_t count, const At& at) {
    return column && ColumnsOf<typename Access::template Type<I>>::scatter(
                         *column, count, [&](std::size_t i) -> auto& { return Access::template get<I>(at(i)); });
  }
};

template <class T>
struct SeenFields : Fields<T> {
  template <std::size_t I, class Object>
  static auto& get(Object& object) {
    return *with_fields<Fields<T>::kCount>(object, AddressOfField<I>());
  }
};
template <class T>
struct NamedFields {
  static constexpr auto& kAll = Codec<T>::kFields;
  static constexpr std::size_t kCount = std::tuple_size_v<std::remove_cvref_t<decltype(kAll)>>;
  template <std::size_t I>
  using Type = std::remove_cvref_t<decltype(std::declval<T&>().*std::get<I>(kAll).member)>;
  template <std::size_t I>
  static constexpr std::string_view name() {
    return std::get<I>(kAll).name;
  }
  template <std::size_t I, class Object>
  static auto& get(Object& object) {
    return object.*std::get<I>(kAll).member;
  }
};

// Only where the codec is one of those above: a user's own says how its structs travel.
template <class T>
requires requires { requires Codec<T>::kIsFields; }
struct ColumnsOf<T> : ColumnsOfFields<T, SeenFields<T>> {};
template <class T>
requires requires { requires Codec<T>::kIsNamedFields; }
struct ColumnsOf<T> : ColumnsOfFields<T, NamedFields<T>> {};

}  // namespace detail
}  // namespace enginery
