// core/enginery/codec_keys.hpp: which kinds of Value a C++ type can become, and how what a container holds is encoded:
// as usual, or as a part of a dict's key.
//
// A key cannot change, so what would be a list, an array or a dict is a tuple in it, however deep; the entries of a
// dict and the fields of a struct are tuples (key, value) there.
#pragma once

#include <tuple>

#include <enginery/codec_scalars.hpp>

namespace enginery::detail {

/// A set of Kinds.
struct Kinds {
  std::uint32_t bits = 0;

  template <class... K>
  static constexpr Kinds of(K... kinds) {
    return {(0U | ... | (1U << static_cast<unsigned>(kinds)))};
  }
  static constexpr Kinds any() { return {~0U}; }
  constexpr bool has(Kind kind) const { return bits >> static_cast<unsigned>(kind) & 1U; }
  constexpr bool meets(Kinds other) const { return (bits & other.bits) != 0; }
  constexpr Kinds operator|(Kinds other) const { return {bits | other.bits}; }
  constexpr bool operator==(const Kinds&) const = default;
};

inline constexpr Kinds kNumbers = Kinds::of(Kind::boolean, Kind::integer, Kind::real, Kind::complex);
inline constexpr Kinds kMutable = Kinds::of(Kind::list, Kind::array, Kind::dict);

/// What the sequences of the standard library hold.
template <class T>
struct SequenceItem {};
template <class T, class A>
struct SequenceItem<std::vector<T, A>> : std::type_identity<T> {};
template <class T, std::size_t N>
struct SequenceItem<std::array<T, N>> : std::type_identity<T> {};
template <class T, std::size_t N>
struct SequenceItem<std::span<T, N>> : std::type_identity<std::remove_const_t<T>> {};
template <class T, class A>
struct SequenceItem<std::deque<T, A>> : std::type_identity<T> {};
template <class T, class A>
struct SequenceItem<std::list<T, A>> : std::type_identity<T> {};
template <class T, class C, class A>
struct SequenceItem<std::set<T, C, A>> : std::type_identity<T> {};
template <class T, class H, class E, class A>
struct SequenceItem<std::unordered_set<T, H, E, A>> : std::type_identity<T> {};
template <class T>
concept Sequence = requires {
  typename SequenceItem<T>::type;
}
&&!std::is_same_v<T, std::vector<std::byte>>;

/// What Codec<T>::encode can give. A codec that others than enginery wrote may give anything.
template <class T>
constexpr Kinds kinds_of() {
  if constexpr (requires { Codec<T>::kKinds; })
    return Codec<T>::kKinds;
  else if constexpr (std::is_same_v<T, std::monostate> || std::is_same_v<T, std::nullptr_t>)
    return Kinds::of(Kind::none);
  else if constexpr (std::is_same_v<T, bool>)
    return Kinds::of(Kind::boolean);
  else if constexpr (Integer<T> || std::is_enum_v<T>)
    return Kinds::of(Kind::integer);
  else if constexpr (std::is_floating_point_v<T>)
    return Kinds::of(Kind::real);
  else if constexpr (std::is_same_v<T, std::string> || std::is_same_v<T, std::string_view> || std::is_same_v<T, char>)
    return Kinds::of(Kind::string);
  else if constexpr (std::is_same_v<T, const char*>)
    return Kinds::of(Kind::string, Kind::none);
  else if constexpr (std::is_same_v<T, std::complex<double>> || std::is_same_v<T, std::complex<float>>)
    return Kinds::of(Kind::complex);
  else if constexpr (std::is_same_v<T, Bytes> || std::is_same_v<T, std::vector<std::byte>>)
    return Kinds::of(Kind::bytes);
  else if constexpr (std::is_same_v<T, Array>)
    return Kinds::of(Kind::array);
  else if constexpr (std::is_same_v<T, Dict>)
    return Kinds::of(Kind::dict);
  else if constexpr (Sequence<T>)
    return Kinds::of(Number<typename SequenceItem<T>::type> ? Kind::array : Kind::list);
  else
    return Kinds::any();
}

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
  /// The items that next() gave.
  std::span<const Value> given() const noexcept { return {items_.data(), next_}; }
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

/// A dict that grows, and loses nothing.
class ENGINERY_API DictMaker {
 public:
  /// `name` is for errors.
  DictMaker(std::size_t count, TypeName name);
  ~DictMaker();
  DictMaker(const DictMaker&) = delete;
  DictMaker& operator=(const DictMaker&) = delete;

  /// ValueError, which names both keys, if an equal one is there; TypeError for what cannot be a key.
  void add(Value key, Value item);
  Value dict();

 private:
  Dict dict_;
  TypeName name_;
};

/// ValueError: `first` and `second` are one key (or element) of the C++ type `name`.
[[noreturn]] ENGINERY_API void throw_same_key(const Value& first, const Value& second, TypeName name);
/// A set of all items. ValueError if one comes twice.
template <class Set, class How>
Set decode_set(Items& items) {
  using T = typename Set::value_type;
  Set set;
  while (items.more()) {
    const Value& item = items.next();
    const auto [place, is_new] = set.insert(How::template decode<T>(item));
    if (is_new) continue;
    for (const Value& earlier : items.given())
      if (set.find(How::template decode<T>(earlier)) == place) throw_same_key(earlier, item, &Codec<Set>::name);
  }
  return set;
}

/// An array as nested tuples. ValueError if that would lose its shape.
ENGINERY_API Value tuples_of_array(const Value& array);
/// {k: v, …} as ((k, v), …), and back; what is no tuple of pairs stays as it is.
ENGINERY_API Value pairs_of_dict(const Value& dict);
ENGINERY_API Value dict_of_pairs(const Value& value);

/// As usual.
struct AsItem {
  template <class T>
  static Value encode(const T& object) {
    return Codec<T>::encode(object);
  }
  template <class T>
  static T decode(const Value& value) {
    return Codec<T>::decode(value);
  }
  template <class T>
  static constexpr Kinds kinds() {
    return kinds_of<T>();
  }
  /// What a value of these kinds is here.
  static constexpr Kinds seen(Kinds kinds) { return kinds; }
  static Value from_dict(Value dict) { return dict; }
  static const Value& to_dict(const Value& value) { return value; }
};

template <class T, class How>
concept KnowsHow = requires(const T& object) {
  Codec<T>::template encode_as<How>(object);
};

/// In a key.
struct AsKey {
  template <class T>
  static Value encode(const T& object) {
    if constexpr (KnowsHow<T, AsKey>) {
      return Codec<T>::template encode_as<AsKey>(object);
    } else if constexpr (Sequence<T>) {
      ListMaker items(object.size());
      for (const auto& item : object) items.add(encode<typename SequenceItem<T>::type>(item));
      return items.tuple();
    } else if constexpr (kinds_of<T>() == Kinds::of(Kind::array)) {
      return tuples_of_array(Codec<T>::encode(object));
    } else {
      return Codec<T>::encode(object);
    }
  }
  template <class T>
  static T decode(const Value& value) {
    if constexpr (KnowsHow<T, AsKey>)
      return Codec<T>::template decode_as<AsKey>(value);
    else if constexpr (Sequence<T>)
      return decode_sequence<T>(value);
    else
      return Codec<T>::decode(value);
  }
  template <class T>
  static constexpr Kinds kinds() {
    if constexpr (requires { Codec<T>::template kinds_as<AsKey>(); })
      return Codec<T>::template kinds_as<AsKey>();
    else
      return seen(kinds_of<T>());
  }
  /// 1, 1.0 and True are one key.
  static constexpr Kinds seen(Kinds kinds) {
    if (kinds.meets(kNumbers)) kinds = kinds | kNumbers;
    return kinds.meets(kMutable) ? Kinds{(kinds | Kinds::of(Kind::tuple)).bits & ~kMutable.bits} : kinds;
  }
  static Value from_dict(const Value& dict) { return pairs_of_dict(dict); }
  static Value to_dict(const Value& value) { return dict_of_pairs(value); }

 private:
  template <class T>
  static T decode_sequence(const Value& value) {
    using Item = typename SequenceItem<T>::type;
    Items items(value, &Codec<T>::name);
    try {
      if constexpr (requires(T & object, Item && item) { object.push_back(std::move(item)); }) {
        T object;
        while (items.more()) object.push_back(decode<Item>(items.next()));
        return object;
      } else if constexpr (requires(T & object, Item && item) { object.insert(std::move(item)); }) {
        return decode_set<T, AsKey>(items);
      } else {
        Items exactly(value, &Codec<T>::name, std::tuple_size_v<T>);
        return [&]<std::size_t... I>(std::index_sequence<I...>) { return T{(void(I), decode<Item>(items.next()))...}; }
        (std::make_index_sequence<std::tuple_size_v<T>>{});
      }
    } catch (const Error&) {
      items.rethrow();
    }
  }
};

}  // namespace enginery::detail
