// core/enginery/codec_keys.hpp: how what a container holds is encoded: as usual, or as a part of a dict's key.
//
// A key cannot change, so what would be a list, an array or a dict is a tuple in it, however deep; the entries of a
// dict and the fields of a struct are tuples (key, value) there.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <tuple>
#include <utility>

#include <enginery/codec_kinds.hpp>

namespace enginery::detail {

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
