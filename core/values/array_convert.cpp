// core/values/array_convert.cpp: the numbers in arrays: single elements, other dtypes, equality.
#include "core/values/dtype.hpp"

namespace enginery {
namespace {

template <class T>
Value to_value(T number) {
  if constexpr (std::is_same_v<T, bool>)
    return Value::boolean(number);
  else if constexpr (std::is_integral_v<T>)
    return Value::integer(number);
  else if constexpr (is_complex<T>)
    return Value::complex(number);
  else
    return Value::real(static_cast<double>(number));
}

/// `number` is its name in the message.
[[noreturn]] void throw_unfit(const std::string& number, Fit fit, DType to) {
  if (fit == Fit::beyond)
    throw OverflowError(number + " does not fit into " + to_string(to) +
                        ", which holds up to 3.4e+38; choose a dtype of double precision");
  throw ValueError(number + " cannot be a number of dtype " + to_string(to) +
                   " without loss; round or choose another dtype");
}

}  // namespace

void throw_unfit_element(std::size_t index, const Value& number, Fit fit, DType dtype) {
  throw_unfit("element " + std::to_string(index) + ", " + number.repr() + ",", fit, dtype);
}

/// The array with elements of `to`, none of which fits worse than `worst`.
static Array convert(const Array& array, DType to, Fit worst) {
  Array result(to, array.shape(), array.order());
  with_type(array.dtype(), [&]<class From>(From) {
    with_type(to, [&]<class To>(To) {
      const std::byte* from = array.data();
      std::byte* out = result.mutable_data();
      for (std::size_t i = 0; i < array.size(); ++i, from += sizeof(From), out += sizeof(To)) {
        const From number = number_at<From>(from);
        To other{};
        if (const Fit fit = narrow(number, other); fit > worst) throw_unfit_element(i, to_value(number), fit, to);
        std::memcpy(out, &other, sizeof other);
      }
    });
  });
  return result;
}

Value Array::item(std::size_t index) const {
  const std::byte* const at = data_ + position(index) * size_of(dtype_);
  return with_type(dtype_, [&]<class T>(T) { return to_value(number_at<T>(at)); });
}

void Array::set_item(std::size_t index, const Value& value) {
  const std::size_t offset = position(index) * size_of(dtype_);
  with_type(dtype_, [&]<class T>(T) {
    if (!is_number(value)) detail::throw_expected("a number", value);
    T number{};
    const Fit fit = with_number(value, [&](auto given) { return narrow(given, number); });
    if (fit > Fit::rounded) throw_unfit(value.repr(), fit, dtype_);
    std::memcpy(mutable_data() + offset, &number, sizeof number);
  });
}

Array Array::converted(DType to) const { return to == dtype_ ? *this : convert(*this, to, Fit::exact); }

Array Array::narrowed(DType to) const { return to == dtype_ ? *this : convert(*this, to, Fit::rounded); }

bool Array::equal(const Array& a, const Array& b) {
  if (a.ndim_ != b.ndim_ || !std::equal(a.shape().begin(), a.shape().end(), b.shape().begin())) return false;
  const Array& right = b.fits(a.order_) ? b : b.ordered(a.order_);
  return with_type(a.dtype_, [&]<class A>(A) {
    return with_type(right.dtype_, [&]<class B>(B) {
      for (std::size_t i = 0; i < a.size_; ++i) {
        const A left = number_at<A>(a.data_ + i * sizeof(A));
        const B other = number_at<B>(right.data_ + i * sizeof(B));
        if constexpr (std::is_same_v<A, B>) {
          if (!(left == other)) return false;
        } else {
          // Equal numbers of two dtypes convert into each other without loss.
          A back{};
          if (narrow(other, back) != Fit::exact || !(back == left)) return false;
        }
      }
      return true;
    });
  });
}

}  // namespace enginery
