// core/codecs/codec_durations.cpp: seconds to units of time and back, exactly.
//
// A duration travels as seconds in a double where that comes back exactly. Whether it does is found by trying: the
// seconds are turned back into units, and must give the same count. All is counted in numbers of 113 binary digits,
// so that what was one rounding of a double is told from what was not.
#include <enginery/codec_durations.hpp>

#include <cmath>

#include "core/values/objects.hpp"

namespace enginery::detail {
namespace {

#if __LDBL_MANT_DIG__ >= 113
using Wide = long double;
#else
__extension__ typedef __float128 Wide;
#endif
constexpr Wide kBeyondTicks = 1e20;

/// A value as (whole + part) * num / den seconds; what is beyond `whole` is a double that may have been rounded.
struct Time {
  Int128 whole = 0;
  double part = 0;
  Int128 num = 1, den = 1;

  Wide in(const TimeUnit& unit) const {
    const Int128 times = num * unit.den, over = den * unit.num;
    const Wide count = whole == 0 ? static_cast<Wide>(part) : static_cast<Wide>(whole) + static_cast<Wide>(part);
    return times == over ? count : count * static_cast<Wide>(times) / static_cast<Wide>(over);
  }
  /// Is it `ticks` units, but for the rounding of one double?
  bool is(Int128 ticks, const TimeUnit& unit) const {
    const Int128 times = unit.num * den, over = unit.den * num;
    const Wide count = times == over ? static_cast<Wide>(ticks)
                                     : static_cast<Wide>(ticks) * static_cast<Wide>(times) / static_cast<Wide>(over);
    return static_cast<double>(count - static_cast<Wide>(whole)) == part;
  }
};

Int128 nearest(Wide number) { return static_cast<Int128>(number < 0 ? number - Wide(0.5) : number + Wide(0.5)); }

/// The number of units that `time` is.
std::optional<Int128> ticks_of(const Time& time, const TimeUnit& unit) {
  const Int128 ticks = nearest(time.in(unit));
  return time.is(ticks, unit) ? std::optional(ticks) : std::nullopt;
}

long double rounded(Wide number, int digits) {
  if (digits <= std::numeric_limits<float>::digits) return static_cast<float>(number);
  if (digits <= std::numeric_limits<double>::digits) return static_cast<double>(number);
  return static_cast<long double>(number);
}

/// The very same number, with its sign; NaN is NaN.
bool same(long double a, long double b) {
  return std::isnan(a) ? std::isnan(b) : a == b && std::signbit(a) == std::signbit(b);
}

[[noreturn]] void throw_overflow(const Value& value, std::string_view type) {
  throw OverflowError(brief(value) + " does not fit into " + std::string(type));
}

/// A numerator or denominator, as std::ratio has them.
bool is_part_of_ratio(const Value& value) {
  return value.kind() == Kind::integer && integral(value) > 0 && integral(value) <= INT64_MAX;
}

Time time_of(const Value& value) {
  if (is_integral(value)) return {integral(value)};
  if (value.kind() == Kind::real) return {0, contents<RealObject>(value)};
  if (value.kind() == Kind::tuple) {
    const List& parts = items_of(value);
    if (parts.size() == 2 && is_integral(parts[0]) && parts[1].kind() == Kind::real)
      return {integral(parts[0]), contents<RealObject>(parts[1])};
    if (parts.size() == 3 && is_part_of_ratio(parts[1]) && is_part_of_ratio(parts[2])) {
      if (is_integral(parts[0])) return {integral(parts[0]), 0, integral(parts[1]), integral(parts[2])};
      if (parts[0].kind() == Kind::real)
        return {0, contents<RealObject>(parts[0]), integral(parts[1]), integral(parts[2])};
    }
  }
  throw_expected("seconds as a number", value);
}

Value counted(Value count, const TimeUnit& unit) {
  return Value::tuple({std::move(count), Value::integer(unit.num), Value::integer(unit.den)});
}

}  // namespace

Value encode_ticks(Int128 count, const TimeUnit& unit) {
  const Int128 total = count * unit.num;
  const double seconds = static_cast<double>(static_cast<Wide>(total) / static_cast<Wide>(unit.den));
  if (ticks_of({0, seconds}, unit) == count) return Value::real(seconds);
  Int128 whole = total / unit.den;
  if (total < whole * unit.den) --whole;
  const double part = static_cast<double>(static_cast<Wide>(total - whole * unit.den) / static_cast<Wide>(unit.den));
  const Time time{whole, part};
  const std::int64_t narrow_whole = static_cast<std::int64_t>(whole);
  if (narrow_whole == whole && ticks_of(time, unit) == count)
    return Value::tuple({Value::integer(narrow_whole), Value::real(part)});
  const std::int64_t narrow = static_cast<std::int64_t>(count);
  return counted(
      narrow == count ? Value::integer(narrow) : Codec<std::uint64_t>::encode(static_cast<std::uint64_t>(count)), unit);
}

Value encode_time(long double count, int digits, const TimeUnit& unit) {
  const Time exactly{0, static_cast<double>(count), unit.num, unit.den};
  const double seconds = static_cast<double>(exactly.in({1, 1, unit.type}));
  if (same(rounded(Time{0, seconds}.in(unit), digits), count)) return Value::real(seconds);
  if (!same(count, exactly.part))
    throw ValueError(real_repr(exactly.part) + " is not exactly what a " + std::string(unit.type) +
                     " counts; count in double");
  return counted(Value::real(exactly.part), unit);
}

Int128 decode_ticks(const Value& value, const TimeUnit& unit, Int128 low, Int128 high) {
  const Time time = time_of(value);
  const Wide count = time.in(unit);
  if (!(count > -kBeyondTicks && count < kBeyondTicks)) throw_overflow(value, unit.type);
  const std::optional<Int128> ticks = ticks_of(time, unit);
  if (!ticks)
    throw ValueError(value.repr() + " seconds are no whole number of the unit of " + std::string(unit.type) +
                     ", and would be rounded; take a duration of a finer unit, or of double");
  if (*ticks < low || *ticks > high) throw_overflow(value, unit.type);
  return *ticks;
}

long double decode_time(const Value& value, int digits, const TimeUnit& unit) {
  const Wide count = time_of(value).in(unit);
  const long double number = rounded(count, digits);
  constexpr Wide kInfinity = std::numeric_limits<double>::infinity();
  if (std::isinf(number) && count != kInfinity && count != -kInfinity) throw_overflow(value, unit.type);
  return number;
}

}  // namespace enginery::detail
