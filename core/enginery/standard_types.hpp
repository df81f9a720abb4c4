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
#if _GLIBCXX_USE_CXX11_ABI
#define ENGINERY_BEGIN_CXX11_ inline namespace __cxx11 __attribute__((__abi_tag__("cxx11"))) {
#define ENGINERY_END_CXX11_ }
#else
#define ENGINERY_BEGIN_CXX11_
#define ENGINERY_END_CXX11_
#endif
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
template <class T, class Allocator>
class deque;  // #include <deque> where you use it
ENGINERY_BEGIN_CXX11_
template <class T, class Allocator>
class list;  // #include <list> where you use it
ENGINERY_END_CXX11_
namespace chrono {
template <class Rep, class Period>
struct duration;  // #include <chrono> where you use it
template <class Clock, class Duration>
struct time_point;  // #include <chrono> where you use it
}  // namespace chrono
namespace filesystem {
ENGINERY_BEGIN_CXX11_
class path;  // #include <filesystem> where you use it
ENGINERY_END_CXX11_
}  // namespace filesystem
}  // namespace std
#undef ENGINERY_BEGIN_CXX11_
#undef ENGINERY_END_CXX11_
#pragma GCC visibility pop
#else
#include <chrono>
#include <complex>
#include <deque>
#include <filesystem>
#include <list>
#include <map>
#include <set>
#include <unordered_map>
#include <unordered_set>
#endif
