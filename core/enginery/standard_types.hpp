// core/enginery/standard_types.hpp: names of the standard library's types that have codecs, without their headers.
//
// A codec needs only the name of a template until somebody uses it, and who uses std::map has included <map>. The
// headers themselves take a quarter of a second of each file that includes enginery. The standard leaves such
// declarations to the library, so this is for libstdc++ as it is usually configured; elsewhere come the headers.
#pragma once

#include <string>  // also tells which library this is

#if defined(__GLIBCXX__) && !defined(_GLIBCXX_DEBUG) && !_GLIBCXX_INLINE_VERSION
#pragma GCC visibility push(default)  // as there
namespace std {
template <class T>
class complex;
template <class T, class Compare, class Allocator>
class set;
template <class T, class Hash, class Equal, class Allocator>
class unordered_set;
template <class Key, class T, class Compare, class Allocator>
class map;
template <class Key, class T, class Hash, class Equal, class Allocator>
class unordered_map;
namespace chrono {
template <class Rep, class Period>
struct duration;
}  // namespace chrono
}  // namespace std
#pragma GCC visibility pop
#else
#include <chrono>
#include <complex>
#include <map>
#include <set>
#include <unordered_map>
#include <unordered_set>
#endif
