// core/enginery/columns.hpp: sequences of tuples, structs and small arrays of numbers, as one array for each number
// that an element has. Include codec.hpp.
//
// A million structs of seven doubles as a list of dicts are eight million objects; as columns they are seven arrays.
// The columns of `count` items are a Value: a tuple or dict of such columns, where each item is a tuple or dict; an
// array of one dimension and `count` numbers, where each item is a number; or an array of more dimensions, where each
// item is an array and the items lie one after the other: along the first axis if it is row-major, else along the last.
#pragma once

#include <cstring>

#include <enginery/codec_keys.hpp>

namespace enginery::detail {

/// Fewer items are an ordinary list.
constexpr std::size_t kFewestInColumns = 64;

/// The list whose items these columns are; nothing if they are not of `count` items.
ENGINERY_API std::optional<Value> list_of_columns(std::size_t count, Value columns);
/// The columns of a list, while it is kept so.
ENGINERY_API std::optional<Value> columns_of(const Value& list);
/// As that; of an array, its rows are the items.
ENGINERY_API std::optional<Value> rows_or_columns(const Value& value);
/// A list of the `count` items that begin at `start`, and one of the items of several lists, whose items are copies;
/// nothing if those are not in columns, or in columns of several forms. Requires: they exist.
ENGINERY_API std::optional<Value> part_of_columns(const Value& list, std::size_t start, std::size_t count);
ENGINERY_API std::optional<Value> joined_columns(std::span<const Value> lists);
/// One of several columns; null if there is none.
ENGINERY_API const Value* column_at(const Value& columns, std::size_t index, std::size_t of);
ENGINERY_API const Value* column_at(const Value& columns, std::string_view name, std::size_t of);
/// A column of `count` items as an array of `dtype` whose items are of that shape; nothing if it is another, or if a
/// number would become something else than it becomes alone.
ENGINERY_API std::optional<Array> column_as(const Value& column, DType dtype, std::size_t count,
                                            std::span<const std::int64_t> shape, Order order);

/// How the elements of type T of a sequence are kept in columns:
///   static Value gather(std::size_t count, const Get& get);                       get(i) is element i
///   static bool scatter(const Value& columns, std::size_t count, const At& at);   at(i) is where it goes
template <class T>
struct ColumnsOf;

template <class T>
concept InColumns = requires {
  requires ColumnsOf<T>::kCan;
};

/// Of a class template whose codec is enginery's: a user's own says how its elements travel.
template <class T>
concept CodecHasColumns = requires {
  requires Codec<T>::kHasColumns;
};

/// What stands in the column of a T that is one number: itself, or the integer that an enumeration is.
template <class T>
struct ColumnNumber {};
template <Number T>
requires(!std::is_const_v<T>) struct ColumnNumber<T> : std::type_identity<T> {
};
template <class T>
requires requires { requires Codec<T>::kIsUnderlying && detail::Integer<typename Codec<T>::Underlying>; }
struct ColumnNumber<T> : std::type_identity<typename Codec<T>::Underlying> {};

template <class T>
requires requires { typename ColumnNumber<T>::type; }
struct ColumnsOf<T> {
  static constexpr bool kCan = true;
  using InColumn = typename ColumnNumber<T>::type;

  template <class Get>
  static Value gather(std::size_t count, const Get& get) {
    Array column(dtype_of<InColumn>(), {static_cast<std::int64_t>(count)});
    InColumn* const to = reinterpret_cast<InColumn*>(column.mutable_data());
    for (std::size_t i = 0; i < count; ++i) to[i] = static_cast<InColumn>(get(i));
    return Value::array(std::move(column));
  }
  template <class At>
  static bool scatter(const Value& columns, std::size_t count, const At& at) {
    const std::optional<Array> column = column_as(columns, dtype_of<InColumn>(), count, {}, Order::row_major);
    if (!column) return false;
    const InColumn* const from = column->template elements<InColumn>().data();
    for (std::size_t i = 0; i < count; ++i) at(i) = static_cast<T>(from[i]);
    return true;
  }
};

/// Of what has `N` numbers of type T in memory, and is an array of that shape.
template <Number T, std::size_t N>
struct ColumnOfBlocks {
  static constexpr bool kCan = N > 0;

  template <class Numbers>  // numbers(i) points to the first of element i
  static Value gather(std::size_t count, std::span<const std::int64_t> shape, Order order, const Numbers& numbers) {
    std::vector<std::int64_t> extents(shape.begin(), shape.end());
    extents.insert(order == Order::row_major ? extents.begin() : extents.end(), static_cast<std::int64_t>(count));
    Array column(dtype_of<T>(), extents, order);
    T* to = reinterpret_cast<T*>(column.mutable_data());
    for (std::size_t i = 0; i < count; ++i, to += N) std::memcpy(to, numbers(i), N * sizeof(T));
    return Value::array(std::move(column));
  }
  template <class Numbers>
  static bool scatter(const Value& columns, std::size_t count, std::span<const std::int64_t> shape, Order order,
                      const Numbers& numbers) {
    const std::optional<Array> column = column_as(columns, dtype_of<T>(), count, shape, order);
    if (!column) return false;
    const T* from = column->template elements<T>().data();
    for (std::size_t i = 0; i < count; ++i, from += N) std::memcpy(numbers(i), from, N * sizeof(T));
    return true;
  }
};

template <Number T, std::size_t N>
requires CodecHasColumns<std::array<T, N>>
struct ColumnsOf<std::array<T, N>> {
  static constexpr bool kCan = N > 0;
  static constexpr std::int64_t kShape[] = {static_cast<std::int64_t>(N)};

  template <class Get>
  static Value gather(std::size_t count, const Get& get) {
    return ColumnOfBlocks<T, N>::gather(count, kShape, Order::row_major, [&](std::size_t i) { return get(i).data(); });
  }
  template <class At>
  static bool scatter(const Value& columns, std::size_t count, const At& at) {
    return ColumnOfBlocks<T, N>::scatter(columns, count, kShape, Order::row_major,
                                         [&](std::size_t i) { return at(i).data(); });
  }
};

/// Of tuples; `Part<I>` gives element I of one.
template <class Tuple, class... T>
struct ColumnsOfTuple {
  static constexpr bool kCan = sizeof...(T) > 0 && (InColumns<T> && ...);

  template <class Get>
  static Value gather(std::size_t count, const Get& get) {
    ListMaker columns(sizeof...(T));
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      (columns.add(ColumnsOf<T>::gather(count, [&](std::size_t i) -> const T& { return std::get<I>(get(i)); })), ...);
    }
    (std::index_sequence_for<T...>{});
    return columns.tuple();
  }
  template <class At>
  static bool scatter(const Value& columns, std::size_t count, const At& at) {
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      return (scatter_one<I, T>(column_at(columns, I, sizeof...(T)), count, at) && ...);
    }
    (std::index_sequence_for<T...>{});
  }

 private:
  template <std::size_t I, class Part, class At>
  static bool scatter_one(const Value* column, std::size_t count, const At& at) {
    return column &&
           ColumnsOf<Part>::scatter(*column, count, [&](std::size_t i) -> Part& { return std::get<I>(at(i)); });
  }
};
template <class A, class B>
requires CodecHasColumns<std::pair<A, B>>
struct ColumnsOf<std::pair<A, B>> : ColumnsOfTuple<std::pair<A, B>, A, B> {
};
template <class... T>
requires CodecHasColumns<std::tuple<T...>>
struct ColumnsOf<std::tuple<T...>> : ColumnsOfTuple<std::tuple<T...>, T...> {
};

/// The elements of a range as a list in columns; nothing if there are few.
template <class Range>
std::optional<Value> gather_columns(const Range& range) {
  using T = std::remove_cv_t<typename Range::value_type>;
  const std::size_t count = range.size();
  if (count < kFewestInColumns) return std::nullopt;
  if constexpr (requires { static_cast<const T*>(range.data()); }) {
    const T* const first = range.data();
    return list_of_columns(count, ColumnsOf<T>::gather(count, [&](std::size_t i) -> const T& { return first[i]; }));
  } else {
    std::vector<const T*> elements;
    elements.reserve(count);
    for (const T& element : range) elements.push_back(&element);
    return list_of_columns(count, ColumnsOf<T>::gather(count, [&](std::size_t i) -> const T& { return *elements[i]; }));
  }
}

/// A vector, or what else has a size and is indexed, of what a list in columns holds; nothing if the value is none, or
/// if its items become such elements in another way, or not at all.
template <class Sequence>
std::optional<Sequence> scatter_columns(const Value& value) {
  using T = typename Sequence::value_type;
  const std::optional<Value> columns = rows_or_columns(value);
  if (!columns) return std::nullopt;
  Sequence sequence(value.size());
  if (!ColumnsOf<T>::scatter(*columns, sequence.size(), [&](std::size_t i) -> T& { return sequence[i]; }))
    return std::nullopt;
  return sequence;
}

}  // namespace enginery::detail
