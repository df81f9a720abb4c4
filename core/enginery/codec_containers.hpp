// core/enginery/codec_containers.hpp: codecs of the standard library's containers.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include <enginery/codec_scalars.hpp>
#include <enginery/standard_types.hpp>

namespace enginery {
namespace detail {

/// The items of a list, tuple or array, one after the other.
class ENGINERY_API Items {
 public:
  /// TypeError, which says `wanted`, for anything else (also for text).
  Items(const Value& value, TypeName wanted);
  /// As that; ValueError unless there are `count`.
  Items(const Value& value, TypeName wanted, std::size_t count);
  ~Items();
  Items(const Items&) = delete;
  Items& operator=(const Items&) = delete;

  std::size_t size() const noexcept { return items_.size(); }
  bool more() const noexcept { return next_ < items_.size(); }
  const Value& next() noexcept { return items_[next_++]; }
  /// For a catch block: throws the current error again, with the place of the last item before its message.
  [[noreturn]] void rethrow() const;

 private:
  const List items_;
  std::size_t next_ = 0;
};

/// A list or tuple that grows.
class ENGINERY_API ListMaker {
 public:
  explicit ListMaker(std::size_t count);
  ~ListMaker();
  ListMaker(const ListMaker&) = delete;
  ListMaker& operator=(const ListMaker&) = delete;

  void add(Value item);
  Value list();
  Value tuple();

 private:
  List items_;
};

/// A 1-d array of `dtype` with the numbers of an array, list or tuple; `number` is their C++ type. TypeError if it has
/// other dimensions or is something else, ValueError or OverflowError if a number would lose something.
ENGINERY_API Array decode_numbers(const Value& value, DType dtype, std::string_view number);
/// The 1-d array of `count` numbers that begin at `first`.
ENGINERY_API Value encode_numbers(DType dtype, const void* first, std::size_t count);

// "array[f64]", "list[str]", "dict[str, int]", "tuple[int, str]".
ENGINERY_API std::string array_name(DType dtype);
ENGINERY_API std::string generic_name(std::string_view what, std::span<const TypeName> of);

template <class Range>
Value encode_list(const Range& range) {
  using T = typename Range::value_type;
  ListMaker items(range.size());
  for (const auto& item : range) items.add(Codec<T>::encode(item));
  return items.list();
}

/// Numbers become an Array, everything else a list.
template <class Range>
Value encode_sequence(const Range& range) {
  using T = std::remove_cv_t<typename Range::value_type>;
  if constexpr (!Number<T>) {
    return encode_list(range);
  } else if constexpr (requires { static_cast<const T*>(range.data()); }) {
    return encode_numbers(dtype_of<T>(), range.data(), range.size());
  } else {
    const std::int64_t extent = static_cast<std::int64_t>(range.size());
    Array array(dtype_of<T>(), std::span(&extent, 1));
    T* to = array.template mutable_elements<T>().data();
    for (const T item : range) *to++ = item;
    return Value::array(std::move(array));
  }
}

template <class T>
std::string sequence_name() {
  if constexpr (Number<T>) {
    return array_name(dtype_of<T>());
  } else {
    constexpr detail::TypeName item = detail::name_of<T>();
    return generic_name("list", {&item, 1});
  }
}

template <class Set>
struct SetCodec {
  using T = typename Set::value_type;
  static Value encode(const Set& set) requires Encodable<T> { return encode_sequence(set); }
  static Set decode(const Value& value) requires Decodable<T> {
    Set set;
    if constexpr (Number<T>) {
      const Array array = decode_numbers(value, dtype_of<T>(), type_name<T>());
      for (const T number : array.template elements<T>()) set.insert(number);
    } else {
      Items items(value, &name);
      try {
        while (items.more()) set.insert(Codec<T>::decode(items.next()));
      } catch (const Error&) {
        items.rethrow();
      }
    }
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
    if (value.kind() != Kind::dict) throw_expected(&name, value);
    Map map;
    const Value* at = nullptr;
    try {
      for (const auto& [key, item] : value.as_dict()) {
        at = &key;
        map.insert_or_assign(Codec<K>::decode(key), Codec<V>::decode(item));
      }
    } catch (const Error&) {
      rethrow_within_key(*at);
    }
    return map;
  }
  static std::string name() {
    constexpr TypeName of[] = {name_of<K>(), name_of<V>()};
    return generic_name("dict", of);
  }
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
    else
      return detail::encode_sequence(vector);
  }
  static std::vector<T> decode(const Value& value) requires Decodable<T> {
    if constexpr (std::is_same_v<T, std::byte>) {
      if (value.kind() == Kind::bytes) {
        const auto* const first = reinterpret_cast<const std::byte*>(value.as_bytes().data());
        return std::vector<T>(first, first + value.as_bytes().size());
      }
    }
    if constexpr (Number<T>) {
      const Array array = detail::decode_numbers(value, dtype_of<T>(), detail::type_name<T>());
      const T* const first = reinterpret_cast<const T*>(array.data());
      return std::vector<T>(first, first + array.size());  // in braces, pointers are bools
    } else {
      detail::Items items(value, &name);
      std::vector<T> vector;
      vector.reserve(items.size());
      try {
        while (items.more()) vector.push_back(Codec<T>::decode(items.next()));
      } catch (const Error&) {
        items.rethrow();
      }
      return vector;
    }
  }
  static std::string name() {
    if constexpr (std::is_same_v<T, std::byte>)
      return detail::word("bytes");
    else
      return detail::sequence_name<T>();
  }
};

template <class T, std::size_t N>
struct Codec<std::array<T, N>> {
  static Value encode(const std::array<T, N>& array) requires Encodable<T> { return detail::encode_sequence(array); }
  static std::array<T, N> decode(const Value& value) requires Decodable<T> {
    detail::Items items(of_numbers(value), &name, N);
    try {
      return [&]<std::size_t... I>(std::index_sequence<I...>) {
        return std::array<T, N>{(void(I), Codec<T>::decode(items.next()))...};
      }
      (std::make_index_sequence<N>{});
    } catch (const Error&) {
      items.rethrow();
    }
  }
  static std::string name() { return detail::sequence_name<T>(); }

 private:
  /// What holds numbers as an array of T; anything else as it is.
  static Value of_numbers(const Value& value) {
    if constexpr (Number<T>)
      if (value.kind() == Kind::array || value.kind() == Kind::list || value.kind() == Kind::tuple)
        return Value::array(detail::decode_numbers(value, dtype_of<T>(), detail::type_name<T>()));
    return value;
  }
};

/// Encoded as a vector is. As a parameter, `span<const T>` sees the array's own memory.
template <class T, std::size_t N>
struct Codec<std::span<T, N>> {
  static Value encode(const std::span<T, N>& span) requires Encodable<std::remove_const_t<T>> {
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
  static std::string name() {
    constexpr detail::TypeName item = detail::name_of<T>();
    return detail::generic_name("Optional", {&item, 1});
  }
};

template <class... T>
struct Codec<std::tuple<T...>> {
  static Value encode(const std::tuple<T...>& tuple) requires(Encodable<T>&&...) {
    detail::ListMaker items(sizeof...(T));
    [&]<std::size_t... I>(std::index_sequence<I...>) { (items.add(Codec<T>::encode(std::get<I>(tuple))), ...); }
    (std::index_sequence_for<T...>{});
    return items.tuple();
  }
  static std::tuple<T...> decode(const Value& value) requires(Decodable<T>&&...) {
    detail::Items items(value, &name, sizeof...(T));
    try {
      return std::tuple<T...>{Codec<T>::decode(items.next())...};
    } catch (const Error&) {
      items.rethrow();
    }
  }
  static std::string name() {
    constexpr std::array<detail::TypeName, sizeof...(T)> of{detail::name_of<T>()...};
    return detail::generic_name("tuple", of);
  }
};

template <class A, class B>
struct Codec<std::pair<A, B>> {
  static Value encode(const std::pair<A, B>& pair) requires Encodable<A> && Encodable<B> {
    detail::ListMaker items(2);
    items.add(Codec<A>::encode(pair.first));
    items.add(Codec<B>::encode(pair.second));
    return items.tuple();
  }
  static std::pair<A, B> decode(const Value& value) requires Decodable<A> && Decodable<B> {
    detail::Items items(value, &name, 2);
    try {
      return std::pair<A, B>{Codec<A>::decode(items.next()), Codec<B>::decode(items.next())};
    } catch (const Error&) {
      items.rethrow();
    }
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
    detail::throw_expected(&name, value);
  }
  static std::string name() {
    constexpr std::array<detail::TypeName, sizeof...(T)> of{detail::name_of<T>()...};
    return detail::generic_name("Union", of);
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

}  // namespace enginery
