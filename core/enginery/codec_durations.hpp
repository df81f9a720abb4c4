// core/enginery/codec_durations.hpp: codecs of std::chrono's durations and points in time. Include codec.hpp.
#pragma once

#include <limits>

#include <enginery/codec_keys.hpp>

namespace enginery {
namespace detail {

__extension__ typedef __int128 Int128;
/// The unit of a duration, num/den seconds, and the C++ type of the duration for errors.
struct TimeUnit {
  std::int64_t num, den;
  std::string_view type;
};
/// `count` units: seconds as a float if they come back exactly, else (whole seconds, fraction) or (count, num, den).
ENGINERY_API Value encode_ticks(Int128 count, const TimeUnit& unit);
/// As that, for a number that a floating-point type of so many binary `digits` holds.
ENGINERY_API Value encode_time(long double count, int digits, const TimeUnit& unit);
/// The whole number of units, between the limits. A float is a number of units if it is the float nearest to that.
/// ValueError if there is none, OverflowError beyond the limits, TypeError.
ENGINERY_API Int128 decode_ticks(const Value& value, const TimeUnit& unit, Int128 low, Int128 high);
/// The nearest number of so many digits. OverflowError, TypeError.
ENGINERY_API long double decode_time(const Value& value, int digits, const TimeUnit& unit);

}  // namespace detail

/// Seconds as a float, whatever the period; where a float would lose something, a tuple (whole seconds, fraction) or
/// (count, numerator, denominator). Durations come back exactly; ValueError for what is no whole number of periods.
template <class Rep, class Period>
requires std::is_arithmetic_v<Rep>
struct Codec<std::chrono::duration<Rep, Period>> {
  using Duration = std::chrono::duration<Rep, Period>;
  using Limits = std::numeric_limits<Rep>;
  static constexpr detail::Kinds kKinds = detail::Kinds::of(Kind::real, Kind::tuple);

  static Value encode(const Duration& duration) {
    if constexpr (std::is_floating_point_v<Rep>)
      return detail::encode_time(duration.count(), Limits::digits, kUnit);
    else
      return detail::encode_ticks(duration.count(), kUnit);
  }
  static Duration decode(const Value& value) {
    if constexpr (std::is_floating_point_v<Rep>)
      return Duration(static_cast<Rep>(detail::decode_time(value, Limits::digits, kUnit)));
    else
      return Duration(static_cast<Rep>(detail::decode_ticks(value, kUnit, Limits::min(), Limits::max())));
  }
  static std::string name() { return detail::word("float"); }

 private:
  static constexpr detail::TimeUnit kUnit{Period::num, Period::den, detail::type_name<Duration>()};
};

/// As the duration since its clock's epoch; system_clock's is 1970.
template <class Clock, class Duration>
struct Codec<std::chrono::time_point<Clock, Duration>> {
  using Point = std::chrono::time_point<Clock, Duration>;
  static constexpr detail::Kinds kKinds = detail::kinds_of<Duration>();

  static Value encode(const Point& point) requires Encodable<Duration> {
    return Codec<Duration>::encode(point.time_since_epoch());
  }
  static Point decode(const Value& value) requires Decodable<Duration> { return Point(Codec<Duration>::decode(value)); }
  static std::string name() { return detail::word("float"); }
};

}  // namespace enginery
