// core/enginery/value.hpp: the dynamic type of the namespace and of calls by name.
#pragma once

#include <complex>
#include <concepts>
#include <cstdint>
#include <iosfwd>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <typeindex>
#include <utility>
#include <vector>

#include <enginery/errors.hpp>
#include <enginery/export.hpp>

namespace enginery {

class Value;
class Array;
class Dict;
class Function;
class ModuleNamespace;

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

enum class Kind : std::uint8_t {
  none, boolean, integer, real, complex, string, bytes, list, tuple, dict, array, reference, function, module, opaque
};

/// A handle to an object, as in Python: copying shares, `is` tells identity. Prints as Python would print it.
///
/// Threads: handles may be copied and dropped in any thread; an object is changed by one thread at a time.
class ENGINERY_API Value {
 public:
  /// None.
  Value() noexcept;
  Value(const Value&) noexcept;
  Value(Value&&) noexcept;
  Value& operator=(const Value&) noexcept;
  Value& operator=(Value&&) noexcept;
  ~Value();

  template <class T>
    requires(!std::same_as<std::remove_cvref_t<T>, Value> && Encodable<std::decay_t<T>>)
  Value(const T& object) : Value(Codec<std::decay_t<T>>::encode(object)) {}

  static Value boolean(bool);
  static Value integer(std::int64_t);
  static Value real(double);
  static Value complex(std::complex<double>);
  static Value string(std::string);
  static Value bytes(std::string);
  static Value list(List = {});
  static Value tuple(List);
  static Value dict(Dict);
  static Value array(Array);
  static Value reference(std::string path);
  static Value function(std::shared_ptr<const Function>);
  static Value module(std::shared_ptr<ModuleNamespace>);
  /// An object that lives on its engine only; other code reaches it as `T&` when its type is the very same.
  template <class T>
  static Value opaque(std::shared_ptr<T> object);

  Kind kind() const noexcept;
  /// Python's word for the type: "NoneType", "int", "float", "ndarray", …
  std::string type_name() const;
  bool is_none() const noexcept { return kind() == Kind::none; }
  /// The very same object?
  bool is(const Value& other) const noexcept;

  // The contents, of exactly that kind; else TypeError. References live as long as the object; a const handle gives a
  // mutable object, as in Python.
  bool as_boolean() const;
  std::int64_t as_integer() const;
  double as_real() const;
  std::complex<double> as_complex() const;
  const std::string& as_string() const;
  const std::string& as_bytes() const;
  List& as_list() const;
  const List& as_tuple() const;
  Dict& as_dict() const;
  Array& as_array() const;
  const std::string& as_reference() const;
  const std::shared_ptr<const Function>& as_function() const;
  const std::shared_ptr<ModuleNamespace>& as_module() const;
  // (opaque access, arithmetic, comparison, iteration, conversion: see the .cpp's owner)

  template <class T>
  T as() const { return Codec<T>::decode(*this); }

  /// Python's repr() and str().
  std::string repr() const;
  std::string str() const;

 private:
  struct Object;
  Object* object_ = nullptr;  // None is nullptr
};

ENGINERY_API std::ostream& operator<<(std::ostream&, const Value&);  // str()

}  // namespace enginery
