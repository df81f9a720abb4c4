// core/enginery/fields.hpp: the fields of a plain struct, all at once.
#pragma once

#include <cstddef>

namespace enginery::detail {

constexpr std::size_t kMostFields = 64;

// Names for up to eight fields, and for those before them.
#define ENGINERY_1_(x) x##0
#define ENGINERY_2_(x) ENGINERY_1_(x), x##1
#define ENGINERY_3_(x) ENGINERY_2_(x), x##2
#define ENGINERY_4_(x) ENGINERY_3_(x), x##3
#define ENGINERY_5_(x) ENGINERY_4_(x), x##4
#define ENGINERY_6_(x) ENGINERY_5_(x), x##5
#define ENGINERY_7_(x) ENGINERY_6_(x), x##6
#define ENGINERY_8_(x) ENGINERY_7_(x), x##7
#define ENGINERY_BEFORE_8_ ENGINERY_8_(a),
#define ENGINERY_BEFORE_16_ ENGINERY_BEFORE_8_ ENGINERY_8_(b),
#define ENGINERY_BEFORE_24_ ENGINERY_BEFORE_16_ ENGINERY_8_(c),
#define ENGINERY_BEFORE_32_ ENGINERY_BEFORE_24_ ENGINERY_8_(d),
#define ENGINERY_BEFORE_40_ ENGINERY_BEFORE_32_ ENGINERY_8_(e),
#define ENGINERY_BEFORE_48_ ENGINERY_BEFORE_40_ ENGINERY_8_(f),
#define ENGINERY_BEFORE_56_ ENGINERY_BEFORE_48_ ENGINERY_8_(g),

#ifdef __clang__  // which names no bindings in a requirement, so that bit-fields are the compiler's own error
#define ENGINERY_TAKES_(...) true
#else
#define ENGINERY_TAKES_(...) \
  requires { function(__VA_ARGS__); }
#endif
#define ENGINERY_BIND_(count, ...)              \
  if constexpr (kCount == count) {              \
    auto& [__VA_ARGS__] = object;               \
    if constexpr (ENGINERY_TAKES_(__VA_ARGS__)) \
      return function(__VA_ARGS__);             \
    else                                        \
      return NotFields();                       \
  }
#define ENGINERY_BIND_8_(first, before, x)         \
  ENGINERY_BIND_(first + 1, before ENGINERY_1_(x)) \
  ENGINERY_BIND_(first + 2, before ENGINERY_2_(x)) \
  ENGINERY_BIND_(first + 3, before ENGINERY_3_(x)) \
  ENGINERY_BIND_(first + 4, before ENGINERY_4_(x)) \
  ENGINERY_BIND_(first + 5, before ENGINERY_5_(x)) \
  ENGINERY_BIND_(first + 6, before ENGINERY_6_(x)) \
  ENGINERY_BIND_(first + 7, before ENGINERY_7_(x)) \
  ENGINERY_BIND_(first + 8, before ENGINERY_8_(x))

/// What no function of references takes: there are bit-fields among them.
struct NotFields {};

/// function(field…) for the `kCount` fields of `object`; NotFields if it does not take them. Requires: it is an
/// aggregate of so many, and has no base.
template <std::size_t kCount, class T, class Function>
constexpr auto with_fields(T& object, Function function) {
  static_assert(kCount > 0 && kCount <= kMostFields);
  ENGINERY_BIND_8_(0, , a)
  ENGINERY_BIND_8_(8, ENGINERY_BEFORE_8_, b)
  ENGINERY_BIND_8_(16, ENGINERY_BEFORE_16_, c)
  ENGINERY_BIND_8_(24, ENGINERY_BEFORE_24_, d)
  ENGINERY_BIND_8_(32, ENGINERY_BEFORE_32_, e)
  ENGINERY_BIND_8_(40, ENGINERY_BEFORE_40_, f)
  ENGINERY_BIND_8_(48, ENGINERY_BEFORE_48_, g)
  ENGINERY_BIND_8_(56, ENGINERY_BEFORE_56_, h)
}

#define ENGINERY_COUNT_(count, ...)                        \
  else if constexpr (!requires { T{__VA_ARGS__{}}; }) {    \
    if constexpr (requires { T{__VA_ARGS__ Anything{}}; }) \
      return kMostFields + 1;                              \
    else                                                   \
      return count;                                        \
  }
#define ENGINERY_BRACES_4_ {}, {}, {}, {},
#define ENGINERY_BRACES_8_ ENGINERY_BRACES_4_ ENGINERY_BRACES_4_
#define ENGINERY_BRACES_16_ ENGINERY_BRACES_8_ ENGINERY_BRACES_8_
#define ENGINERY_BRACES_32_ ENGINERY_BRACES_16_ ENGINERY_BRACES_16_
#define ENGINERY_COUNT_8_(first, ...)                                \
  ENGINERY_COUNT_(first, __VA_ARGS__)                                \
  ENGINERY_COUNT_(first + 1, __VA_ARGS__{}, )                        \
  ENGINERY_COUNT_(first + 2, __VA_ARGS__{}, {}, )                    \
  ENGINERY_COUNT_(first + 3, __VA_ARGS__{}, {}, {}, )                \
  ENGINERY_COUNT_(first + 4, __VA_ARGS__ ENGINERY_BRACES_4_)         \
  ENGINERY_COUNT_(first + 5, __VA_ARGS__ ENGINERY_BRACES_4_{}, )     \
  ENGINERY_COUNT_(first + 6, __VA_ARGS__ ENGINERY_BRACES_4_{}, {}, ) \
  ENGINERY_COUNT_(first + 7, __VA_ARGS__ ENGINERY_BRACES_4_{}, {}, {}, )

/// How many fields an aggregate has whose fields can all be initialised by `{}`; more than kMostFields for another.
/// Nothing but `{}` is tried on a field, since some types do not compile with what stands for any initializer.
template <class T, class Anything>
constexpr std::size_t count_braces() {
  if constexpr (!requires { T{}; }) return kMostFields + 1;
  ENGINERY_COUNT_8_(0, )
  ENGINERY_COUNT_8_(8, ENGINERY_BRACES_8_)
  ENGINERY_COUNT_8_(16, ENGINERY_BRACES_16_)
  ENGINERY_COUNT_8_(24, ENGINERY_BRACES_16_ ENGINERY_BRACES_8_)
  ENGINERY_COUNT_8_(32, ENGINERY_BRACES_32_)
  ENGINERY_COUNT_8_(40, ENGINERY_BRACES_32_ ENGINERY_BRACES_8_)
  ENGINERY_COUNT_8_(48, ENGINERY_BRACES_32_ ENGINERY_BRACES_16_)
  ENGINERY_COUNT_8_(56, ENGINERY_BRACES_32_ ENGINERY_BRACES_16_ ENGINERY_BRACES_8_)
  ENGINERY_COUNT_(64, ENGINERY_BRACES_32_ ENGINERY_BRACES_32_)
  else return kMostFields + 1;
}

#undef ENGINERY_COUNT_
#undef ENGINERY_COUNT_8_
#undef ENGINERY_BRACES_4_
#undef ENGINERY_BRACES_8_
#undef ENGINERY_BRACES_16_
#undef ENGINERY_BRACES_32_
#undef ENGINERY_1_
#undef ENGINERY_2_
#undef ENGINERY_3_
#undef ENGINERY_4_
#undef ENGINERY_5_
#undef ENGINERY_6_
#undef ENGINERY_7_
#undef ENGINERY_8_
#undef ENGINERY_BEFORE_8_
#undef ENGINERY_BEFORE_16_
#undef ENGINERY_BEFORE_24_
#undef ENGINERY_BEFORE_32_
#undef ENGINERY_BEFORE_40_
#undef ENGINERY_BEFORE_48_
#undef ENGINERY_BEFORE_56_
#undef ENGINERY_BIND_
#undef ENGINERY_TAKES_
#undef ENGINERY_BIND_8_

}  // namespace enginery::detail
