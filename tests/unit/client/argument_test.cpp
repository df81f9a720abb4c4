// tests/unit/client/argument_test.cpp: what is sent for an argument when the compiler sees the parameter.
#include <enginery/argument.hpp>

#include <complex>
#include <limits>

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace enginery::detail
