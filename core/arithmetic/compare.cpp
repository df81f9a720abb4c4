// core/arithmetic/compare.cpp: Python's ==, < and hash().
//
// Numbers of different kinds are equal if they are the same number: no int is converted to a double to find out. Equal
// values have equal hashes, so 1, 1.0 and True are one key of a dict.
#include <cmath>
#include <compare>
#include <cstring>
#include <functional>

#include "core/arithmetic/array_arithmetic.hpp"
#include "core/values/objects.hpp"

namespace enginery {
namespace {

/// Exact: a double does not hold every int, so the int is not converted.
std::partial_ordering compare(Whole a, double b) {
  if (std::isnan(b)) return std::partial_ordering::unordered;
  if (b >= kTwoTo64) return std::partial_ordering::less;
  if (b < -kTwoTo63) return std::partial_ordering::greater;
  const double whole = std::floor(b);
  const auto order = a <=> static_cast<Whole>(whole);
  if (order != 0) return order;
  return whole < b ? std::partial_ordering::less : std::partial_ordering::equivalent;
}

/// Of bool, int and float.
std::partial_ordering compare_reals(const Value& a, const Value& b) {
  if (is_integral(a)) {
    if (is_integral(b)) return integral(a) <=> integral(b);
    return compare(integral(a), contents<RealObject>(b));
  }
  if (is_integral(b)) return 0 <=> compare(integral(b), contents<RealObject>(a));
  return contents<RealObject>(a) <=> contents<RealObject>(b);
}

bool equal_numbers(const Value& a, const Value& b) {
  if (a.kind() != Kind::complex) {
    if (b.kind() == Kind::complex) return equal_numbers(b, a);
    return compare_reals(a, b) == 0;
  }
  const std::complex<double> number = contents<ComplexObject>(a);
  if (b.kind() == Kind::complex) return number == contents<ComplexObject>(b);
  if (number.imag() != 0) return false;
  if (is_integral(b)) return compare(integral(b), number.real()) == 0;
  return number.real() == contents<RealObject>(b);
}

bool same_or_equal(const Value& a, const Value& b) { return a.is(b) || Value::equal(a, b); }

bool equal_items(const Value& a, const Value& b) {
  const Depth depth("comparing");
  if (a.is(b)) return true;
  ItemReader left(a), right(b);
  if (left.size() != right.size()) return false;
  if (const std::optional<bool> equal = equal_in_columns(a, b)) return *equal;
  for (std::size_t i = 0; i < left.size(); ++i)
    if (!same_or_equal(left[i], right[i])) return false;
  return true;
}

std::size_t mix(std::size_t seed, std::size_t hash) {
  // A dict's index uses the low bits, and these are the same in many doubles and addresses: fold the high ones in.
  const std::size_t mixed = (seed ^ (hash + 0x9e3779b97f4a7c15U + (seed << 6) + (seed >> 2))) * 0xff51afd7ed558ccdU;
  return mixed ^ (mixed >> 32);
}

std::size_t hash_address(const void* address) { return mix(7, reinterpret_cast<std::uintptr_t>(address)); }

std::size_t hash_integer(Whole number) {
  return mix(number > std::numeric_limits<std::int64_t>::max() ? 8 : 1, static_cast<std::size_t>(number));
}

std::size_t hash_real(double number) {
  if (number >= -kTwoTo63 && number < kTwoTo64 && std::floor(number) == number)
    return hash_integer(static_cast<Whole>(number));
  std::size_t bits;
  std::memcpy(&bits, &number, sizeof bits);
  return mix(2, bits);
}

const char* symbol(Ordering op) {
  static constexpr const char* kSymbols[] = {"<", "<=", ">", ">="};
  static_assert(std::size(kSymbols) == static_cast<std::size_t>(Ordering::greater_equal) + 1);
  return kSymbols[static_cast<std::size_t>(op)];
}

bool holds(Ordering op, std::partial_ordering order) {
  if (op == Ordering::less) return order < 0;
  if (op == Ordering::less_equal) return order <= 0;
  return op == Ordering::greater ? order > 0 : order >= 0;
}

}  // namespace

bool Value::equal(const Value& a, const Value& b) {
  if (is_number(a) && is_number(b)) return equal_numbers(a, b);
  if (a.kind() != b.kind()) return false;
  if (a.is_none()) return true;
  return with_object(a.object(), [&]<class O>(O& left) {
    if constexpr (std::is_same_v<O, ListObject> || std::is_same_v<O, TupleObject>) {
      return equal_items(a, b);
    } else if constexpr (std::is_same_v<O, DictObject>) {
      const Depth depth("comparing");
      return left.contents == contents<O>(b);
    } else if constexpr (std::is_same_v<O, IntegerObject>) {
      return false;  // numbers were compared above
    } else {
      return left.contents == contents<O>(b);
    }
  });
}

bool Value::ordered(Ordering op, const Value& a, const Value& b) {
  const bool both_numbers = is_number(a) && is_number(b);
  if (both_numbers && a.kind() != Kind::complex && b.kind() != Kind::complex) return holds(op, compare_reals(a, b));
  if (!both_numbers && a.kind() == b.kind()) {
    if (a.kind() == Kind::string) return holds(op, contents<StringObject>(a).compare(contents<StringObject>(b)) <=> 0);
    if (a.kind() == Kind::bytes) return holds(op, contents<BytesObject>(a).compare(contents<BytesObject>(b)) <=> 0);
    if (a.kind() == Kind::list || a.kind() == Kind::tuple) {
      const Depth depth("comparing");
      ItemReader left(a), right(b);
      for (std::size_t i = 0; i < left.size() && i < right.size(); ++i)
        if (!same_or_equal(left[i], right[i])) return ordered(op, left[i], right[i]);
      return holds(op, left.size() <=> right.size());
    }
  }
  throw TypeError(std::string("'") + symbol(op) + "' not supported between instances of '" + a.type_name() + "' and '" +
                  b.type_name() + "'");
}

std::size_t Value::hash() const {
  constexpr std::hash<std::string_view> of_text;
  if (kind() == Kind::string) return of_text(contents<StringObject>(*this));
  if (is_none()) return mix(3, 0);
  if (is_integral(*this)) return hash_integer(integral(*this));
  if (kind() == Kind::real) return hash_real(contents<RealObject>(*this));
  if (kind() == Kind::complex) {
    const std::complex<double> number = contents<ComplexObject>(*this);
    return number.imag() == 0 ? hash_real(number.real()) : mix(hash_real(number.real()), hash_real(number.imag()));
  }
  if (kind() == Kind::bytes) return mix(4, of_text(contents<BytesObject>(*this)));
  if (kind() == Kind::reference) return mix(5, of_text(contents<ReferenceObject>(*this)));
  if (kind() == Kind::tuple) {
    const Depth depth("hashing");
    std::size_t seed = 6;
    for (const Value& item : contents<TupleObject>(*this)) seed = mix(seed, item.hash());
    return seed;
  }
  if (kind() == Kind::function) return hash_address(contents<FunctionObject>(*this).object.get());
  if (kind() == Kind::module) return hash_address(contents<ModuleObject>(*this).object.get());
  if (kind() == Kind::opaque) return hash_address(contents<OpaqueHolding>(*this).object.get());
  throw TypeError("unhashable type: '" + type_name() + "'" +
                  (kind() == Kind::list ? ": use a tuple as the key" : ": use a key that cannot change"));
}

Value Value::compare(Comparison op, const Value& a, const Value& b) {
  if (meets_array(a, b)) return array_compare(op, a, b);
  const bool equality = op == Comparison::equal || op == Comparison::not_equal;
  if (equality && (a.kind() == Kind::array || b.kind() == Kind::array)) {
    // No element equals an object that is no number: compare an array of False with True.
    const Array& array = contents<ArrayObject>(a.kind() == Kind::array ? a : b);
    return array_compare(op, Value::array(Array::zeros(DType::boolean, array.shape())), true);
  }
  if (op == Comparison::equal) return boolean(equal(a, b));
  if (op == Comparison::not_equal) return boolean(!equal(a, b));
  return boolean(ordered(static_cast<Ordering>(op), a, b));
}

}  // namespace enginery
