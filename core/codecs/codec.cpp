// core/codecs/codec.cpp: the compiled parts of the codecs, and what they say when a value does not fit.
//
// The templates in core/enginery/codec*.hpp know the user's types; what does not depend on a type is here, so that a
// plugin does not compile it again. Numbers follow one rule, narrow(): a float is rounded to a narrower float, an int
// is taken exactly or refused, and an error names the number that does not fit. An error inside of a container gets the
// place before its text, one level at a time, by rethrow_within(): "key 'a': item 3: expected int, got str 'x'".
#include <enginery/codec.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <complex>
#include <limits>

#include "core/values/dtype.hpp"
#include "core/values/objects.hpp"

namespace enginery {
namespace {

/// "str 'abc'", "list [1, 2]", "None".
std::string described(const Value& value) {
  if (value.is_none()) return "None";
  if (value.kind() == Kind::array) return "an " + brief(value);
  if (value.kind() == Kind::opaque) return "an object of type " + value.type_name();
  return value.type_name() + " " + brief(value);
}

/// All leaves of nested lists, tuples and arrays in row-major order. The first item of each list says its `shape`.
void gather(const Value& value, std::size_t axis, std::vector<std::int64_t>& shape, bool first, List& leaves) {
  const bool nested = value.kind() == Kind::list || value.kind() == Kind::tuple ||
                      (value.kind() == Kind::array && contents<ArrayObject>(value).ndim() > 0);
  if (!first && nested != (axis < shape.size()))
    throw ValueError("the lists do not make an array: they are nested unequally at " + brief(value));
  if (!nested) {
    if (!is_number(value)) detail::throw_expected("a number", value);
    leaves.push_back(value);
    return;
  }
  const List items = value.elements();
  const std::int64_t count = static_cast<std::int64_t>(items.size());
  if (first) {
    if (axis == Array::kMaxDimensions) throw ValueError("lists are nested too deeply for an array");
    shape.push_back(count);
  } else if (shape[axis] != count) {
    throw ValueError("the lists do not make an array: one has " + std::to_string(shape[axis]) + " items, another " +
                     std::to_string(count));
  }
  for (std::size_t i = 0; i < items.size(); ++i) gather(items[i], axis + 1, shape, first && i == 0, leaves);
}

/// u64 if there is an int that only that holds, else i64. ValueError if neither holds all.
DType common_integer(const List& leaves) {
  const auto large = std::ranges::find_if(leaves, is_large);
  if (large == leaves.end()) return DType::i64;
  const auto negative = std::ranges::find_if(leaves, [](const Value& leaf) { return integral(leaf) < 0; });
  if (negative != leaves.end())
    throw ValueError("no array of ints holds both " + negative->repr() + " and " + large->repr() +
                     "; make them floats");
  return DType::u64;
}

DType common_dtype(const List& leaves) {
  if (leaves.empty()) return DType::f64;
  // bool < int < float < complex, as Kind counts them.
  const Value& widest = *std::ranges::max_element(leaves, {}, &Value::kind);
  return widest.kind() == Kind::integer ? common_integer(leaves) : dtype_of_number(widest);
}

/// The dtype that the list has which is kept as this array: that of its items as Python's numbers.
DType common_dtype(const Array& column) {
  const NumberClass kind = class_of(column.dtype());
  if (kind == NumberClass::boolean) return DType::boolean;
  if (kind >= NumberClass::real) return kind == NumberClass::real ? DType::f64 : DType::c128;
  if (column.dtype() != DType::u64) return DType::i64;
  constexpr std::uint64_t kMost = std::numeric_limits<std::int64_t>::max();
  const auto is_beyond = [](std::uint64_t number) { return number > kMost; };
  return std::ranges::any_of(column.elements<std::uint64_t>(), is_beyond) ? DType::u64 : DType::i64;
}

/// Lists and tuples of numbers; of the dtype that holds them all if none is given.
Array array_of_lists(const Value& value, std::optional<DType> dtype) {
  if (value.kind() != Kind::list && value.kind() != Kind::tuple)
    detail::throw_expected("an array or a list of numbers", value);
  if (const std::optional<Value> columns = detail::columns_of(value);
      columns && columns->kind() == Kind::array && contents<ArrayObject>(*columns).order() == Order::row_major) {
    const Array& array = contents<ArrayObject>(*columns);
    return array.narrowed(dtype.value_or(common_dtype(array)));
  }
  std::vector<std::int64_t> shape;
  List leaves;
  gather(value, 0, shape, true, leaves);
  Array array(dtype.value_or(common_dtype(leaves)), shape);
  with_type(array.dtype(), [&]<class T>(T) {
    T* const to = array.mutable_elements<T>().data();
    for (std::size_t i = 0; i < leaves.size(); ++i) {
      const Fit fit = with_number(leaves[i], [&](auto given) { return narrow(given, to[i]); });
      if (fit > Fit::rounded) throw_unfit_element(i, leaves[i], fit, array.dtype());
    }
  });
  return array;
}

}  // namespace

Array Codec<Array>::decode(const Value& value) {
  return value.kind() == Kind::array ? contents<ArrayObject>(value) : array_of_lists(value, std::nullopt);
}

Array array_of(const Value& value, DType dtype) {
  return value.kind() == Kind::array ? contents<ArrayObject>(value).narrowed(dtype) : array_of_lists(value, dtype);
}

namespace detail {

void throw_expected(std::string_view wanted, const Value& got) {
  throw TypeError("expected " + std::string(wanted) + ", got " + described(got));
}

void rethrow_within(const std::string& place) {
  // The class stays, as callers tell errors by it. An error of any other class keeps at least its ename.
  try {
    throw;
  } catch (const TypeError& error) {
    throw TypeError(place + ": " + error.what());
  } catch (const ValueError& error) {
    throw ValueError(place + ": " + error.what());
  } catch (const OverflowError& error) {
    throw OverflowError(place + ": " + error.what());
  } catch (const KeyError& error) {
    throw KeyError(place + ": " + error.what());
  } catch (const IndexError& error) {
    throw IndexError(place + ": " + error.what());
  } catch (const Error& error) {
    throw Error(error.ename(), place + ": " + error.what());
  }
}

void throw_expected(TypeName wanted, const Value& got) { throw_expected(wanted(), got); }

void rethrow_within_key(const Value& key) { rethrow_within("key " + key.repr()); }
void rethrow_within_field(std::string_view name) { rethrow_within("field " + std::string(name)); }

std::string word(const char* text) { return text; }
std::string none_name() { return "None"; }

std::string array_name(DType dtype) { return std::string("array[") + to_string(dtype) + "]"; }

std::string generic_name(std::string_view what, std::span<const TypeName> of) {
  std::string text(what);
  text += '[';
  for (const TypeName name : of) text += (text.back() == '[' ? "" : ", ") + name();
  return text + ']';
}

/// `value` as a whole number between the limits of `type`.
static Whole whole_between(const Value& value, Whole low, Whole high, std::string_view type) {
  if (!is_integral(value)) throw_expected("int", value);
  const Whole number = integral(value);
  if (number < low || number > high)
    throw OverflowError(integer_text(number) + " does not fit into " + std::string(type) + ", which holds " +
                        integer_text(low) + " to " + integer_text(high));
  return number;
}

std::int64_t decode_signed(const Value& value, std::int64_t low, std::int64_t high, std::string_view type) {
  return static_cast<std::int64_t>(whole_between(value, low, high, type));
}

std::uint64_t decode_unsigned(const Value& value, std::uint64_t high, std::string_view type) {
  return static_cast<std::uint64_t>(whole_between(value, 0, high, type));
}

/// By the rule of narrow().
template <class T>
T number_as(const Value& value, const char* type) {
  T number{};
  const Fit fit = with_number(value, [&](auto given) { return narrow(given, number); });
  if (fit == Fit::beyond)
    throw OverflowError(value.repr() + " does not fit into " + type + ", which holds up to 3.4e+38; take a double");
  if (fit == Fit::lost)
    throw ValueError(value.repr() + " cannot be a " + type + " without loss; pass it as a float, or take an int");
  return number;
}

double decode_real(const Value& value) {
  if (value.kind() == Kind::real) return contents<RealObject>(value);
  if (!is_integral(value)) throw_expected("float", value);
  return number_as<double>(value, "double");
}

float decode_float(const Value& value) {
  if (value.kind() != Kind::real && !is_integral(value)) throw_expected("float", value);
  return number_as<float>(value, "float");
}

template <class Part>
static Complex complex_as(const Value& value, const char* type) {
  if (!is_number(value)) throw_expected("complex", value);
  const auto number = number_as<std::complex<Part>>(value, type);
  return {double{number.real()}, double{number.imag()}};
}

Complex decode_complex(const Value& value) { return complex_as<double>(value, "complex<double>"); }
Complex decode_single_complex(const Value& value) { return complex_as<float>(value, "complex<float>"); }

double exact_double(long double number) {
  const double result = static_cast<double>(number);
  if (static_cast<long double>(result) == number || std::isnan(number)) return result;
  char text[64];
  char* const end = std::to_chars(text, text + sizeof text, number).ptr;
  throw ValueError("the long double " + std::string(text, end) +
                   " cannot be a double without loss; round it: static_cast<double>(x)");
}

Value encode_complex(const Complex& number) { return Value::complex({number.real, number.imag}); }

Value encode_char(char character) {
  const unsigned char byte = static_cast<unsigned char>(character);
  if (byte < 0x80) return Value::string(std::string(1, character));
  return Value::string({static_cast<char>(0xc0 | byte >> 6), static_cast<char>(0x80 | (byte & 0x3f))});
}

char decode_char(const Value& value) {
  if (value.kind() != Kind::string) throw_expected("text of length one", value);
  const std::string& text = contents<StringObject>(value);
  if (text.size() == 1) return text[0];
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  if (text.size() == 2 && (byte(0) == 0xc2 || byte(0) == 0xc3) && (byte(1) & 0xc0) == 0x80)
    return static_cast<char>((byte(0) & 3) << 6 | (byte(1) & 0x3f));
  throw ValueError("expected text of length one up to U+00FF, got " + brief(value) + "; take a std::string");
}

const std::string& decode_text(const Value& value) {
  if (value.kind() == Kind::bytes) return contents<BytesObject>(value);
  if (value.kind() != Kind::string) throw_expected("str", value);
  return contents<StringObject>(value);
}

namespace {

/// As an array's element would be taken, and in the words of a number alone if it cannot be.
template <Number T>
T decode_number(const Value& item, std::string_view type) {
  T number{};
  if (is_number(item) && with_number(item, [&](auto given) { return narrow(given, number); }) <= Fit::rounded)
    return number;
  if constexpr (Integer<T>)
    return decode_integer<T>(item, type);
  else
    return Codec<T>::decode(item);
}

/// `items` as numbers, put where an array has them.
void decode_into(Array& array, Items& items, std::string_view type) {
  with_type(array.dtype(), [&]<class T>(T) {
    for (T& number : array.mutable_elements<T>()) number = decode_number<T>(items.next(), type);
  });
}

}  // namespace

Array decode_numbers(const Value& value, DType dtype, std::string_view number) {
  if (value.kind() == Kind::array) {
    const Array& array = contents<ArrayObject>(value);
    if (array.ndim() != 1) throw TypeError("expected an array of one dimension, got an " + array.describe());
    return array.narrowed(dtype);
  }
  if (value.kind() != Kind::list && value.kind() != Kind::tuple) throw_expected(array_name(dtype), value);
  Items items(value, nullptr);
  const std::int64_t extent = static_cast<std::int64_t>(items.size());
  Array array(dtype, std::span(&extent, 1));
  try {
    decode_into(array, items, number);
  } catch (const Error&) {
    items.rethrow();
  }
  return array;
}

Value encode_numbers(DType dtype, const void* first, std::size_t count) {
  const std::int64_t extent = static_cast<std::int64_t>(count);
  Array array(dtype, std::span(&extent, 1));
  if (count > 0) std::memcpy(array.mutable_data(), first, array.nbytes());
  return Value::array(std::move(array));
}

void check_fields(const Value& value, std::string_view type, std::span<const std::string_view> names) {
  if (value.kind() != Kind::dict) throw_expected("a dict with the fields of " + std::string(type), value);
  const Dict& dict = contents<DictObject>(value);
  const auto is_there = [&](std::string_view name) { return dict.find(name) != nullptr; };
  if (dict.size() == names.size() && std::ranges::all_of(names, is_there)) return;
  std::string wanted, given;
  for (const std::string_view name : names) wanted += (wanted.empty() ? "" : ", ") + std::string(name);
  constexpr std::size_t kLongest = 400;
  for (const auto& [key, item] : dict) {
    given += (given.empty() ? "" : ", ") + (key.kind() == Kind::string ? key.as_string() : brief(key));
    if (given.size() > kLongest) {
      given.resize(kLongest);
      given += "…";
      break;
    }
  }
  throw ValueError(std::string(type) + " has the fields " + wanted + ", and what came has " +
                   (given.empty() ? "none" : given) + "; was it made with another declaration?");
}

void set_field(Dict& dict, std::string_view name, Value value) {
  dict.set(Value::string(std::string(name)), std::move(value));
}

}  // namespace detail
}  // namespace enginery
