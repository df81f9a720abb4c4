// core/values/array_convert.cpp: the numbers in arrays: single elements, other dtypes, equality.
#include <cmath>
#include <cstring>
#include <limits>

#include "core/values/dtype.hpp"
#include "core/values/objects.hpp"

namespace enginery {
namespace {

template <class T>
T load(const std::byte* at) {
  if constexpr (std::is_same_v<T, bool>)
    return *at != std::byte{0};  // a byte that came over the wire may be any
  else {
    T number;
    std::memcpy(&number, at, sizeof number);
    return number;
  }
}

template <class From, class To>
bool convert_real(From from, To& to) {
  if constexpr (std::is_same_v<From, To>) {
    to = from;
    return true;
  } else if constexpr (std::is_same_v<To, bool>) {
    to = from != From{0};
    return from == From{0} || from == From{1};
  } else if constexpr (std::is_integral_v<From> && std::is_integral_v<To>) {
    return !__builtin_add_overflow(from, From{0}, &to);
  } else if constexpr (std::is_integral_v<To>) {
    // The limits as powers of two, which floating point has exactly.
    const From highest = std::ldexp(From{1}, std::numeric_limits<To>::digits);
    const From lowest = std::is_signed_v<To> ? -highest : From{0};
    if (!(from >= lowest && from < highest) || std::floor(from) != from) return false;
    to = static_cast<To>(from);
    return true;
  } else if constexpr (std::is_integral_v<From>) {
    to = static_cast<To>(from);
    From back;
    return convert_real(to, back) && back == from;
  } else {
    to = static_cast<To>(from);
    return static_cast<From>(to) == from || std::isnan(from);
  }
}

/// Is nothing lost?
template <class From, class To>
bool convert(From from, To& to) {
  if constexpr (is_complex<To>) {
    typename To::value_type real{}, imaginary{};
    bool whole;
    if constexpr (is_complex<From>)
      whole = convert_real(from.real(), real) && convert_real(from.imag(), imaginary);
    else if constexpr (std::is_same_v<From, bool>)
      whole = convert_real(static_cast<int>(from), real);
    else
      whole = convert_real(from, real);
    to = To(real, imaginary);
    return whole;
  } else if constexpr (is_complex<From>) {
    return convert_real(from.real(), to) && from.imag() == 0;
  } else if constexpr (std::is_same_v<From, bool>) {
    to = static_cast<To>(from);
    return true;
  } else {
    return convert_real(from, to);
  }
}

template <class T>
Value to_value(T number) {
  if constexpr (std::is_same_v<T, bool>)
    return Value::boolean(number);
  else if constexpr (std::is_same_v<T, std::uint64_t>)
    return detail::encode_unsigned(number);
  else if constexpr (std::is_integral_v<T>)
    return Value::integer(number);
  else if constexpr (is_complex<T>)
    return Value::complex(number);
  else
    return Value::real(static_cast<double>(number));
}

template <class T>
std::string number_text(T number) {
  if constexpr (std::is_same_v<T, std::uint64_t>)
    return std::to_string(number);
  else
    return to_value(number).repr();
}

[[noreturn]] void throw_loss(const std::string& number, DType to) {
  throw ValueError(number + " cannot be a number of dtype " + to_string(to) +
                   " without loss; round or choose another dtype");
}

}  // namespace

Value Array::item(std::size_t index) const {
  const std::byte* const at = data_ + position(index) * size_of(dtype_);
  return with_type(dtype_, [&]<class T>(T) { return to_value(load<T>(at)); });
}

void Array::set_item(std::size_t index, const Value& value) {
  const std::size_t offset = position(index) * size_of(dtype_);
  with_type(dtype_, [&]<class T>(T) {
    T number{};
    bool whole = false;
    if (is_integral(value))
      whole = convert(integral(value), number);
    else if (value.kind() == Kind::real) {
      // As NumPy does, a float array rounds what it is given; integers never lose a part.
      const double given = contents<RealObject>(value);
      if constexpr (std::is_same_v<T, float> || std::is_same_v<T, std::complex<float>>) {
        number = static_cast<float>(given);
        whole = true;
      } else
        whole = convert(given, number);
    } else if (value.kind() == Kind::complex)
      whole = convert(contents<ComplexObject>(value), number);
    else
      detail::throw_expected("a number", value);
    if (!whole) throw_loss(value.repr(), dtype_);
    std::memcpy(mutable_data() + offset, &number, sizeof number);
  });
}

Array Array::converted(DType to) const {
  if (to == dtype_) return *this;
  Array result(to, shape(), order_);
  with_type(dtype_, [&]<class From>(From) {
    with_type(to, [&]<class To>(To) {
      const std::byte* from = data_;
      std::byte* out = result.data_;
      for (std::size_t i = 0; i < size_; ++i, from += sizeof(From), out += sizeof(To)) {
        const From number = load<From>(from);
        To other{};
        if (!convert(number, other)) throw_loss("element " + std::to_string(i) + ", " + number_text(number) + ",", to);
        std::memcpy(out, &other, sizeof other);
      }
    });
  });
  return result;
}

bool Array::equal(const Array& a, const Array& b) {
  if (a.ndim_ != b.ndim_ || !std::equal(a.shape().begin(), a.shape().end(), b.shape().begin())) return false;
  const Array& right = b.fits(a.order_) ? b : b.ordered(a.order_);
  return with_type(a.dtype_, [&]<class A>(A) {
    return with_type(right.dtype_, [&]<class B>(B) {
      for (std::size_t i = 0; i < a.size_; ++i) {
        const A left = load<A>(a.data_ + i * sizeof(A));
        const B other = load<B>(right.data_ + i * sizeof(B));
        if constexpr (std::is_same_v<A, B>) {
          if (!(left == other)) return false;
        } else {
          // Equal numbers of two dtypes convert into each other without loss.
          A back{};
          if (!convert(other, back) || !(back == left)) return false;
        }
      }
      return true;
    });
  });
}

}  // namespace enginery
