// core/enginery/standard_types.hpp: names of the standard library's types that have codecs, without their headers.
//
// A codec needs only the name of a template until somebody uses it, and code that uses std::map has included <map>. The
// headers themselves take a quarter of a second of each file that includes enginery. The standard leaves such
// declarations to the library, so this is for libstdc++ as it is usually configured (not with _GLIBCXX_DEBUG, not in
// its versioned namespace); elsewhere come the headers.
#pragma once

#include <string>  // also tells which library this is

#if defined(__GLIBCXX__) && !defined(_GLIBCXX_DEBUG) && !_GLIBCXX_INLINE_VERSION
#pragma GCC visibility push(default)  // as there
namespace std {
// Compilers show the line of a declaration whose header was forgotten, so each says which that is.
template <class T>
class complex;  // #include <complex> where you use it
template <class T, class Compare, class Allocator>
class set;  // #include <set> where you use it
template <class T, class Hash, class Equal, class Allocator>
class unordered_set;  // #include <unordered_set> where you use it
template <class Key, class T, class Compare, class Allocator>
class map;  // #include <map> where you use it
template <class Key, class T, class Hash, class Equal, class Allocator>
class unordered_map;  // #include <unordered_map> where you use it
namespace chrono {
template <class Rep, class Period>
struct duration;  // #include <chrono> where you use it
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
