#!/usr/bin/env python3
# tests/docs/reference_test.py: what counts as public in a header, and that the page must have just that.
import unittest

import reference

HEADER = """
#define ENGINERY_LOUD(name) { class name; }
#define ENGINERY_QUIET_ 1
#define ENGINERY_ONCE 1
#undef ENGINERY_ONCE
namespace std {
class string;
}
namespace enginery {
class Hidden;  // class Comment {};
using Number = double;
using std::swap;
namespace detail { struct Inner { void f() {} }; }
/* void block(); */
template <class T, class U = std::vector<T>>
requires(sizeof(T) > 4) class ENGINERY_API Table final : public Base<T> {
 public:
  void member();
  enum class Nested { a };
} ;
enum class [[nodiscard]] Colour : char { red, green };
template <class T>
concept Small = requires(T t) { { t.size() } -> Same<int>; };
template <class Signature>
class OnlySpecialised;
template <class R, class... P>
class OnlySpecialised<R(P...)> {};
template <>
struct Table<int> {};
inline constexpr bool kYes = true;
template <class T>
inline constexpr bool kYes<Table<T>> = false;
inline constexpr Small kList[] = {1, 2};
ENGINERY_API std::ostream& operator<<(std::ostream&, const Hidden&);
ENGINERY_API std::vector<std::pair<int, int>> declared(const char* text = "; void fake() {");
template <class T> requires Small<T> && (sizeof(T) == 1)
[[noreturn]] auto defined(T t) -> decltype(t) { return t; }
template <class T>
void Table<T>::member() {}
namespace literals { constexpr Hidden operator""_h(const char*, std::size_t) { return {}; } }
extern "C" {
struct PlainC { int a; };
}
static_assert(sizeof(int) == 4);
ENGINERY_NAMED_ERROR(OddError);
void last() noexcept;
}
void outside();
"""
NAMES = {"ENGINERY_LOUD", "Number", "Table", "Colour", "Small", "kYes", "kList", "declared", "defined", "_h", "PlainC",
         "OddError", "last"}
PATH = "core/enginery/some.hpp"


def page(names, path=PATH):
    return f"### Some: [some.hpp](../{path})\n\n* " + ", ".join(f"`{name}`" for name in sorted(names)) + ": things.\n"


class ReferenceTest(unittest.TestCase):
    def complains(self, text, *complaints):
        self.assertEqual(reference.differences({PATH: HEADER}, text), list(complaints))

    def test_what_is_public(self):
        self.assertEqual(reference.names_of(HEADER), (NAMES, {"OnlySpecialised"}))

    def test_a_page_with_just_the_names(self):
        self.complains(page(NAMES | {"OnlySpecialised"}))

    def test_a_name_that_the_page_lacks(self):
        self.complains(page(NAMES), f"{PATH}: OnlySpecialised is not on the page")
        self.complains(page((NAMES | {"OnlySpecialised"}) - {"last"}), f"{PATH}: last is not on the page")

    def test_a_name_that_the_page_makes_up(self):
        self.complains(page(NAMES | {"OnlySpecialised", "Inner"}),
                       f"{PATH}: the page names Inner, which is not public there")
        self.complains(page(NAMES | {"OnlySpecialised"}) + "* `last`: again.\n", f"{PATH}: last is named twice")

    def test_a_header_that_the_page_lacks_or_makes_up(self):
        self.complains(page(set(), "core/enginery/other.hpp"), f"{PATH} is not on the page",
                       "core/enginery/other.hpp: there is no such header")

    def test_a_header_without_names_is_linked(self):
        headers = {PATH: "namespace enginery { class Later; }"}
        self.assertEqual(reference.differences(headers, f"See [it](../{PATH})."), [])
        self.assertEqual(reference.differences(headers, "See it."), [f"{PATH} is not on the page"])

    def test_a_class_that_another_header_defines_is_not_public_where_it_is_declared(self):
        headers = {PATH: "namespace enginery { template <class T> class Box; }",
                   "core/enginery/box.hpp": "namespace enginery { template <class T> class Box {}; }"}
        self.assertEqual(reference.differences(headers, f"[it](../{PATH})\n" + page({"Box"}, "core/enginery/box.hpp")), [])


if __name__ == "__main__":
    unittest.main()
