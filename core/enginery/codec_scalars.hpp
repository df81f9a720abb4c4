// core/enginery/codec_scalars.hpp: codecs of numbers, text, and enginery's own types. Include codec.hpp.
#pragma once

#include <cstring>
#include <limits>
#include <variant>

#include <enginery/array.hpp>
#include <enginery/dict.hpp>

namespace enginery {
namespace detail {

/// The C++ name of T, for messages.
template <class T>
constexpr std::string_view type_name();

/// Codec<T>::name; without a codec, the C++ name.
using TypeName = std::string (*)();
template <class T>
consteval TypeName name_of() {
  if constexpr (requires { TypeName{&Codec<T>::name}; })
    return &Codec<T>::name;
  else if constexpr (requires { Codec<T>::name(); })
    return +[]() -> std::string { return Codec<T>::name(); };
  else
    return +[] { return std::string(type_name<T>()); };
}
/// `text` as a string: a call of it is less code for each codec than a constructor.
ENGINERY_API std::string word(const char* text);
/// "None", the type of what a function without a result gives.
ENGINERY_API std::string none_name();

/// Throws TypeError "expected WANTED, got str 'abc'".
[[noreturn]] ENGINERY_API void throw_expected(std::string_view wanted, const Value& got);
[[noreturn]] ENGINERY_API void throw_expected(TypeName wanted, const Value& got);
/// For a catch block: throws the current error again with "PLACE: " before its message.
[[noreturn]] ENGINERY_API void rethrow_within(const std::string& place);
[[noreturn]] ENGINERY_API void rethrow_within_key(const Value& key);
[[noreturn]] ENGINERY_API void rethrow_within_field(std::string_view name);

// The compiled part of decode_integer().
ENGINERY_API std::int64_t decode_signed(const Value& value, std::int64_t low, std::int64_t high, std::string_view type);
ENGINERY_API std::uint64_t decode_unsigned(const Value& value, std::uint64_t high, std::string_view type);
/// A number as floating point: rounded from a wider one, else exactly. OverflowError for a float that would become
/// infinite, ValueError for an int that loses something; both name it.
ENGINERY_API double decode_real(const Value& value);
ENGINERY_API float decode_float(const Value& value);
struct Complex {
  double real, imag;
};
ENGINERY_API Complex decode_complex(const Value& value);
/// Both parts are floats.
ENGINERY_API Complex decode_single_complex(const Value& value);
/// ValueError if it is none.
ENGINERY_API double exact_double(long double number);
ENGINERY_API Value encode_complex(const Complex& number);
ENGINERY_API Value encode_char(char character);
ENGINERY_API char decode_char(const Value& value);
/// The text of a str, or what a bytes object holds.
ENGINERY_API const std::string& decode_text(const Value& value);

template <class T>
constexpr std::string_view type_name() {
  constexpr std::string_view text = __PRETTY_FUNCTION__;
  constexpr std::size_t begin = text.find("T = ") + 4;
  constexpr std::size_t semicolon = text.find(';', begin);
  constexpr std::size_t end = semicolon == std::string_view::npos ? text.rfind(']') : semicolon;
  return text.substr(begin, end - begin);
}

template <class T>
concept Integer = Number<T> && std::is_integral_v<T> && !std::is_same_v<T, bool>;

/// An int, or True or False, within the limits of T; `type` is named in the OverflowError.
template <class T>
T decode_integer(const Value& value, std::string_view type) {
  using Limits = std::numeric_limits<T>;
  if constexpr (std::is_signed_v<T>)
    return static_cast<T>(decode_signed(value, Limits::min(), Limits::max(), type));
  else
    return static_cast<T>(decode_unsigned(value, Limits::max(), type));
}

}  // namespace detail

template <>
struct Codec<Value> {
  static Value encode(const Value& value) { return value; }
  static Value decode(const Value& value) { return value; }
  static std::string name() { return detail::word("object"); }
};

/// None.
template <>
struct Codec<std::nullptr_t> {
  static Value encode(std::nullptr_t) { return Value(); }
  static std::nullptr_t decode(const Value& value) {
    if (!value.is_none()) detail::throw_expected("None", value);
    return nullptr;
  }
  static std::string name() { return detail::word("None"); }
};
template <>
struct Codec<std::monostate> {
  static Value encode(std::monostate) { return Value(); }
  static std::monostate decode(const Value& value) { return Codec<std::nullptr_t>::decode(value), std::monostate{}; }
  static std::string name() { return detail::word("None"); }
};

template <>
struct Codec<bool> {
  static Value encode(bool truth) { return Value::boolean(truth); }
  static bool decode(const Value& value) {
    if (value.kind() != Kind::boolean) detail::throw_expected("bool", value);
    return value.as_boolean();
  }
  static std::string name() { return detail::word("bool"); }
};

/// Integers, among them signed and unsigned char. OverflowError for an int that does not fit.
template <detail::Integer T>
struct Codec<T> {
  static Value encode(T number) { return Value::integer(number); }
  static T decode(const Value& value) { return detail::decode_integer<T>(value, detail::type_name<T>()); }
  static std::string name() { return detail::word("int"); }
};

template <>
struct Codec<double> {
  static Value encode(double number) { return Value::real(number); }
  static double decode(const Value& value) { return detail::decode_real(value); }
  static std::string name() { return detail::word("float"); }
};
/// Rounds a float to the nearest; OverflowError for what is too large. An int is taken exactly or refused.
template <>
struct Codec<float> {
  static Value encode(float number) { return Value::real(static_cast<double>(number)); }
  static float decode(const Value& value) { return detail::decode_float(value); }
  static std::string name() { return detail::word("float"); }
};
/// As the double that it is exactly; else ValueError.
template <>
struct Codec<long double> {
  static Value encode(long double number) { return Value::real(detail::exact_double(number)); }
  static long double decode(const Value& value) { return detail::decode_real(value); }
  static std::string name() { return detail::word("float"); }
};

template <class T>
requires std::is_floating_point_v<T>
struct Codec<std::complex<T>> {
  static Value encode(const std::complex<T>& number) {
    if constexpr (std::is_same_v<T, long double>)
      return detail::encode_complex({detail::exact_double(number.real()), detail::exact_double(number.imag())});
    else
      return detail::encode_complex({static_cast<double>(number.real()), static_cast<double>(number.imag())});
  }
  static std::complex<T> decode(const Value& value) {
    const detail::Complex number =
        std::is_same_v<T, float> ? detail::decode_single_complex(value) : detail::decode_complex(value);
    return {static_cast<T>(number.real), static_cast<T>(number.imag)};
  }
  static std::string name() { return detail::word("complex"); }
};

/// An enumeration is its underlying integer.
template <class T>
requires std::is_enum_v<T>
struct Codec<T> {
  using Underlying = std::underlying_type_t<T>;
  static constexpr bool kIsUnderlying = true;
  static Value encode(T enumerator) { return Value::integer(static_cast<Underlying>(enumerator)); }
  static T decode(const Value& value) {
    return static_cast<T>(detail::decode_integer<Underlying>(value, detail::type_name<T>()));
  }
  static std::string name() { return detail::word("int"); }
};

/// Text of length one; a byte beyond ASCII is the code point of that number.
template <>
struct Codec<char> {
  static Value encode(char character) { return detail::encode_char(character); }
  static char decode(const Value& value) { return detail::decode_char(value); }
  static std::string name() { return detail::word("str"); }
};

template <>
struct Codec<std::string> {
  static Value encode(const std::string& text) { return Value::string(text); }
  static std::string decode(const Value& value) { return detail::decode_text(value); }
  static std::string name() { return detail::word("str"); }
};
template <>
struct Codec<std::string_view> {
  static Value encode(std::string_view text) { return Value::string(std::string(text)); }
  static std::string name() { return detail::word("str"); }
};
/// None if it is null.
template <>
struct Codec<const char*> {
  static Value encode(const char* text) { return text ? Value::string(text) : Value(); }
  static std::string name() { return detail::word("str"); }
};
template <>
struct Codec<char*> : Codec<const char*> {};
/// A literal, or a buffer that ends at its first NUL.
template <std::size_t N>
struct Codec<char[N]> {
  static Value encode(const char (&text)[N]) { return Value::string(std::string(text, ::strnlen(text, N))); }
  static std::string name() { return detail::word("str"); }
};
template <>
struct Codec<Bytes> {
  static Value encode(const Bytes& bytes) { return Value::bytes(std::string(bytes.text())); }
  static Bytes decode(const Value& value) { return Bytes::copy(detail::decode_text(value)); }
  static std::string name() { return detail::word("bytes"); }
};

template <>
struct ENGINERY_API Codec<Array> {
  static Value encode(const Array& array) { return Value::array(array); }
  /// Also a list or tuple of numbers, which may be nested.
  static Array decode(const Value& value);
  static std::string name() { return detail::word("array"); }
};
template <>
struct Codec<Dict> {
  static Value encode(const Dict& dict) { return Value::dict(dict); }
  static Dict decode(const Value& value) {
    if (value.kind() != Kind::dict) detail::throw_expected("dict", value);
    return value.as_dict();
  }
  static std::string name() { return detail::word("dict"); }
};

}  // namespace enginery
