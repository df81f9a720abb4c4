// core/enginery/codec_containers.hpp: codecs of the standard library's containers.
#pragma once

#include <iterator>

#include <enginery/columns.hpp>

namespace enginery {
namespace detail {

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
  using T = std::remove_cv_t<typename Range::value_type>;
  if constexpr (InColumns<T>)
    if (std::optional<Value> list = gather_columns(range)) return *std::move(list);
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

/// deque and list.
template <class Range>
struct SequenceCodec {
  using T = typename Range::value_type;
  static Value encode(const Range& range) requires Encodable<T> { return encode_sequence(range); }
  static Range decode(const Value& value) requires Decodable<T> {
    std::vector<T> items = Codec<std::vector<T>>::decode(value);
    return Range(std::make_move_iterator(items.begin()), std::make_move_iterator(items.end()));
  }
  static std::string name() { return sequence_name<T>(); }
};

template <class Set>
struct SetCodec {
  using T = typename Set::value_type;
  static Value encode(const Set& set) requires Encodable<T> { return encode_sequence(set); }
  static Set decode(const Value& value) requires Decodable<T> {
    if constexpr (Number<T>) {
      const Array array = decode_numbers(value, dtype_of<T>(), type_name<T>());
      const auto numbers = array.template elements<T>();
      Set set(numbers.begin(), numbers.end());
      if (set.size() == numbers.size()) return set;
    }
    Items items(value, &name);
    try {
      return decode_set<Set, AsItem>(items);
    } catch (const Error&) {
      items.rethrow();
    }
  }
  static std::string name() { return sequence_name<T>(); }
};

template <class Map>
struct MapCodec {
  using K = typename Map::key_type;
  using V = typename Map::mapped_type;
  static constexpr Kinds kKinds = Kinds::of(Kind::dict);

  template <class How>
  static Value encode_as(const Map& map) {
    DictMaker dict(map.size(), &name);
    for (const auto& [key, value] : map) dict.add(AsKey::encode<K>(key), How::template encode<V>(value));
    return How::from_dict(dict.dict());
  }
  template <class How>
  static Map decode_as(const Value& value) {
    const Value entries = How::to_dict(value);
    if (entries.kind() != Kind::dict) throw_expected(&name, value);
    const Dict& dict = entries.as_dict();
    Map map;
    const Value* at = nullptr;
    try {
      for (const auto& [key, item] : dict) {
        at = &key;
        const auto [place, is_new] = map.emplace(AsKey::decode<K>(key), How::template decode<V>(item));
        if (is_new) continue;
        for (const auto& [earlier, unused] : dict)
          if (map.find(AsKey::decode<K>(earlier)) == place) throw_same_key(earlier, key, &name);
      }
    } catch (const Error&) {
      rethrow_within_key(*at);
    }
    return map;
  }
  static Value encode(const Map& map) requires Encodable<K> && Encodable<V> { return encode_as<AsItem>(map); }
  static Map decode(const Value& value) requires Decodable<K> && Decodable<V> { return decode_as<AsItem>(value); }
  static std::string name() {
    constexpr TypeName of[] = {name_of<K>(), name_of<V>()};
    return generic_name("dict", of);
  }
};

/// Tuples and pairs.
template <class Tuple, class... T>
struct TupleCodec {
  static constexpr Kinds kKinds = Kinds::of(Kind::tuple);
  static constexpr bool kHasColumns = true;

  template <class How>
  static Value encode_as(const Tuple& tuple) {
    ListMaker items(sizeof...(T));
    [&]<std::size_t... I>(std::index_sequence<I...>) { (items.add(How::template encode<T>(std::get<I>(tuple))), ...); }
    (std::index_sequence_for<T...>{});
    return items.tuple();
  }
  template <class How>
  static Tuple decode_as(const Value& value) {
    Items items(value, &name, sizeof...(T));
    try {
      return Tuple{How::template decode<T>(items.next())...};
    } catch (const Error&) {
      items.rethrow();
    }
  }
  static Value encode(const Tuple& tuple) requires(Encodable<T>&&...) { return encode_as<AsItem>(tuple); }
  static Tuple decode(const Value& value) requires(Decodable<T>&&...) { return decode_as<AsItem>(value); }
  static std::string name() {
    constexpr std::array<TypeName, sizeof...(T)> of{name_of<T>()...};
    return generic_name("tuple", of);
  }
};

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
      if constexpr (detail::InColumns<T> && std::default_initializable<T> && std::is_copy_assignable_v<T>)
        if (std::optional<std::vector<T>> vector = detail::scatter_columns<std::vector<T>>(value))
          return *std::move(vector);
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
  static constexpr bool kHasColumns = true;

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

template <class T, class A>
struct Codec<std::deque<T, A>> : detail::SequenceCodec<std::deque<T, A>> {};
template <class T, class A>
struct Codec<std::list<T, A>> : detail::SequenceCodec<std::list<T, A>> {};
/// Sets are sequences in their order of iteration. ValueError for what has an element twice.
template <class T, class C, class A>
struct Codec<std::set<T, C, A>> : detail::SetCodec<std::set<T, C, A>> {};
template <class T, class H, class E, class A>
struct Codec<std::unordered_set<T, H, E, A>> : detail::SetCodec<std::unordered_set<T, H, E, A>> {};
/// Maps are dicts. ValueError where two keys of the one are equal in the other.
template <class K, class V, class C, class A>
struct Codec<std::map<K, V, C, A>> : detail::MapCodec<std::map<K, V, C, A>> {};
template <class K, class V, class H, class E, class A>
struct Codec<std::unordered_map<K, V, H, E, A>> : detail::MapCodec<std::unordered_map<K, V, H, E, A>> {};

/// Text, byte for byte. A template, since only the name of path is known here.
template <class T>
requires std::is_same_v<T, std::filesystem::path>
struct Codec<T> {
  static constexpr detail::Kinds kKinds = detail::Kinds::of(Kind::string);
  static Value encode(const T& path) { return Value::string(path.string()); }
  static T decode(const Value& value) { return T(detail::decode_text(value)); }
  static std::string name() { return detail::word("str"); }
};

template <class... T>
struct Codec<std::tuple<T...>> : detail::TupleCodec<std::tuple<T...>, T...> {};
template <class A, class B>
struct Codec<std::pair<A, B>> : detail::TupleCodec<std::pair<A, B>, A, B> {};

}  // namespace enginery
