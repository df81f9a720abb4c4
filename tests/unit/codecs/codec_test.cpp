// tests/unit/codecs/codec_test.cpp: every type of the standard library comes back as it went.
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <complex>
#include <cstring>
#include <deque>
#include <filesystem>
#include <limits>
#include <list>
#include <set>
#include <thread>
#include <unordered_map>
#include <unordered_set>

#include <enginery/value.hpp>

#include "tests/unit/values/thrown_message.hpp"

namespace enginery {
namespace {

template <class T>
void expect_round_trip(const T& object) {
  const Value value(object);
  EXPECT_TRUE(value.as<T>() == object) << Codec<T>::name() << ' ' << value;
}
template <class... T>
void expect_limits_round_trip() {
  (expect_round_trip(std::numeric_limits<T>::min()), ...);
  (expect_round_trip(std::numeric_limits<T>::max()), ...);
}
enum class Colour : std::uint8_t { red, green = 200 };
enum class Wide : std::uint64_t { all = UINT64_MAX };
enum Plain { kOne = -1 };
struct NoCodec {
  explicit NoCodec(int) {}
};
class Private {
 public:
  Private() = default;

 private:
  int secret_ = 0;
};

// Refused at compile time.
static_assert(!Encodable<NoCodec> && !Decodable<NoCodec>);
static_assert(!Encodable<std::vector<NoCodec>> && !Decodable<std::vector<NoCodec>>);
static_assert(!Encodable<std::map<int, NoCodec>> && !Encodable<std::optional<NoCodec>>);
static_assert(!Encodable<std::tuple<int, NoCodec>> && !Encodable<std::variant<int, NoCodec>>);
static_assert(!Encodable<Private> && !Decodable<Private>);
static_assert(!Encodable<int*> && !Encodable<void*> && !Encodable<void (*)()> && !Encodable<std::thread>);
static_assert(!Encodable<wchar_t> && !Encodable<char32_t>);
static_assert(Encodable<const char*> && !Decodable<const char*>);
static_assert(Encodable<std::string_view> && !Decodable<std::string_view>);
static_assert(Encodable<std::span<const int>> && !Decodable<std::span<const int>>);
static_assert(Encodable<Value> && Decodable<Value>);
static_assert(!std::is_convertible_v<int*, Value> && !std::is_constructible_v<Value, NoCodec>);

TEST(Codec, IntegersKeepTheirLimits) {
  expect_limits_round_trip<signed char, unsigned char, short, unsigned short, int, unsigned, long, long long, bool>();
  expect_limits_round_trip<unsigned long, unsigned long long>();
  expect_round_trip(std::uint64_t{1} << 63);
  expect_round_trip(std::array<std::uint64_t, 2>{UINT64_MAX, 0});
  expect_round_trip(std::vector<std::pair<std::uint64_t, int>>{{UINT64_MAX, -1}});
  expect_round_trip(std::map<std::uint64_t, std::uint64_t>{{UINT64_MAX, 1}, {1, UINT64_MAX}});
  expect_round_trip(std::set<std::uint64_t>{1, UINT64_MAX});
  expect_round_trip(Wide::all);
  EXPECT_EQ(Value(static_cast<unsigned char>('A')).kind(), Kind::integer);
  EXPECT_EQ(Value(std::string::npos).kind(), Kind::integer);
  EXPECT_EQ(Value(List{UINT64_MAX, 0}).as<std::vector<std::uint64_t>>(), (std::vector<std::uint64_t>{UINT64_MAX, 0}));
}

TEST(Codec, AnIntegerBeyondInt64IsThatNumberAndNoOther) {
  const Value most = UINT64_MAX;
  EXPECT_EQ(most.as_unsigned(), UINT64_MAX);
  EXPECT_TRUE(most.is_large_integer());
  EXPECT_FALSE(Value(INT64_MAX).is_large_integer());
  EXPECT_FALSE(Value(std::uint64_t{1}).is_large_integer()) << "each int has one form";
  EXPECT_EQ(message<OverflowError>([&] { (void)most.as_integer(); }),
            "18446744073709551615 is beyond what as_integer() gives; take as_unsigned()");
  EXPECT_EQ(message<OverflowError>([&] { (void)Value(-1).as_unsigned(); }),
            "-1 is below what as_unsigned() gives; take as_integer()");
  EXPECT_EQ(message<OverflowError>([&] { (void)most.as<std::int64_t>(); }),
            "18446744073709551615 does not fit into long int, which holds -9223372036854775808 to 9223372036854775807");
  EXPECT_EQ(message<ValueError>([&] { (void)most.as<double>(); }),
            "18446744073709551615 cannot be a double without loss; pass it as a float, or take an int");
  EXPECT_EQ(Value(std::uint64_t{1} << 63).as<double>(), 0x1p63);
  EXPECT_THROW((void)most.as<std::chrono::nanoseconds>(), OverflowError);
  EXPECT_EQ(Value(List{1, most}).as<Array>().dtype(), DType::u64);
  EXPECT_EQ(message<ValueError>([&] {
              (void)Value(List{-1, most}).as<Array>();
            }),
            "no array of ints holds both -1 and 18446744073709551615; make them floats");
}

TEST(Codec, AnIntegerThatDoesNotFitSaysItselfAndTheType) {
  EXPECT_EQ(message<OverflowError>([] { (void)Value(300).as<signed char>(); }),
            "300 does not fit into signed char, which holds -128 to 127");
  EXPECT_EQ(message<OverflowError>([] { (void)Value(-1).as<unsigned>(); }),
            "-1 does not fit into unsigned int, which holds 0 to 4294967295");
  EXPECT_EQ(message<TypeError>([] { (void)Value(2.5).as<int>(); }), "expected int, got float 2.5");
  EXPECT_EQ(message<TypeError>([] { (void)Value("7").as<int>(); }), "expected int, got str '7'");
  EXPECT_EQ(message<TypeError>([] { (void)Value(1).as<bool>(); }), "expected bool, got int 1");
}

TEST(Codec, FloatsKeepEveryBit) {
  for (const double number : {0.0, -0.0, 1.03234, 5e-324, double{INFINITY}, std::numeric_limits<double>::max()}) {
    const double back = Value(number).as<double>();
    EXPECT_EQ(std::memcmp(&back, &number, sizeof back), 0);
  }
  EXPECT_TRUE(std::isnan(Value(NAN).as<float>()));
  EXPECT_TRUE(std::signbit(Value(-0.0F).as<float>()));
  EXPECT_EQ(Value(3).as<double>(), 3.0);
  EXPECT_THROW((void)Value((std::int64_t{1} << 53) + 1).as<double>(), ValueError);
  EXPECT_THROW((void)Value(1e300).as<float>(), OverflowError);
  EXPECT_EQ(Value(0.1).as<float>(), 0.1F);
  expect_round_trip(std::complex<double>(1, -2));
  expect_round_trip(std::complex<float>(1, -2));
}

/// An order for numbers that have none.
struct Anyhow {
  bool operator()(auto&&, auto&&) const { return false; }
};

/// What `number` becomes as a T when it comes alone, and in a list, an array, a span and an array of fixed size.
template <class T, class Given>
std::set<std::string> narrowed(const Given& number) {
  std::set<std::string> outcomes;
  const auto note = [&](auto decode) {
    try {
      outcomes.insert(Value(std::vector<T>{decode()}).repr());
    } catch (const OverflowError&) {
      outcomes.insert("OverflowError");
    } catch (const ValueError&) {
      outcomes.insert("ValueError");
    }
  };
  const Value list = List{number}, array = std::vector<Given>{number};
  note([&] { return Value(number).as<T>(); });
  for (const Value& sequence : {list, array}) {
    note([&] { return sequence.as<std::vector<T>>()[0]; });
    note([&] { return sequence.as<std::array<T, 1>>()[0]; });
    note([&] { return Parameter<std::span<const T>>(sequence).get()[0]; });
    note([&] { return *sequence.as<std::set<T, Anyhow>>().begin(); });
  }
  return outcomes;
}

TEST(Codec, ANumberIsNarrowedByOneRuleWhereverItComesFrom) {
  using Outcomes = std::set<std::string>;
  EXPECT_EQ(narrowed<float>(0.1), Outcomes{"[0.1]"});
  EXPECT_EQ(narrowed<float>(1e300), Outcomes{"OverflowError"});
  EXPECT_EQ(narrowed<float>(-3.5e38), Outcomes{"OverflowError"});
  EXPECT_EQ(narrowed<float>(3.4028235e38), Outcomes{"[3.4028235e+38]"}) << "the nearest float is finite";
  EXPECT_EQ(narrowed<float>(double{INFINITY}), Outcomes{"[inf]"});
  EXPECT_EQ(narrowed<float>(double{NAN}), Outcomes{"[nan]"});
  EXPECT_EQ(narrowed<float>(1e-300), Outcomes{"[0.0]"});
  EXPECT_EQ(narrowed<float>((1 << 24) + 1), Outcomes{"ValueError"});
  EXPECT_EQ(narrowed<double>((std::int64_t{1} << 53) + 1), Outcomes{"ValueError"});
  EXPECT_EQ(narrowed<double>(UINT64_MAX), Outcomes{"ValueError"});
  EXPECT_EQ(narrowed<double>(std::uint64_t{1} << 63), Outcomes{"[9.223372036854776e+18]"});
  EXPECT_EQ(narrowed<double>(0.1F), Outcomes{"[0.10000000149011612]"});
  using Single = std::complex<float>;
  EXPECT_EQ(narrowed<Single>(std::complex<double>(0.1, -0.1)), Outcomes{"[(0.1-0.1j)]"});
  EXPECT_EQ(narrowed<Single>(std::complex<double>(1e300, 0)), Outcomes{"OverflowError"});
  EXPECT_EQ(narrowed<Single>(std::complex<double>(0, -1e300)), Outcomes{"OverflowError"});
  EXPECT_EQ(narrowed<Single>(std::complex<double>(INFINITY, 0)), Outcomes{"[(inf+0j)]"});
  EXPECT_EQ(narrowed<Single>(0.1), Outcomes{"[(0.1+0j)]"});
  EXPECT_EQ(narrowed<Single>(1e300), Outcomes{"OverflowError"});
  EXPECT_EQ(narrowed<Single>((1 << 24) + 1), Outcomes{"ValueError"});
  EXPECT_EQ(narrowed<std::complex<double>>((std::int64_t{1} << 53) + 1), Outcomes{"ValueError"});
}

TEST(Codec, AnErrorOfNarrowingNamesTheNumber) {
  EXPECT_EQ(message<OverflowError>([] { (void)Value(1e300).as<float>(); }),
            "1e+300 does not fit into float, which holds up to 3.4e+38; take a double");
  EXPECT_EQ(message<OverflowError>([] {
              (void)Value(std::vector<double>{1, 1e300}).as<std::vector<float>>();
            }),
            "element 1, 1e+300, does not fit into f32, which holds up to 3.4e+38; choose a dtype of double precision");
  EXPECT_EQ(message<OverflowError>([] { (void)Value(std::complex<double>(1e300, 1)).as<std::complex<float>>(); }),
            "(1e+300+1j) does not fit into complex<float>, which holds up to 3.4e+38; take a double");
}

TEST(Codec, ALongDoubleTravelsIfItIsADouble) {
  expect_round_trip(0.5L);
  expect_round_trip(static_cast<long double>(0.1));
  expect_round_trip(-std::numeric_limits<long double>::infinity());
  expect_round_trip(std::complex<long double>(1, -0.5L));
  EXPECT_TRUE(std::isnan(Value(std::numeric_limits<long double>::quiet_NaN()).as<long double>()));
  EXPECT_EQ(message<ValueError>([] { Value(0.1L); }),
            "the long double 0.1 cannot be a double without loss; round it: static_cast<double>(x)");
  EXPECT_THROW(Value(std::numeric_limits<long double>::max()), ValueError);
  EXPECT_THROW(Value(std::vector<long double>{1, 0.1L}), ValueError);
  EXPECT_THROW(Value(std::complex<long double>(0, 0.1L)), ValueError);
}

TEST(Codec, TextKeepsNulsAndUtf8) {
  expect_round_trip(std::string("grüß\0日本", 11));
  expect_round_trip(std::string());
  EXPECT_EQ(Value("text").kind(), Kind::string);
  const char* const pointer = "pointer";
  EXPECT_EQ(Value(pointer), "pointer");
  EXPECT_TRUE(Value(static_cast<const char*>(nullptr)).is_none());
  EXPECT_EQ(Value(std::string_view("view")), "view");
  char buffer[16] = "buffer";
  EXPECT_EQ(Value(buffer), "buffer");
  for (int byte = 0; byte < 256; ++byte) expect_round_trip(static_cast<char>(byte));
  EXPECT_EQ(Value('x').repr(), "'x'");
  EXPECT_THROW((void)Value("xy").as<char>(), ValueError);
  EXPECT_THROW((void)Value("日").as<char>(), ValueError);
  EXPECT_EQ(Value(std::vector<std::byte>{std::byte{255}}).repr(), "b'\\xff'");
  expect_round_trip(std::vector<std::byte>{std::byte{0}, std::byte{255}});
}

TEST(Codec, EnumsAreTheirIntegers) {
  expect_round_trip(Colour::green);
  expect_round_trip(kOne);
  EXPECT_EQ(Value(Colour::green), 200);
  EXPECT_THROW((void)Value(256).as<Colour>(), OverflowError);
}

TEST(Codec, NothingIsNone) {
  expect_round_trip(std::monostate{});
  EXPECT_TRUE(Value(nullptr).is_none());
  expect_round_trip(std::optional<int>());
  expect_round_trip(std::optional<int>(3));
  EXPECT_THROW((void)Value(1).as<std::monostate>(), TypeError);
}

TEST(Codec, SequencesComeBack) {
  expect_round_trip(std::vector<double>{1, -0.0});
  expect_round_trip(std::vector<double>{});
  expect_round_trip(std::vector<bool>{true, false, true});
  expect_round_trip(std::vector<std::uint64_t>{UINT64_MAX, 0});
  expect_round_trip(std::vector<std::string>{"a", ""});
  expect_round_trip(std::vector<char>{'a', '\0'});
  expect_round_trip(std::vector<std::vector<int>>{{1}, {}, {2, 3}});
  expect_round_trip(std::vector<std::optional<double>>{1.0, std::nullopt});
  expect_round_trip(std::array<int, 3>{1, 2, 3});
  expect_round_trip(std::array<std::string, 2>{"a", "b"});
  expect_round_trip(std::array<int, 0>{});
  expect_round_trip(std::set<std::string>{"b", "a"});
  expect_round_trip(std::unordered_set<int>{1, 2});
  expect_round_trip(std::pair(1, std::string("x")));
  expect_round_trip(std::tuple(1, 2.5, std::string("x"), std::vector<int>{1}));
  expect_round_trip(std::tuple<>());
  expect_round_trip(List{1, "x"});
}

TEST(Codec, NumbersAreArraysAndTheRestAreLists) {
  EXPECT_EQ(Value(std::vector<float>{1}).as_array().dtype(), DType::f32);
  EXPECT_EQ(Value(std::vector<long long>{1}).as_array().dtype(), DType::i64);
  EXPECT_EQ(Value(std::vector<bool>{true}).as_array().dtype(), DType::boolean);
  EXPECT_EQ(Value(std::array<double, 2>{}).kind(), Kind::array);
  EXPECT_EQ(Value(std::vector<std::string>{"x"}).kind(), Kind::list);
  const std::vector<double> numbers{1, 2};
  EXPECT_EQ(Value(std::span<const double>(numbers)).repr(), "[1.0, 2.0]");
}

TEST(Codec, SequencesDecodeFromListsTuplesAndArraysThatLoseNothing) {
  EXPECT_EQ(Value(List{1, 2.5}).as<std::vector<double>>(), (std::vector<double>{1, 2.5}));
  EXPECT_EQ(Value::tuple({1, 2}).as<std::vector<int>>(), (std::vector<int>{1, 2}));
  EXPECT_EQ(Value(std::vector<double>{1, 2}).as<std::vector<int>>(), (std::vector<int>{1, 2}));
  EXPECT_EQ((Value(std::vector<double>{1, 2}).as<std::array<int, 2>>()), (std::array<int, 2>{1, 2}));
  EXPECT_EQ((Value(std::vector<double>{1, 2}).as<std::tuple<double, double>>()), (std::tuple(1.0, 2.0)));
  EXPECT_THROW((void)Value(std::vector<double>{1.5}).as<std::vector<int>>(), ValueError);
  EXPECT_THROW((void)Value("12").as<std::vector<int>>(), TypeError);
  EXPECT_EQ(message([] { (void)Value(List{1, "x"}).as<std::vector<int>>(); }), "item 1: expected int, got str 'x'");
  EXPECT_EQ(message([] { (void)Value(List{1}).as<std::pair<int, int>>(); }),
            "expected tuple[int, int] with 2 items, got 1: [1]");
  const Value matrix = Array::zeros(DType::f64, std::vector<std::int64_t>{2, 1});
  EXPECT_THROW((void)matrix.as<std::vector<double>>(), TypeError);
  EXPECT_EQ(matrix.as<std::vector<std::vector<double>>>(), (std::vector<std::vector<double>>{{0}, {0}}));
}

TEST(Codec, MapsAreDicts) {
  expect_round_trip(std::map<double, double>{{1, 504.8}, {INFINITY, 0.99}});
  expect_round_trip(std::unordered_map<std::string, std::vector<int>>{{"a", {1}}, {"b", {}}});
  expect_round_trip(std::map<std::pair<int, int>, std::string>{{{1, 2}, "x"}});
  EXPECT_EQ(message([] {
              (void)Value(Dict{{"a", "x"}}).as<std::map<std::string, int>>();
            }),
            "key 'a': expected int, got str 'x'");
}

TEST(Codec, AVariantIsTheAlternativeThatTheValueIsExactly) {
  using Variant = std::variant<double, int, bool, std::string, std::vector<double>, std::monostate>;
  for (const Variant& variant : {Variant(1.0), Variant(1), Variant(true), Variant("x"), Variant(std::vector<double>{1}),
                                 Variant(std::monostate{})})
    expect_round_trip(variant);
  EXPECT_EQ((Value(1).as<std::variant<std::string, double>>()), (std::variant<std::string, double>(1.0)));
  EXPECT_EQ(message<TypeError>([] { (void)Value(1).as<std::variant<std::string, bool>>(); }),
            "expected Union[str, bool], got int 1");
}

TEST(Codec, DurationsAreSecondsAndComeBackExactly) {
  using namespace std::chrono;
  EXPECT_EQ(Value(1500ms).repr(), "1.5");
  EXPECT_EQ(Value(hours(2)).repr(), "7200.0");
  expect_round_trip(1500ms);
  expect_round_trip(nanoseconds(1));
  expect_round_trip(nanoseconds(-1700000000123456789));
  expect_round_trip(system_clock::now().time_since_epoch());
  expect_round_trip(nanoseconds::max());
  expect_round_trip(nanoseconds::min());
  expect_round_trip(microseconds(-3));
  expect_round_trip(hours(-5));
  expect_round_trip(hours::max());
  expect_round_trip(hours::min());
  expect_round_trip(duration<std::int64_t, std::atto>(999'999'999'999'999'999));
  expect_round_trip(duration<int, std::ratio<1, 3>>(7));
  expect_round_trip(duration<double>(0.1));
  expect_round_trip(duration<double>(INFINITY));
  expect_round_trip(duration<float, std::milli>(2.5F));
  for (const double count : {0.3, 5e-324, 1e-310, 1.7e308, -0.7}) {
    expect_round_trip(duration<double, std::milli>(count));
    expect_round_trip(duration<double, std::ratio<3600>>(count));
  }
  EXPECT_TRUE(std::signbit(Value(duration<double, std::milli>(-0.0)).as<duration<double, std::milli>>().count()));
  EXPECT_EQ(Value(2).as<milliseconds>(), 2s);
  EXPECT_THROW((void)Value(1e300).as<nanoseconds>(), OverflowError);
  EXPECT_THROW((void)Value(INT64_MAX).as<nanoseconds>(), OverflowError);
  EXPECT_THROW((void)Value(NAN).as<nanoseconds>(), OverflowError);
  EXPECT_THROW((void)(Value(1e300).as<duration<float, std::milli>>()), OverflowError);
  EXPECT_THROW((void)Value("1").as<seconds>(), TypeError);
}

TEST(Codec, ADurationIsNotRounded) {
  using namespace std::chrono;
  EXPECT_EQ(Value(0.1).as<milliseconds>(), 100ms) << "0.1 is the float nearest to it";
  EXPECT_EQ(Value(1e-9).as<nanoseconds>(), 1ns);
  EXPECT_EQ(Value(4.035).as<milliseconds>(), 4035ms);
  EXPECT_EQ(
      message<ValueError>([] { (void)Value(milliseconds(1500)).as<seconds>(); }),
      "1.5 seconds are no whole number of the unit of std::chrono::duration<long int>, and would be rounded; take "
      "a duration of a finer unit, or of double");
  EXPECT_THROW((void)Value(0.0015).as<milliseconds>(), ValueError);
  EXPECT_THROW((void)Value(90).as<minutes>(), ValueError);
  EXPECT_THROW((void)Value(0.1 + 0.2).as<milliseconds>(), ValueError) << "it is another float than 0.3";
  EXPECT_THROW((void)Value(nanoseconds(1700000000123456789)).as<microseconds>(), ValueError);
}

TEST(Codec, PointsInTimeAreTheSecondsSinceTheirClocksEpoch) {
  using namespace std::chrono;
  const auto now = system_clock::now();
  EXPECT_TRUE(Value(now).as<system_clock::time_point>() == now);
  EXPECT_EQ(Value(sys_seconds(90s)).repr(), "90.0");
  EXPECT_TRUE(Value(std::vector{now}).as<std::vector<system_clock::time_point>>() == std::vector{now});
}

TEST(Codec, DequesListsAndPathsComeBack) {
  expect_round_trip(std::deque<double>{1, -0.0});
  expect_round_trip(std::deque<bool>{true, false});
  expect_round_trip(std::deque<std::string>{"a", ""});
  expect_round_trip(std::list<int>{1, 2});
  expect_round_trip(std::list<std::list<std::string>>{{"a"}, {}});
  expect_round_trip(std::map<std::list<int>, std::deque<int>>{{{1, 2}, {3}}});
  expect_round_trip(std::filesystem::path("/a/b c"));
  expect_round_trip(std::map<std::filesystem::path, int>{{"a", 1}, {"b", 2}});
  EXPECT_EQ(Value(std::deque<float>{1}).as_array().dtype(), DType::f32);
  EXPECT_EQ(Value(std::filesystem::path("a")), "a");
}

TEST(Codec, NamesAreForSignatures) {
  EXPECT_EQ((Codec<std::map<double, double>>::name()), "dict[float, float]");
  EXPECT_EQ((Codec<std::tuple<int, std::optional<std::string>>>::name()), "tuple[int, Optional[str]]");
  EXPECT_EQ(Codec<std::vector<double>>::name(), "array[f64]");
  EXPECT_EQ(Codec<std::vector<std::string>>::name(), "list[str]");
}

}  // namespace
}  // namespace enginery
