// core/values/objects.hpp: what lies behind a Value, kind by kind.
#pragma once

#include <atomic>
#include <complex>
#include <limits>

#include <enginery/value.hpp>

namespace enginery {

/// An object of one kind with its contents. One allocation each.
template <Kind K, class T>
struct Holding : Object {
  T contents;
  explicit Holding(T given) : Object(K), contents(std::move(given)) {}
};

template <class T>
struct Described {
  std::shared_ptr<T> object;
  std::string description;
  bool operator==(const Described& other) const noexcept { return object == other.object; }
};
struct OpaqueObject {
  OpaqueType type;
  std::shared_ptr<void> object;
  bool operator==(const OpaqueObject& other) const noexcept { return object == other.object; }
};

/// Holds every int, and the sum or difference of any two before it is known to be an int.
using Whole = __int128;
constexpr Whole kLeastInt = -(Whole{1} << 63), kMostInt = (Whole{1} << 64) - 1;
constexpr double kTwoTo63 = 9223372036854775808.0, kTwoTo64 = 2 * kTwoTo63;

using BooleanObject = Holding<Kind::boolean, bool>;
/// An int. `is_large`: it is beyond std::int64_t, and `bits` are those of a std::uint64_t; else of a std::int64_t.
struct IntegerObject : Object {
  const bool is_large;
  const std::uint64_t bits;
  explicit IntegerObject(std::int64_t number)
      : Object(Kind::integer), is_large(false), bits(static_cast<std::uint64_t>(number)) {}
  explicit IntegerObject(std::uint64_t number) : Object(Kind::integer), is_large(number >> 63 != 0), bits(number) {}
  Whole number() const noexcept { return is_large ? static_cast<Whole>(bits) : static_cast<std::int64_t>(bits); }
};
static_assert(sizeof(IntegerObject) == 16);
using RealObject = Holding<Kind::real, double>;
using ComplexObject = Holding<Kind::complex, std::complex<double>>;
using StringObject = Holding<Kind::string, std::string>;
using BytesObject = Holding<Kind::bytes, std::string>;
/// A list. Many items of one form are kept in columns, as core/enginery/columns.hpp describes them. Such a list looks
/// like any other: its items are made when somebody asks for them.
///
/// Threads: as a vector. Functions that only read may make items too, and are safe in several threads.
class ListObject : public Object {
 public:
  explicit ListObject(List items);
  /// Requires: is_columns(count, columns).
  ListObject(std::size_t count, Value columns);
  ~ListObject();

  /// The items as a vector. From now on they are no columns.
  List& items() {
    if (in_columns_.load(std::memory_order_acquire)) expand();
    return items_;
  }
  std::size_t size() const;
  /// The item: the same object each time. Requires: index < size().
  Value item(std::size_t index) const;
  /// An item to look at once: it may be another object each time.
  Value seen(std::size_t index) const;
  /// A copy of all items.
  List elements() const;
  /// The items, if they are in no columns.
  const List* plain() const noexcept { return in_columns_.load(std::memory_order_acquire) ? nullptr : &items_; }
  /// The columns, if the items are kept in columns and none was changed.
  std::optional<Value> columns() const;
  /// The result of slice(), if the items are kept in columns and nobody can change one. Requires: these items exist.
  std::optional<Value> sliced(std::int64_t start, std::int64_t step, std::int64_t count) const;

 private:
  struct InColumns;
  void expand() const;
  template <class F>
  Value item_by(std::size_t index, F f) const;

  mutable List items_;
  mutable std::atomic<InColumns*> in_columns_{nullptr};
};

using TupleObject = Holding<Kind::tuple, List>;
using DictObject = Holding<Kind::dict, Dict>;
using ArrayObject = Holding<Kind::array, Array>;
using ReferenceObject = Holding<Kind::reference, std::string>;
using FunctionObject = Holding<Kind::function, Described<const Function>>;
using ModuleObject = Holding<Kind::module, Described<ModuleNamespace>>;
using OpaqueHolding = Holding<Kind::opaque, OpaqueObject>;

/// The contents. Requires: the kind is O's.
template <class O>
auto& contents(const Value& value) {
  if constexpr (std::is_same_v<O, ListObject>)
    return static_cast<O*>(value.object())->items();
  else
    return static_cast<O*>(value.object())->contents;
}

/// A list of types. A number chooses one of them at run time.
template <class First, class... Rest>
struct Types {
  static constexpr std::size_t kCount = 1 + sizeof...(Rest);

  /// f(std::type_identity<T>()), where T is the type at `index`. Requires: index < kCount.
  template <class F>
  static decltype(auto) with(std::size_t index, F f) {
    using Result = decltype(f(std::type_identity<First>()));
    static constexpr Result (*kCalls[])(F&) = {&call<First, Result, F>, &call<Rest, Result, F>...};
    return kCalls[index](f);
  }

 private:
  template <class T, class Result, class F>
  static Result call(F& f) {
    return f(std::type_identity<T>());
  }
};

/// Calls `f` with the object as its own class. Requires: it is not None, which has no object.
template <class F>
decltype(auto) with_object(Object* object, F f) {
  using AfterNone =
      Types<BooleanObject, IntegerObject, RealObject, ComplexObject, StringObject, BytesObject, ListObject, TupleObject,
            DictObject, ArrayObject, ReferenceObject, FunctionObject, ModuleObject, OpaqueHolding>;
  static_assert(AfterNone::kCount == static_cast<std::size_t>(Kind::opaque), "a class for each kind, in their order");
  return AfterNone::with(static_cast<std::size_t>(object->kind) - 1,
                         [&]<class O>(std::type_identity<O>) -> decltype(auto) { return f(*static_cast<O*>(object)); });
}

/// Counts how deep a walk over nested Values is, and ends it as Python does before the stack ends.
class Depth {
 public:
  explicit Depth(const char* doing) {
    if (++depth_ > kDeepest) {
      --depth_;
      throw Error("RecursionError", std::string("maximum recursion depth exceeded while ") + doing +
                                        ": does the object contain itself? Nest at most 1000 deep");
    }
  }
  ~Depth() { --depth_; }
  Depth(const Depth&) = delete;
  Depth& operator=(const Depth&) = delete;

 private:
  static constexpr int kDeepest = 1000;
  static inline thread_local int depth_ = 0;
};

/// Reads the items of a list or tuple one by one, wherever they are kept. Requires: it is one.
class ItemReader {
 public:
  explicit ItemReader(const Object* object)
      : list_(object->kind == Kind::list ? static_cast<const ListObject*>(object) : nullptr),
        plain_(list_ ? list_->plain() : &static_cast<const TupleObject*>(object)->contents),
        size_(plain_ ? plain_->size() : list_->size()) {}
  explicit ItemReader(const Value& value) : ItemReader(value.object()) {}

  std::size_t size() const noexcept { return size_; }
  /// Lives until the next call.
  const Value& operator[](std::size_t index) {
    if (plain_) return (*plain_)[index];
    return seen_ = list_->seen(index);
  }

 private:
  const ListObject* list_;
  const List* plain_;
  std::size_t size_;
  Value seen_;
};

/// A list's or tuple's items. Requires: it is one.
inline const List& items_of(const Value& value) {
  return value.kind() == Kind::list ? contents<ListObject>(value) : contents<TupleObject>(value);
}

/// Is it a bool or an int? Both count as one in arithmetic.
inline bool is_integral(const Value& value) { return value.kind() == Kind::boolean || value.kind() == Kind::integer; }
/// Is it an int that only std::uint64_t holds?
inline bool is_large(const Value& value) {
  return value.kind() == Kind::integer && static_cast<const IntegerObject*>(value.object())->is_large;
}

/// For the end of an OverflowError's message.
inline constexpr const char* kIntRange = ": an int holds -2**63 to 2**64 - 1";
inline bool is_int(Whole number) { return kLeastInt <= number && number <= kMostInt; }

/// Requires: is_integral(value).
inline Whole integral(const Value& value) {
  if (value.kind() == Kind::boolean) return contents<BooleanObject>(value);
  return static_cast<const IntegerObject*>(value.object())->number();
}
/// As that, but an int beyond std::int64_t gives the largest one.
inline std::int64_t clamped_integral(const Value& value) {
  return is_large(value) ? std::numeric_limits<std::int64_t>::max() : static_cast<std::int64_t>(integral(value));
}
/// Requires: is_int(number).
inline Value integer_value(Whole number) {
  return number > std::numeric_limits<std::int64_t>::max() ? Value::integer(static_cast<std::uint64_t>(number))
                                                           : Value::integer(static_cast<std::int64_t>(number));
}
inline std::string integer_text(Whole number) {
  return number < 0 ? std::to_string(static_cast<std::int64_t>(number))
                    : std::to_string(static_cast<std::uint64_t>(number));
}
/// Is it a list, a tuple or an array?
inline bool has_items(const Value& value) {
  return value.kind() == Kind::list || value.kind() == Kind::tuple || value.kind() == Kind::array;
}
inline bool is_number(const Value& value) {
  return is_integral(value) || value.kind() == Kind::real || value.kind() == Kind::complex;
}

/// The repr() if it has at most `most` bytes, else its beginning and `ending`. What is cut off is not even made.
std::string repr_within(std::size_t most, const Value& value, std::string_view ending);
/// As that, but long arrays, lists, tuples, dicts, texts and bytes show how many items they have, and only the first
/// and last ones: "<f64 array of shape (2000,): [0.0, 1.0, 2.0, …, 1997.0, 1998.0, 1999.0]>".
std::string abbreviated_repr(std::size_t most, const Value& value, std::string_view ending);
/// The repr(), cut to a length that suits a message.
std::string brief(const Value& value);
/// As JSON. Numbers, texts, true, false and null are themselves; lists, tuples and arrays are arrays; dicts whose keys
/// are texts are objects. For what JSON has not: other dicts are arrays of [key, value]; nan, inf and -inf are texts; a
/// complex number is {"real", "imag"}, bytes are {"base64"}; functions, modules, References and opaque objects are
/// their repr() as a text. Bytes of a text that are not UTF-8 become U+FFFD. ValueError beyond `most` bytes, and for a
/// container that holds itself.
ENGINERY_API std::string json_text(std::size_t most, const Value& value);

namespace detail {
/// The items of a list, tuple or array. TypeError, which says `wanted`, for anything else (also for text).
List sequence_items(const Value& value, std::string_view wanted);
}  // namespace detail

/// The answer of Value::equal(), if both are lists whose columns are alike.
std::optional<bool> equal_in_columns(const Value& a, const Value& b);

/// KeyError, which says the key and what keys there are.
[[noreturn]] void throw_missing_key(const Dict& dict, const Value& key);

}  // namespace enginery
