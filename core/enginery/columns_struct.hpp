// core/enginery/columns_struct.hpp: how many structs of numbers are kept in columns.
#pragma once

#include <cstddef>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include <enginery/codec_struct.hpp>
#include <enginery/columns.hpp>

namespace enginery {
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

// Only where the codec is the one above.
template <class T>
requires requires { requires Codec<T>::kIsFields; }
struct ColumnsOf<T> : ColumnsOfFields<T, SeenFields<T>> {};
template <class T>
requires requires { requires Codec<T>::kIsNamedFields; }
struct ColumnsOf<T> : ColumnsOfFields<T, NamedFields<T>> {};

}  // namespace detail
}  // namespace enginery
