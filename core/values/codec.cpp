// core/values/codec.cpp: the compiled parts of the codecs, and what they say when a value does not fit.
#include <enginery/codec.hpp>

#include <algorithm>
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

/// All leaves of nested lists, tuples and arrays in row-major order; `shape` is that of the first of each.
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

DType common_dtype(const List& leaves) {
  if (leaves.empty()) return DType::f64;
  Kind widest = Kind::boolean;  // bool < int < float < complex, as Kind counts them
  for (const Value& leaf : leaves) widest = std::max(widest, leaf.kind());
  switch (widest) {
    case Kind::boolean:
      return DType::boolean;
    case Kind::integer:
      return DType::i64;
    case Kind::real:
      return DType::f64;
    default:
      return DType::c128;
  }
}

}  // namespace

Array Codec<Array>::decode(const Value& value) {
  if (value.kind() == Kind::array) return contents<ArrayObject>(value);
  if (value.kind() != Kind::list && value.kind() != Kind::tuple)
    detail::throw_expected("an array or a list of numbers", value);
  std::vector<std::int64_t> shape;
  List leaves;
  gather(value, 0, shape, true, leaves);
  Array array(common_dtype(leaves), shape);
  for (std::size_t i = 0; i < leaves.size(); ++i) array.set_item(i, leaves[i]);
  return array;
}

namespace detail {

void throw_expected(std::string_view wanted, const Value& got) {
  throw TypeError("expected " + std::string(wanted) + ", got " + described(got));
}

void rethrow_within(const std::string& place) {
  try {
    throw;
  } catch (const TypeError& error) {
    throw TypeError(place + ": " + error.what());
  } catch (const ValueError& error) {
    throw ValueError(place + ": " + error.what());
  } catch (const OverflowError& error) {
    throw OverflowError(place + ": " + error.what());
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

void throw_overflow(const Value& value, std::string_view type) {
  throw OverflowError(brief(value) + " does not fit into " + std::string(type));
}

std::int64_t decode_signed(const Value& value, std::int64_t low, std::int64_t high, std::string_view type) {
  if (!is_integral(value)) throw_expected("int", value);
  const std::int64_t number = integral(value);
  if (number < low || number > high)
    throw OverflowError(std::to_string(number) + " does not fit into " + std::string(type) + ", which holds " +
                        std::to_string(low) + " to " + std::to_string(high));
  return number;
}

std::uint64_t decode_unsigned(const Value& value, std::uint64_t high, std::string_view type) {
  if (!is_integral(value)) throw_expected("int", value);
  const std::int64_t number = integral(value);
  if (number < 0 || static_cast<std::uint64_t>(number) > high)
    throw OverflowError(std::to_string(number) + " does not fit into " + std::string(type) + ", which holds 0 to " +
                        std::to_string(high));
  return static_cast<std::uint64_t>(number);
}

double decode_real(const Value& value) {
  if (value.kind() == Kind::real) return contents<RealObject>(value);
  if (!is_integral(value)) throw_expected("float", value);
  const std::int64_t number = integral(value);
  const double real = static_cast<double>(number);
  if (!(Value::real(real) == value))
    throw ValueError(std::to_string(number) + " cannot be a double without loss; pass it as a float, or take an int");
  return real;
}

float decode_float(const Value& value) {
  const double number = decode_real(value);
  if (std::isfinite(number) && std::abs(number) > static_cast<double>(std::numeric_limits<float>::max()))
    throw OverflowError(real_repr(number) + " does not fit into float, which holds up to 3.4e+38; take a double");
  return static_cast<float>(number);
}

Complex decode_complex(const Value& value) {
  if (value.kind() == Kind::complex) {
    const std::complex<double> number = contents<ComplexObject>(value);
    return {number.real(), number.imag()};
  }
  if (!is_number(value)) throw_expected("complex", value);
  return {decode_real(value), 0};
}

Value encode_complex(const Complex& number) { return Value::complex({number.real, number.imag}); }

Value encode_unsigned(std::uint64_t number) {
  if (number > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
    throw OverflowError(std::to_string(number) +
                        " does not fit into an int of 64 bits; pass it as a float or in an array of u64");
  return Value::integer(static_cast<std::int64_t>(number));
}

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

bool has_items(const Value& value) {
  return value.kind() == Kind::list || value.kind() == Kind::tuple || value.kind() == Kind::array;
}

void require_items(const Value& value, std::string_view wanted, std::size_t have, std::size_t count) {
  if (have != count)
    throw ValueError("expected " + std::string(wanted) + " with " + std::to_string(count) +
                     (count == 1 ? " item" : " items") + ", got " + std::to_string(have) + ": " + brief(value));
}

template <Number T>
T decode_number(const Value& item, std::string_view type) {
  using Limits = std::numeric_limits<T>;
  if constexpr (Integer<T> && std::is_signed_v<T>)
    return static_cast<T>(decode_signed(item, Limits::min(), Limits::max(), type));
  else if constexpr (Integer<T>)
    return static_cast<T>(decode_unsigned(item, Limits::max(), type));
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

List sequence_items(const Value& value, std::string_view wanted) {
  if (!has_items(value)) throw_expected(wanted, value);
  return value.elements();
}

List sequence_items(const Value& value, std::string_view wanted, std::size_t count) {
  List items = sequence_items(value, wanted);
  require_items(value, wanted, items.size(), count);
  return items;
}

Items::Items(const Value& value, TypeName wanted)
    : items_(has_items(value) ? value.elements() : sequence_items(value, wanted())) {}

Items::Items(const Value& value, TypeName wanted, std::size_t count) : Items(value, wanted) {
  if (size() != count) require_items(value, wanted(), size(), count);
}

Items::~Items() = default;

void Items::rethrow() const { rethrow_within("item " + std::to_string(next_ - 1)); }

ListMaker::ListMaker(std::size_t count) { items_.reserve(count); }
ListMaker::~ListMaker() = default;
void ListMaker::add(Value item) { items_.push_back(std::move(item)); }
Value ListMaker::list() { return Value::list(std::move(items_)); }
Value ListMaker::tuple() { return Value::tuple(std::move(items_)); }

Array decode_numbers(const Value& value, DType dtype, std::string_view number) {
  if (value.kind() == Kind::array) {
    const Array& array = contents<ArrayObject>(value);
    if (array.ndim() != 1) throw TypeError("expected an array of one dimension, got an " + array.describe());
    return array.converted(dtype);
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

Seconds split_seconds(double seconds) noexcept {
  constexpr double kLimit = 9.2e18;
  if (!(std::abs(seconds) < kLimit)) return {0, seconds};
  const double whole = std::trunc(seconds);
  return {static_cast<std::int64_t>(whole), seconds - whole};
}

Value encode_seconds(double seconds, std::int64_t whole, double fraction, bool exact) {
  if (exact) return Value::real(seconds);
  return Value::tuple({Value::integer(whole), Value::real(fraction)});
}

Seconds decode_seconds(const Value& value) {
  if (is_integral(value)) return {integral(value), 0};
  if (value.kind() == Kind::real) return split_seconds(contents<RealObject>(value));
  if (value.kind() == Kind::tuple && value.size() == 2) {
    const List& parts = items_of(value);
    if (is_integral(parts[0]) && parts[1].kind() == Kind::real)
      return {integral(parts[0]), contents<RealObject>(parts[1])};
  }
  throw_expected("seconds as a number", value);
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
