// core/enginery/codec_durations.hpp: codecs of std::chrono's durations. Include codec.hpp.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include <enginery/codec_scalars.hpp>
#include <enginery/standard_types.hpp>

namespace enginery {
namespace detail {

__extension__ typedef __int128 Int128;
/// Whole seconds and what is beyond them, of the same sign. What no int counts, infinity and NaN are all fraction.
struct Seconds {
  std::int64_t whole;
  double fraction;
};
ENGINERY_API Seconds split_seconds(double seconds) noexcept;
/// A float if it is exact, else a tuple (whole, fraction).
ENGINERY_API Value encode_seconds(double seconds, std::int64_t whole, double fraction, bool exact);
ENGINERY_API Seconds decode_seconds(const Value& value);
[[noreturn]] ENGINERY_API void throw_overflow(const Value& value, std::string_view type);

}  // namespace detail

/// Seconds as a float, whatever the period; where a float would lose ticks, a tuple (whole seconds, fraction).
/// Durations come back exactly; what is no multiple of the period is rounded to it.
template <class Rep, class Period>
requires std::is_arithmetic_v<Rep>
struct Codec<std::chrono::duration<Rep, Period>> {
  using Duration = std::chrono::duration<Rep, Period>;
  static Value encode(const Duration& duration) {
    const double seconds =
        static_cast<double>(duration.count()) * static_cast<double>(Period::num) / static_cast<double>(Period::den);
    if constexpr (std::is_floating_point_v<Rep>)
      return Value::real(seconds);
    else {
      // In 128 bits, since hours::max() has more seconds than an int counts.
      const detail::Int128 total = static_cast<detail::Int128>(duration.count()) * Period::num;
      detail::Int128 whole = total / Period::den;
      if (total < whole * Period::den) --whole;
      const double fraction = static_cast<double>(total - whole * Period::den) / static_cast<double>(Period::den);
      return detail::encode_seconds(
          seconds, static_cast<std::int64_t>(whole), fraction,
          whole != static_cast<std::int64_t>(whole) || from(detail::split_seconds(seconds)) == duration);
    }
  }
  static Duration decode(const Value& value) {
    if constexpr (std::is_floating_point_v<Rep>) {
      const detail::Seconds seconds = detail::decode_seconds(value);
      return Duration(static_cast<Rep>((static_cast<double>(seconds.whole) + seconds.fraction) *
                                       static_cast<double>(Period::den) / static_cast<double>(Period::num)));
    } else {
      const std::optional<Duration> duration = from(detail::decode_seconds(value));
      if (!duration) detail::throw_overflow(value, detail::type_name<Duration>());
      return *duration;
    }
  }
  static std::string name() { return detail::word("float"); }

 private:
  /// Nothing if it does not fit.
  static std::optional<Duration> from(const detail::Seconds& seconds) {
    if (!(seconds.fraction > -1 && seconds.fraction < 1)) return std::nullopt;
    detail::Int128 ticks = static_cast<detail::Int128>(seconds.whole) * Period::den;
    const double part = seconds.fraction * static_cast<double>(Period::den);
    ticks += static_cast<std::int64_t>(part < 0 ? part - 0.5 : part + 0.5);
    const detail::Int128 half = Period::num / 2;
    ticks = (ticks < 0 ? ticks - half : ticks + half) / Period::num;
    if (ticks < std::numeric_limits<Rep>::min() || ticks > std::numeric_limits<Rep>::max()) return std::nullopt;
    return Duration(static_cast<Rep>(ticks));
  }
};

}  // namespace enginery
