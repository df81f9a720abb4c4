// core/enginery/codec_containers.hpp: codecs of the standard library's containers.
#pragma once

#include <array>
#include <chrono>
#include <map>
#include <optional>
#include <ratio>
#include <set>
#include <span>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <variant>
#include <vector>

#include <enginery/codec_scalars.hpp>

namespace enginery {
namespace detail {

/// The items of a list, tuple or array. TypeError, which says `wanted`, for anything else (also for text).
ENGINERY_API List sequence_items(const Value& value, std::string_view wanted);
/// As that; ValueError unless there are `count`.
ENGINERY_API List sequence_items(const Value& value, std::string_view wanted, std::size_t count);
/// The 1-d array that `value` is, as `dtype`; nothing for what is not an array. TypeError if it has other dimensions,
/// ValueError if a number would lose something.
ENGINERY_API std::optional<Array> vector_array(const Value& value, DType dtype);
__extension__ typedef __int128 Int128;
/// Whole seconds and what is beyond them, of the same sign. What no int counts, infinity and NaN are all fraction.
struct Seconds {
  std::int64_t whole;
  double fraction;
};
ENGINERY_API Seconds split_seconds(double seconds) noexcept;
/// A float if it is exact, else a tuple (whole, fraction).
ENGINERY_API Value encode_seconds(double seconds, std::int64_t whole, double fraction, bool exact);
ENGINERY_API Seconds decode_seconds(const Value& value);
[[noreturn]] ENGINERY_API void throw_overflow(const Value& value, std::string_view type);

template <class T>
T decode_item(const Value& item, std::size_t index) {
  try {
    return Codec<T>::decode(item);
  } catch (const Error&) {
    rethrow_within("item " + std::to_string(index));
  }
}

template <class Range>
Value encode_list(const Range& range) {
  using T = typename Range::value_type;
  List items;
  items.reserve(range.size());
  for (const auto& item : range) items.push_back(Codec<T>::encode(item));
  return Value::list(std::move(items));
}

/// Numbers become an Array, everything else a list.
template <class Range>
Value encode_sequence(const Range& range) {
  using T = std::remove_cv_t<typename Range::value_type>;
  if constexpr (Number<T>) {
    const std::int64_t extent = static_cast<std::int64_t>(range.size());
    Array array(dtype_of<T>(), std::span(&extent, 1));
    T* to = array.template mutable_elements<T>().data();
    for (const T item : range) *to++ = item;
    return Value::array(std::move(array));
  } else {
    return encode_list(range);
  }
}

template <class T>
std::string sequence_name() {
  if constexpr (Number<T>)
    return std::string("array[") + to_string(dtype_of<T>()) + "]";
  else
    return "list[" + Codec<T>::name() + "]";
}

/// Calls `sink(T)` for every item, after `reserve(count)`.
template <class T, class Reserve, class Sink>
void decode_sequence(const Value& value, std::string_view wanted, Reserve reserve, Sink sink) {
  if constexpr (Number<T>) {
    if (const std::optional<Array> array = vector_array(value, dtype_of<T>())) {
      reserve(array->size());
      for (const T number : array->template elements<T>()) sink(number);
      return;
    }
  }
  const List items = sequence_items(value, wanted);
  reserve(items.size());
  for (std::size_t i = 0; i < items.size(); ++i) sink(decode_item<T>(items[i], i));
}

template <class Set>
struct SetCodec {
  using T = typename Set::value_type;
  static Value encode(const Set& set) requires Encodable<T> { return encode_sequence(set); }
  static Set decode(const Value& value) requires Decodable<T> {
    Set set;
    decode_sequence<T>(
        value, name(), [](std::size_t) {}, [&](T item) { set.insert(std::move(item)); });
    return set;
  }
  static std::string name() { return sequence_name<T>(); }
};

template <class Map>
struct MapCodec {
  using K = typename Map::key_type;
  using V = typename Map::mapped_type;
  static Value encode(const Map& map) requires Encodable<K> && Encodable<V> {
    Dict dict;
    dict.reserve(map.size());
    for (const auto& [key, value] : map) dict.set(Codec<K>::encode(key), Codec<V>::encode(value));
    return Value::dict(std::move(dict));
  }
  static Map decode(const Value& value) requires Decodable<K> && Decodable<V> {
    if (value.kind() != Kind::dict) throw_expected(name(), value);
    Map map;
    for (const auto& [key, item] : value.as_dict()) {
      try {
        map.insert_or_assign(Codec<K>::decode(key), Codec<V>::decode(item));
      } catch (const Error&) {
        rethrow_within("key " + key.repr());
      }
    }
    return map;
  }
  static std::string name() { return "dict[" + Codec<K>::name() + ", " + Codec<V>::name() + "]"; }
};

/// What a scalar is encoded as; opaque stands for "something else".
template <class T>
constexpr Kind natural_kind() {
  if constexpr (std::is_same_v<T, std::monostate> || std::is_same_v<T, std::nullptr_t>)
    return Kind::none;
  else if constexpr (std::is_same_v<T, bool>)
    return Kind::boolean;
  else if constexpr (Integer<T> || std::is_enum_v<T>)
    return Kind::integer;
  else if constexpr (std::is_floating_point_v<T>)
    return Kind::real;
  else if constexpr (std::is_same_v<T, std::string> || std::is_same_v<T, char>)
    return Kind::string;
  else if constexpr (std::is_same_v<T, std::complex<double>> || std::is_same_v<T, std::complex<float>>)
    return Kind::complex;
  else if constexpr (std::is_same_v<T, Bytes>)
    return Kind::bytes;
  else
    return Kind::opaque;
}

}  // namespace detail

/// Numbers are a 1-d array, bytes are bytes, everything else is a list. Decodes a list, a tuple, or an array whose
/// numbers lose nothing.
template <class T>
struct Codec<std::vector<T>> {
  static Value encode(const std::vector<T>& vector) requires Encodable<T> {
    if constexpr (std::is_same_v<T, std::byte>)
      return Value::bytes(std::string(reinterpret_cast<const char*>(vector.data()), vector.size()));
    else if constexpr (Number<T> && !std::is_same_v<T, bool>)
      return Value::array(Array::of(std::span<const T>(vector)));
    else
      return detail::encode_sequence(vector);
  }
  static std::vector<T> decode(const Value& value) requires Decodable<T> {
    if constexpr (std::is_same_v<T, std::byte>) {
      if (value.kind() == Kind::bytes) {
        const std::span bytes = std::as_bytes(std::span(value.as_bytes()));
        return {bytes.begin(), bytes.end()};
      }
    } else if constexpr (Number<T>) {
      if (const std::optional<Array> array = detail::vector_array(value, dtype_of<T>())) {
        const std::span<const T> numbers = array->template elements<T>();
        return {numbers.begin(), numbers.end()};
      }
    }
    std::vector<T> vector;
    detail::decode_sequence<T>(
        value, name(), [&](std::size_t count) { vector.reserve(count); },
        [&](T item) { vector.push_back(std::move(item)); });
    return vector;
  }
  static std::string name() {
    if constexpr (std::is_same_v<T, std::byte>)
      return "bytes";
    else
      return detail::sequence_name<T>();
  }
};

template <class T, std::size_t N>
struct Codec<std::array<T, N>> {
  static Value encode(const std::array<T, N>& array) requires Encodable<T> { return detail::encode_sequence(array); }
  static std::array<T, N> decode(const Value& value) requires Decodable<T> {
    std::optional<Array> numbers;
    if constexpr (Number<T>) numbers = detail::vector_array(value, dtype_of<T>());
    const List items = detail::sequence_items(numbers ? Value::array(*numbers) : value, name(), N);
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      return std::array<T, N>{detail::decode_item<T>(items[I], I)...};
    }
    (std::make_index_sequence<N>{});
  }
  static std::string name() { return detail::sequence_name<T>(); }
};

/// Encoded as a vector is. As a parameter, `span<const T>` sees the array's own memory.
template <class T, std::size_t N>
struct Codec<std::span<T, N>> {
  static Value encode(const std::span<T, N>& span) requires Encodable<std::remove_const_t<T>> {
    using Item = std::remove_const_t<T>;
    if constexpr (Number<Item>)
      return Value::array(Array::of(std::span<const Item>(span)));
    else
      return detail::encode_sequence(span);
  }
  static std::string name() { return detail::sequence_name<std::remove_const_t<T>>(); }
};

/// Sets are sequences in their order of iteration.
template <class T, class C, class A>
struct Codec<std::set<T, C, A>> : detail::SetCodec<std::set<T, C, A>> {};
template <class T, class H, class E, class A>
struct Codec<std::unordered_set<T, H, E, A>> : detail::SetCodec<std::unordered_set<T, H, E, A>> {};
template <class K, class V, class C, class A>
struct Codec<std::map<K, V, C, A>> : detail::MapCodec<std::map<K, V, C, A>> {};
template <class K, class V, class H, class E, class A>
struct Codec<std::unordered_map<K, V, H, E, A>> : detail::MapCodec<std::unordered_map<K, V, H, E, A>> {};

template <class T>
struct Codec<std::optional<T>> {
  static Value encode(const std::optional<T>& object) requires Encodable<T> {
    return object ? Codec<T>::encode(*object) : Value();
  }
  static std::optional<T> decode(const Value& value) requires Decodable<T> {
    if (value.is_none()) return std::nullopt;
    return Codec<T>::decode(value);
  }
  static std::string name() { return "Optional[" + Codec<T>::name() + "]"; }
};

template <class... T>
struct Codec<std::tuple<T...>> {
  static Value encode(const std::tuple<T...>& tuple) requires(Encodable<T>&&...) {
    List items;
    items.reserve(sizeof...(T));
    std::apply([&](const T&... item) { (items.push_back(Codec<T>::encode(item)), ...); }, tuple);
    return Value::tuple(std::move(items));
  }
  static std::tuple<T...> decode(const Value& value) requires(Decodable<T>&&...) {
    const List items = detail::sequence_items(value, name(), sizeof...(T));
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      return std::tuple<T...>{detail::decode_item<T>(items[I], I)...};
    }
    (std::index_sequence_for<T...>{});
  }
  static std::string name() {
    std::string text;
    ((text += (text.empty() ? "" : ", ") + Codec<T>::name()), ...);
    return "tuple[" + text + "]";
  }
};

template <class A, class B>
struct Codec<std::pair<A, B>> {
  static Value encode(const std::pair<A, B>& pair) requires Encodable<A> && Encodable<B> {
    return Value::tuple({Codec<A>::encode(pair.first), Codec<B>::encode(pair.second)});
  }
  static std::pair<A, B> decode(const Value& value) requires Decodable<A> && Decodable<B> {
    const List items = detail::sequence_items(value, name(), 2);
    return {detail::decode_item<A>(items[0], 0), detail::decode_item<B>(items[1], 1)};
  }
  static std::string name() { return Codec<std::tuple<A, B>>::name(); }
};

/// Decodes to the alternative that the value is exactly, else to the first that takes it.
template <class... T>
struct Codec<std::variant<T...>> {
  static Value encode(const std::variant<T...>& variant) requires(Encodable<T>&&...) {
    return std::visit([]<class Alternative>(const Alternative& held) { return Codec<Alternative>::encode(held); },
                      variant);
  }
  static std::variant<T...> decode(const Value& value) requires(Decodable<T>&&...) {
    std::optional<std::variant<T...>> result;
    for (const bool exactly : {true, false}) {
      [&]<std::size_t... I>(std::index_sequence<I...>) { (attempt<I>(value, exactly, result), ...); }
      (std::index_sequence_for<T...>{});
      if (result) return *std::move(result);
    }
    detail::throw_expected(name(), value);
  }
  static std::string name() {
    std::string text;
    ((text += (text.empty() ? "" : ", ") + Codec<T>::name()), ...);
    return "Union[" + text + "]";
  }

 private:
  template <std::size_t I>
  static void attempt(const Value& value, bool exactly, std::optional<std::variant<T...>>& result) {
    using Alternative = std::variant_alternative_t<I, std::variant<T...>>;
    constexpr Kind kind = detail::natural_kind<Alternative>();
    if (result || (exactly && (kind == Kind::opaque || kind != value.kind()))) return;
    try {
      result.emplace(std::in_place_index<I>, Codec<Alternative>::decode(value));
    } catch (const Error&) {  // not this one: the next may take it
    }
  }
};

/// Seconds as a float, whatever the period; where a float would lose ticks, a tuple (whole seconds, fraction).
/// Durations come back exactly; what is no multiple of the period is rounded to it.
template <class Rep, class Period>
requires std::is_arithmetic_v<Rep>
struct Codec<std::chrono::duration<Rep, Period>> {
  using Duration = std::chrono::duration<Rep, Period>;
  static Value encode(const Duration& duration) {
    const double seconds = std::chrono::duration<double>(duration).count();
    if constexpr (std::is_floating_point_v<Rep>)
      return Value::real(seconds);
    else {
      // In 128 bits, since hours::max() has more seconds than an int counts.
      const detail::Int128 total = static_cast<detail::Int128>(duration.count()) * Period::num;
      detail::Int128 whole = total / Period::den;
      if (total < whole * Period::den) --whole;
      const double fraction = static_cast<double>(total - whole * Period::den) / static_cast<double>(Period::den);
      return detail::encode_seconds(
          seconds, static_cast<std::int64_t>(whole), fraction,
          whole != static_cast<std::int64_t>(whole) || from(detail::split_seconds(seconds)) == duration);
    }
  }
  static Duration decode(const Value& value) {
    if constexpr (std::is_floating_point_v<Rep>) {
      const detail::Seconds seconds = detail::decode_seconds(value);
      return Duration(std::chrono::duration<double>(static_cast<double>(seconds.whole) + seconds.fraction));
    } else {
      const std::optional<Duration> duration = from(detail::decode_seconds(value));
      if (!duration) detail::throw_overflow(value, detail::type_name<Duration>());
      return *duration;
    }
  }
  static std::string name() { return "float"; }

 private:
  /// Nothing if it does not fit.
  static std::optional<Duration> from(const detail::Seconds& seconds) {
    if (!(seconds.fraction > -1 && seconds.fraction < 1)) return std::nullopt;
    detail::Int128 ticks = static_cast<detail::Int128>(seconds.whole) * Period::den;
    const double part = seconds.fraction * static_cast<double>(Period::den);
    ticks += static_cast<std::int64_t>(part < 0 ? part - 0.5 : part + 0.5);
    const detail::Int128 half = Period::num / 2;
    ticks = (ticks < 0 ? ticks - half : ticks + half) / Period::num;
    if (ticks < std::numeric_limits<Rep>::min() || ticks > std::numeric_limits<Rep>::max()) return std::nullopt;
    return Duration(static_cast<Rep>(ticks));
  }
};

}  // namespace enginery
