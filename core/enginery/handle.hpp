// core/enginery/handle.hpp: class Value itself; include value.hpp, which also knows how C++ types become one.
#pragma once

#include <atomic>
#include <concepts>
#include <iosfwd>
#include <optional>
#include <span>
#include <utility>

#include <enginery/errors.hpp>
#include <enginery/opaque.hpp>
#include <enginery/standard_types.hpp>

namespace enginery {

class Value;
class Array;
struct Subscript;
class Dict;
class Function;
struct ModuleNamespace;

using List = std::vector<Value>;

/// How a C++ type becomes a Value and back: `static Value encode(const T&)`, `static T decode(const Value&)`
/// (which throws TypeError or ValueError naming what it got), and `static std::string name()` for signatures.
/// Specialise it for own types.
template <class T>
struct Codec;

template <class T>
concept Encodable = requires(const T& object) {
  { Codec<T>::encode(object) } -> std::same_as<Value>;
};
template <class T>
concept Decodable = requires(const Value& value) {
  { Codec<T>::decode(value) } -> std::same_as<T>;
};

/// Refuses at compile time, with a sentence, a type that has no codec; of a plain struct it names the member.
template <class T>
consteval void require_encodable();
template <class T>
consteval void require_decodable();

namespace detail {

/// Refuses a Codec<T> that somebody wrote and that nothing can call.
template <class T>
consteval void check_encode();
template <class T>
consteval void check_decode();

}  // namespace detail

enum class Kind : std::uint8_t {
  none,
  boolean,
  integer,
  real,
  complex,
  string,
  bytes,
  list,
  tuple,
  dict,
  array,
  reference,
  function,
  module,
  opaque
};

/// Python's binary operators: + - * / // % ** @
enum class Operator : std::uint8_t { add, subtract, multiply, divide, floor_divide, modulo, power, matmul };
/// Python's orderings: < <= > >=
enum class Ordering : std::uint8_t { less, less_equal, greater, greater_equal };
/// Python's comparisons: < <= > >= == !=
enum class Comparison : std::uint8_t { less, less_equal, greater, greater_equal, equal, not_equal };

/// What a Value points to. Only core/values knows what follows it.
struct Object {
  std::atomic<std::uint32_t> count{1};
  const Kind kind;
  explicit Object(Kind of) noexcept : kind(of) {}
};

/// A handle to an object, as in Python: copying shares, `is` tells identity. Prints as Python would print it.
/// Lists that contain themselves are never freed.
///
/// Threads: handles may be copied and dropped in any thread; an object is changed by one thread at a time.
class ENGINERY_API Value {
 public:
  /// None.
  Value() noexcept = default;
  Value(const Value& other) noexcept : object_(other.object_) {
    if (object_) object_->count.fetch_add(1, std::memory_order_relaxed);
  }
  Value(Value&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  Value& operator=(const Value& other) noexcept {
    Value(other).swap(*this);
    return *this;
  }
  Value& operator=(Value&& other) noexcept {
    Value(std::move(other)).swap(*this);
    return *this;
  }
  ~Value() {
    if (object_ && object_->count.fetch_sub(1, std::memory_order_acq_rel) == 1) destroy(object_);
  }
  void swap(Value& other) noexcept { std::swap(object_, other.object_); }

  template <class T>
  requires(!std::same_as<std::remove_cvref_t<T>, Value> && Encodable<std::decay_t<T>>) Value(const T& object)
      : Value(Codec<std::decay_t<T>>::encode(object)) {}

  static Value boolean(bool);
  static Value integer(std::int64_t);
  template <std::unsigned_integral T>
  requires(sizeof(T) == sizeof(std::uint64_t)) static Value integer(T number) { return unsigned_integer(number); }
  static Value real(double);
  static Value complex(std::complex<double>);
  /// Text in UTF-8.
  static Value string(std::string);
  static Value bytes(std::string);
  static Value list(List = {});
  static Value tuple(List);
  static Value dict(Dict);
  static Value array(Array);
  static Value reference(std::string path);
  /// `description` is what is printed between < and >.
  static Value function(std::shared_ptr<const Function>, std::string description = "function");
  static Value module(std::shared_ptr<ModuleNamespace>, std::string description = "module");
  /// An object that lives on its engine only. It belongs to the module that this is called in; OpaqueType says which
  /// other code reaches it as `T&`.
  template <class T>
  static Value opaque(std::shared_ptr<T> object) {
    return opaque(OpaqueType::of<T>(), std::move(object));
  }
  static Value opaque(const OpaqueType& type, std::shared_ptr<void> object);

  Kind kind() const noexcept { return object_ ? object_->kind : Kind::none; }
  /// Python's word for the type: "NoneType", "int", "float", "ndarray", …; an opaque object's is its C++ type.
  std::string type_name() const;
  bool is_none() const noexcept { return object_ == nullptr; }
  /// The very same object?
  bool is(const Value& other) const noexcept { return object_ == other.object_; }
  /// A number that no other live object has (0 is None): Python's id().
  std::uintptr_t id() const noexcept { return reinterpret_cast<std::uintptr_t>(object_); }

  // The contents, of exactly that kind; else TypeError. References live as long as the object; a const handle gives a
  // mutable object, as in Python. A handle that is a temporary may be the object's last: it gives a copy, which cannot
  // be changed, since that would change nothing else.
  bool as_boolean() const;
  /// OverflowError beyond the type: an int is one of either.
  std::int64_t as_integer() const;
  std::uint64_t as_unsigned() const;
  /// Is it an int that only as_unsigned() gives?
  bool is_large_integer() const noexcept;
  double as_real() const;
  std::complex<double> as_complex() const;
  const std::string& as_string() const&;
  const std::string& as_bytes() const&;
  List& as_list() const&;
  const List& as_tuple() const&;
  Dict& as_dict() const&;
  Array& as_array() const&;
  const std::string& as_reference() const&;
  const std::shared_ptr<const Function>& as_function() const&;
  const std::shared_ptr<ModuleNamespace>& as_module() const&;
  const std::string as_string() const&& { return as_string(); }
  const std::string as_bytes() const&& { return as_bytes(); }
  const List as_list() const&& { return as_list(); }
  const List as_tuple() const&& { return as_tuple(); }
  const Dict as_dict() const&&;
  const Array as_array() const&&;
  const std::string as_reference() const&& { return as_reference(); }
  std::shared_ptr<const Function> as_function() const&& { return as_function(); }
  std::shared_ptr<ModuleNamespace> as_module() const&& { return as_module(); }

  /// The opaque object itself. TypeError, which says both types and modules, if this code does not mean that very type.
  template <class T>
  T& as_opaque() const& {
    return *static_cast<T*>(opaque_pointer(OpaqueType::of<T>()).get());
  }
  template <class T>
  void as_opaque() const&& {
    static_assert(!std::is_same_v<T, T>,
                  "enginery: this Value is a temporary, and the object may end with it: keep the Value in a variable, "
                  "or the object, by share_opaque<T>()");
  }
  /// As as_opaque(), sharing the ownership.
  template <class T>
  std::shared_ptr<T> share_opaque() const {
    return std::static_pointer_cast<T>(opaque_pointer(OpaqueType::of<T>()));
  }
  /// Would as_opaque<T>() succeed?
  template <class T>
  bool holds_opaque() const noexcept {
    return kind() == Kind::opaque && opaque_type()->agrees_with(OpaqueType::of<T>());
  }
  /// The type of an opaque object; nullptr for other kinds.
  const OpaqueType* opaque_type() const& noexcept;
  /// The opaque object if it is of type `wanted`; else TypeError.
  const std::shared_ptr<void>& opaque_pointer(const OpaqueType& wanted) const&;

  /// Decoded. TypeError or ValueError if it does not fit into a T.
  template <class T>
  T as() const {
    require_decodable<T>();
    return Codec<T>::decode(*this);
  }

  // Python's container protocol.

  /// len(): elements, entries, code points of a string, rows of an array. TypeError for what has none.
  std::size_t size() const;
  /// self[key]: an index (negative counts from the end), a dict's key, a tuple of indices for an array.
  /// IndexError, KeyError or TypeError as Python raises them.
  Value at(const Value& key) const;
  /// self[start:stop:step] of a list, tuple, string, bytes or array. ValueError if step is 0.
  Value slice(std::optional<std::int64_t> start, std::optional<std::int64_t> stop,
              std::optional<std::int64_t> step = {}) const;
  /// self[key] = value, in a list, dict or array. ValueError if an array's dtype would lose something of it; floats are
  /// rounded, but not to infinity (OverflowError).
  void set_item(const Value& key, const Value& value) const;
  /// del self[key], in a list or dict.
  void delete_item(const Value& key) const;
  /// The same three with slices, and with one part for each axis of an array: an index, a slice, or None for a new axis
  /// of extent 1. Alone, an array or list of bools or of indices chooses among an array's elements or rows. What is
  /// got is a copy, also of an array, where numpy gives a view; what is set is repeated over the part as numpy does.
  /// Requires: at least one part.
  Value at(std::span<const Subscript> subscripts) const;
  void set_item(std::span<const Subscript> subscripts, const Value& value) const;
  void delete_item(std::span<const Subscript> subscripts) const;
  /// To a list.
  void append(Value value) const;
  /// element in self
  bool contains(const Value& element) const;
  /// What a for loop would see: elements, a dict's keys, characters, rows.
  List elements() const;

  /// bool(self). ValueError for an array of more than one element.
  bool truth() const;
  /// Equal values hash equally (1, 1.0, True). TypeError for what is mutable.
  std::size_t hash() const;

  // Arithmetic and comparison, as Python does them on None, bool, int, float, complex, str, bytes, list, tuple and
  // dict. int is from -2**63 to 2**64 - 1: OverflowError beyond. ZeroDivisionError. With an array on one side,
  // arithmetic is numpy's: element by element with broadcasting, lists become arrays, Python's numbers give way to the
  // array's dtype, integers wrap, and a division by zero gives 0, inf or nan.

  /// left op right. TypeError if there is no such thing; ValueError if the shapes of arrays do not fit.
  static Value binary(Operator op, const Value& left, const Value& right);
  /// self op= right: rebinds what is immutable, changes a list or an array in place. TypeError if the array's dtype
  /// cannot hold the results.
  Value& augment(Operator op, const Value& right);
  static bool ordered(Ordering op, const Value& left, const Value& right);
  /// One bool, also of arrays, which are equal whole: shape and elements, whatever the dtype.
  static bool equal(const Value& left, const Value& right);
  /// What the expression `left < right` gives: a bool, or with arrays a bool array, element by element.
  static Value compare(Comparison op, const Value& left, const Value& right);

  friend Value operator+(const Value& a, const Value& b) { return binary(Operator::add, a, b); }
  friend Value operator-(const Value& a, const Value& b) { return binary(Operator::subtract, a, b); }
  friend Value operator*(const Value& a, const Value& b) { return binary(Operator::multiply, a, b); }
  friend Value operator/(const Value& a, const Value& b) { return binary(Operator::divide, a, b); }
  friend Value operator%(const Value& a, const Value& b) { return binary(Operator::modulo, a, b); }
  friend Value floor_divide(const Value& a, const Value& b) { return binary(Operator::floor_divide, a, b); }
  friend Value pow(const Value& a, const Value& b) { return binary(Operator::power, a, b); }
  Value operator-() const;
  Value operator+() const;
  /// Of ints and of arrays of them; of an array of bools, the opposite of each.
  Value operator~() const;
  Value& operator+=(const Value& right) { return augment(Operator::add, right); }
  Value& operator-=(const Value& right) { return augment(Operator::subtract, right); }
  Value& operator*=(const Value& right) { return augment(Operator::multiply, right); }
  Value& operator/=(const Value& right) { return augment(Operator::divide, right); }
  Value& operator%=(const Value& right) { return augment(Operator::modulo, right); }
  friend bool operator==(const Value& a, const Value& b) { return equal(a, b); }
  friend bool operator<(const Value& a, const Value& b) { return ordered(Ordering::less, a, b); }
  friend bool operator<=(const Value& a, const Value& b) { return ordered(Ordering::less_equal, a, b); }
  friend bool operator>(const Value& a, const Value& b) { return ordered(Ordering::greater, a, b); }
  friend bool operator>=(const Value& a, const Value& b) { return ordered(Ordering::greater_equal, a, b); }

  /// Python's repr() and str().
  std::string repr() const;
  std::string str() const;

  /// For core/values: the object behind the handle, and a handle that takes over one count of it.
  Object* object() const noexcept { return object_; }
  static Value adopt(Object* object) noexcept {
    Value value;
    value.object_ = object;
    return value;
  }

 private:
  static void destroy(Object* object) noexcept;
  static Value unsigned_integer(std::uint64_t);

  Object* object_ = nullptr;  // None is nullptr
};

/// abs(value): of a number, or of each in an array. TypeError for what is neither.
ENGINERY_API Value absolute(const Value& value);

ENGINERY_API std::ostream& operator<<(std::ostream&, const Value&);  // str()

/// The shortest text that reads back as the same double, as Python prints it: 5.0, 1e+16, inf, nan.
ENGINERY_API std::string real_repr(double number);
/// Text in quotes, as Python's repr() of a string.
ENGINERY_API std::string string_repr(std::string_view text);

}  // namespace enginery
