// tests/unit/client/argument_test.cpp: what is sent for an argument whose parameter the compiler sees, and what a
// result becomes.
#include <enginery/call_arguments.hpp>

#include <complex>
#include <limits>
#include <memory>

#include <gtest/gtest.h>

#include <enginery/client.hpp>
#include <enginery/namespace.hpp>

/// As a type of a C library that is held by a smart pointer.
using Owned = std::unique_ptr<int>;
template <>
struct enginery::Codec<Owned> {
  static Value encode(const Owned& owned) { return *owned; }
  static Owned decode(const Value& value) {
    if (!value.truth()) throw KeyError("nothing is owned");
    return std::make_unique<int>(static_cast<int>(value.as_integer()));
  }
  static std::string name() { return "Owned"; }
};

namespace enginery::detail {
namespace {

constexpr std::int64_t kNoDouble = (std::int64_t{1} << 53) + 1;

TEST(Argument, IsConvertedAsCppDoesWhileNothingIsLost) {
  EXPECT_EQ(encode_argument<double>(3).repr(), "3.0");
  EXPECT_EQ(encode_argument<float>(0.1).as_real(), static_cast<double>(0.1F)) << "rounded";
  EXPECT_EQ(encode_argument<const double&>(0.5F).repr(), "0.5");
  EXPECT_EQ(encode_argument<std::complex<float>>(2).repr(), "(2+0j)");
  EXPECT_EQ(encode_argument<std::uint64_t>(UINT64_MAX).repr(), "18446744073709551615");
  EXPECT_EQ(encode_argument<long double>(1).repr(), "1.0");
  EXPECT_EQ(encode_argument<float>(std::numeric_limits<double>::infinity()).repr(), "inf");
}

TEST(Argument, ANumberThatTheParameterCannotHoldIsAnErrorThatNamesIt) {
  const auto message = [](auto encode) {
    try {
      return encode().repr();
    } catch (const Error& error) {
      return std::string(error.what());
    }
  };
  EXPECT_EQ(message([] { return encode_argument<double>(kNoDouble); }),
            "9007199254740993 cannot be a double without loss; pass it as a float, or take an int");
  EXPECT_EQ(message([] { return encode_argument<float>(1e300); }),
            "1e+300 does not fit into float, which holds up to 3.4e+38; take a double");
  EXPECT_EQ(message([] { return encode_argument<std::complex<float>>(1e300); }),
            "1e+300 does not fit into complex<float>, which holds up to 3.4e+38; take a double");
  EXPECT_EQ(message([] { return encode_argument<double>(0.1L); }),
            "the long double 0.1 cannot be a double without loss; round it: static_cast<double>(x)");
  EXPECT_EQ(message([] { return encode_argument<std::int64_t>(UINT64_MAX); }),
            "the argument 18446744073709551615 does not fit into long int");
}

TEST(Result, OfATypeThatIsOnlyMovedIsGivenAway) {
  const auto result = local().apply_async([](int x) { return std::make_unique<int>(x); }, 7);
  const Owned one = result, other = result;  // each is decoded for itself
  EXPECT_EQ(*one + *other, 14);
  EXPECT_NE(one, other);
  EXPECT_EQ(*local().apply_async([](int x) { return std::make_unique<int>(x); }, 8).get(), 8);
}

TEST(Result, AKeyErrorOfItsCodecIsStillOne) {
  const auto result = local().apply_async([](int x) { return std::make_unique<int>(x); }, 0);
  EXPECT_THROW(result.get(), KeyError);
  EXPECT_THROW(static_cast<Owned>(result), KeyError);
}

}  // namespace
}  // namespace enginery::detail
