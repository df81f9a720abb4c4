// tests/unit/codecs/property_test.cpp: values of many nested types come back equal from a message.
//
// A grammar makes types of types, chosen by a fixed sequence of numbers, so that the types are the same in each run;
// the values are random, with extremes. What cannot come back must not compile, so nothing here may throw.
#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <chrono>
#include <cmath>
#include <complex>
#include <deque>
#include <filesystem>
#include <limits>
#include <list>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include <enginery/eigen.hpp>
#include <enginery/value.hpp>

#include "core/wire/value_nodes.hpp"

namespace enginery {
namespace {

enum class Colour : std::int16_t { red = -3, green = 200 };
template <class A, class B>
struct Both {
  A left;
  B right_2;
  auto operator<=>(const Both&) const = default;
};

// The grammar. Keys are what `<` puts in order.

template <class... T>
struct Types {};
using Scalars = Types<bool, std::int8_t, std::uint16_t, int, std::int64_t, float, double, char, std::string, Colour,
                      std::monostate, std::chrono::milliseconds, std::chrono::nanoseconds,
                      std::chrono::system_clock::time_point, std::filesystem::path>;
using Unordered = Types<std::complex<double>, std::complex<float>, Eigen::Vector3d, Eigen::VectorXf, Eigen::MatrixXd,
                        Eigen::Matrix<int, 2, 2, Eigen::RowMajor>, std::vector<bool>, std::vector<std::byte>,
                        std::chrono::duration<float, std::milli>, std::optional<Eigen::Matrix3d>>;

constexpr std::uint32_t next(std::uint32_t seed) {
  seed = (seed ^ seed >> 15) * 0x2c1b3c6dU;
  seed = (seed ^ seed >> 12) * 0x297a2d39U;
  return seed ^ seed >> 15;
}

template <std::uint32_t Seed, class... T>
std::tuple_element_t<Seed % sizeof...(T), std::tuple<T...>> pick(Types<T...>);
template <std::uint32_t Seed, class List>
using Pick = decltype(pick<Seed>(List()));

template <std::uint32_t Seed, int Depth, bool Key>
struct Make;
template <std::uint32_t Seed, int Depth, bool Key>
using Made = typename decltype(Make<next(Seed), Depth, Key>::make())::type;

template <std::uint32_t Seed, int Depth, bool Key>
struct Make {
  template <std::uint32_t Number>
  using Inner = Made<Seed + Number, Depth - 1, Key>;
  template <std::uint32_t Number>
  using InnerKey = Made<Seed + Number, Depth - 1, true>;

  static constexpr auto make() {
    if constexpr (Depth == 0) {
      if constexpr (!Key && Seed % 3 == 0)
        return std::type_identity<Pick<Seed / 3, Unordered>>();
      else
        return std::type_identity<Pick<Seed / 3, Scalars>>();
    } else if constexpr (constexpr std::uint32_t rule = Seed / 8 % 12; rule == 0)
      return std::type_identity<std::optional<Inner<1>>>();
    else if constexpr (rule == 1 || rule == 2)
      return std::type_identity<std::variant<Inner<1>, Inner<2>, Inner<3>>>();
    else if constexpr (rule == 3)
      return std::type_identity<std::pair<Inner<1>, Inner<2>>>();
    else if constexpr (rule == 4)
      return std::type_identity<std::tuple<Inner<1>, Inner<2>, Inner<3>>>();
    else if constexpr (rule == 5)
      return std::type_identity<
          std::conditional_t<Key || Seed % 2 == 0, std::vector<Inner<1>>, std::deque<Inner<1>>>>();
    else if constexpr (rule == 6)
      return std::type_identity<std::array<Inner<1>, 2>>();
    else if constexpr (rule == 7 || rule == 8)
      return std::type_identity<std::map<InnerKey<1>, Inner<2>>>();
    else if constexpr (rule == 9)
      return std::type_identity<std::set<InnerKey<1>>>();
    else if constexpr (rule == 10)
      return std::type_identity<Both<Inner<1>, Inner<2>>>();
    else
      return std::type_identity<std::list<std::optional<Inner<1>>>>();
  }
};

// Random values.

class Random {
 public:
  explicit Random(std::uint32_t seed) : engine_(seed) {}

  template <class T>
  T value() {
    T object{};
    fill(object);
    return object;
  }
  /// As that; one sequence in it may be long, since long ones are kept otherwise than short ones.
  template <class T>
  T any() {
    long_ = below(8) == 0;
    return value<T>();
  }

 private:
  std::size_t below(std::size_t count) { return engine_() % count; }

  template <class T>
  T bits() {
    return static_cast<T>(static_cast<std::uint64_t>(engine_()) << 32 | engine_());
  }
  template <class T>
  requires std::is_integral_v<T>
  void fill(T& number) {
    using Limits = std::numeric_limits<T>;
    const T often[] = {0, 1, Limits::min(), Limits::max()};
    number = below(2) ? often[below(4)] : bits<T>();
  }
  void fill(bool& truth) { truth = below(2) == 1; }
  template <class T>
  requires std::is_floating_point_v<T>
  void fill(T& number) {
    using Limits = std::numeric_limits<T>;
    const T often[] = {0,      T(-0.0),           1, Limits::max(), Limits::lowest(), Limits::denorm_min(),
                       T(0.1), Limits::infinity()};
    number = below(2) ? often[below(8)] : T(std::ldexp(T(bits<std::int32_t>()), int(below(60)) - 30));
  }
  void fill(char& character) { character = static_cast<char>(below(256)); }
  void fill(std::string& text) {
    const std::string often[] = {"", "a", "grüß", std::string("\0x", 2), "(0, 1)"};
    text = often[below(5)];
  }
  template <class T>
  requires std::is_enum_v<T>
  void fill(T& enumerator) { enumerator = static_cast<T>(bits<std::underlying_type_t<T>>()); }
  void fill(std::monostate&) {}
  void fill(std::filesystem::path& path) { path = value<std::string>(); }
  template <class Clock, class Duration>
  void fill(std::chrono::time_point<Clock, Duration>& point) {
    point = std::chrono::time_point<Clock, Duration>(value<Duration>());
  }
  template <class T>
  void fill(std::complex<T>& number) {
    number = {real_or_nan<T>(), real_or_nan<T>()};
  }
  template <class T>
  T real_or_nan() {
    return below(10) == 0 ? std::numeric_limits<T>::quiet_NaN() : value<T>();
  }
  template <class Rep, class Period>
  void fill(std::chrono::duration<Rep, Period>& duration) {
    duration = std::chrono::duration<Rep, Period>(value<Rep>());
  }
  template <class T>
  requires std::is_base_of_v<Eigen::PlainObjectBase<T>, T>
  void fill(T& matrix) {
    const auto extent = [&](int fixed) { return fixed < 0 ? static_cast<int>(below(4)) : fixed; };
    matrix.resize(extent(T::RowsAtCompileTime), extent(T::ColsAtCompileTime));
    for (auto& number : matrix.reshaped()) fill(number);
  }
  template <class T>
  void fill(std::optional<T>& optional) {
    if (below(3)) optional.emplace(value<T>());
  }
  template <class... T>
  void fill(std::variant<T...>& variant) {
    const std::size_t index = below(sizeof...(T));
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      ((I == index ? void(variant.template emplace<I>(value<T>())) : void()), ...);
    }
    (std::index_sequence_for<T...>());
  }
  template <class A, class B>
  void fill(std::pair<A, B>& pair) {
    fill(pair.first);
    fill(pair.second);
  }
  template <class... T>
  void fill(std::tuple<T...>& tuple) {
    std::apply([&](auto&... item) { (fill(item), ...); }, tuple);
  }
  template <class A, class B>
  void fill(Both<A, B>& both) {
    fill(both.left);
    fill(both.right_2);
  }
  template <class T, std::size_t N>
  void fill(std::array<T, N>& array) {
    for (T& item : array) fill(item);
  }
  template <class Range>
  requires requires(Range range, typename Range::value_type item) { range.insert(range.end(), item); }
  void fill(Range& range) {
    for (std::size_t count = std::exchange(long_, false) ? 64 + below(8) : below(4); count > 0; --count) {
      if constexpr (requires { typename Range::mapped_type; })
        range.emplace(value<typename Range::key_type>(), value<typename Range::mapped_type>());
      else
        range.insert(range.end(), value<typename Range::value_type>());
    }
  }

  std::mt19937 engine_;
  bool long_ = false;
};

// The same, bit by bit, but that NaN is NaN.

template <class T>
bool same(const T& a, const T& b);

struct Same {
  template <class T>
  static bool one(const T& a, const T& b) {
    if constexpr (std::is_floating_point_v<T>)
      return std::isnan(a) ? std::isnan(b) : a == b && std::signbit(a) == std::signbit(b);
    else
      return a == b;
  }
  template <class T>
  static bool one(const std::complex<T>& a, const std::complex<T>& b) {
    return same(a.real(), b.real()) && same(a.imag(), b.imag());
  }
  template <class Rep, class Period>
  static bool one(const std::chrono::duration<Rep, Period>& a, const std::chrono::duration<Rep, Period>& b) {
    return same(a.count(), b.count());
  }
  template <class T>
  static bool one(const std::optional<T>& a, const std::optional<T>& b) {
    return a.has_value() == b.has_value() && (!a || same(*a, *b));
  }
  template <class... T>
  static bool one(const std::variant<T...>& a, const std::variant<T...>& b) {
    if (a.index() != b.index()) return false;
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      return ((I != a.index() || same(*std::get_if<I>(&a), *std::get_if<I>(&b))) && ...);
    }
    (std::index_sequence_for<T...>());
  }
  template <class A, class B>
  static bool one(const std::pair<A, B>& a, const std::pair<A, B>& b) {
    return same(a.first, b.first) && same(a.second, b.second);
  }
  template <class... T>
  static bool one(const std::tuple<T...>& a, const std::tuple<T...>& b) {
    return [&]<std::size_t... I>(std::index_sequence<I...>) { return (same(std::get<I>(a), std::get<I>(b)) && ...); }
    (std::index_sequence_for<T...>());
  }
  template <class A, class B>
  static bool one(const Both<A, B>& a, const Both<A, B>& b) {
    return same(a.left, b.left) && same(a.right_2, b.right_2);
  }
};

template <class T>
bool same(const T& a, const T& b) {
  if constexpr (std::is_base_of_v<Eigen::EigenBase<T>, T>) {
    if (a.rows() != b.rows() || a.cols() != b.cols()) return false;
    for (Eigen::Index i = 0; i < a.size(); ++i)
      if (!same(a.data()[i], b.data()[i])) return false;
    return true;
  } else if constexpr (detail::Sequence<T> || requires { typename T::mapped_type; }) {
    if (a.size() != b.size()) return false;
    for (auto at = a.begin(), other = b.begin(); at != a.end(); ++at, ++other)
      if (!same<typename T::value_type>(*at, *other)) return false;
    return true;
  } else {
    return Same::one(a, b);
  }
}

Value through_a_message(const Value& value) {
  wire::NodeWriter writer;
  writer.write(value);
  wire::NodeReader reader(writer.nodes, writer.text, writer.payloads);
  return reader.read();
}

template <class T>
void expect_all_come_back(std::uint32_t seed, int count) {
  static_assert(Encodable<T> && Decodable<T>);
  Random random(seed);
  for (int i = 0; i < count && !testing::Test::HasFailure(); ++i) {
    const T sent = random.any<T>();
    Value value;
    try {
      value = through_a_message(Codec<T>::encode(sent));
      EXPECT_TRUE(same(Codec<T>::decode(value), sent)) << detail::type_name<T>() << '\n' << value;
    } catch (const std::exception& error) {
      ADD_FAILURE() << error.what() << '\n' << detail::type_name<T>() << '\n' << value;
    }
  }
}

constexpr std::uint32_t kTypes = 40;
constexpr int kValues = 250;

TEST(Property, WhatIsSentComesBackWhateverItsType) {
  [&]<std::uint32_t... Seed>(std::integer_sequence<std::uint32_t, Seed...>) {
    (expect_all_come_back<Made<Seed * 64, Seed % 3 + 1, false>>(Seed, kValues), ...);
  }
  (std::make_integer_sequence<std::uint32_t, kTypes>());
}

}  // namespace
}  // namespace enginery
