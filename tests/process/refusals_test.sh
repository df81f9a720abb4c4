#!/usr/bin/env bash
# tests/process/refusals_test.sh COMPILER FLAGS…: what cannot travel is refused by the compiler, with a sentence.
#
# Each case is a line of C++ after the common beginning, and what the compiler must say. All cores compile.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cores=$(nproc)
cases=0

# compiles LINE NUMBER: prints what the compiler says.
compiles() {
  cat >"$work/case-$2.cpp" <<CODE
void test(DirectView& view, [[maybe_unused]] MultiView& all, [[maybe_unused]] LoadBalancedView& lv) {
  int local = 1; int* pointer = &local; std::string text; std::vector<int> numbers; const char* literal = "x";
  std::optional<int> maybe; Class object; std::pair<int, int> couple;
  (void)local, (void)pointer, (void)literal;
  $1
}
CODE
  "$compiler" "${flags[@]}" -fsyntax-only "$work/case-$2.cpp" 2>&1
}

# is_refused LINE WORDS NUMBER: prints nothing if the compiler refuses LINE with WORDS
is_refused() {
  local said
  if said=$(compiles "$1" "$3"); then
    echo "it compiles: $1"
  elif ! grep -qF "$2" <<<"$said"; then
    printf 'of   %s\nthe compiler does not say   %s\nbut\n%s\n' "$1" "$2" "$(grep -m3 error <<<"$said")"
  fi
  : >"$work/looked-at-$3"
}

# expect LINE WORDS: one for each core at a time
expect() {
  [ "$(jobs -rp | wc -l)" -lt "$cores" ] || wait -n
  cases=$((cases + 1))
  is_refused "$1" "$2" $cases >"$work/said-$cases" 2>&1 &
}

compiler=$1
shift
flags=("$@" -include "$work/beginning.hpp")
cat >"$work/beginning.hpp" <<'CODE'
#include <memory>
#include <functional>
#include <optional>
#include <ranges>
#include <string>
#include <utility>
#include <vector>
#include <enginery/client.hpp>
#include <enginery/namespace.hpp>
using namespace enginery;
using namespace enginery::literals;
static double half(double x) { return x / 2; }
static long whole(long x) { return x; }
static bool is_set(bool x) { return x; }
struct NoCodec { NoCodec(int); int* where; };
static NoCodec make(int x) { return NoCodec(x); }
namespace Eigen {  // as its own headers declare it
template <typename S, int R, int C, int O = 0, int MR = R, int MC = C> class Matrix { S* data; public: Matrix(); ~Matrix(); };
}
static Eigen::Matrix<double, -1, -1> matrix() { return {}; }
struct Pair { double a, b; };
static Pair pair(double x) { return {x, x}; }
static void scale(Pair& pair) { pair.a *= 2; }
static void nothing() {}
struct OneWay { int x[2]; OneWay(); };
template <> struct enginery::Codec<OneWay> { static Value encode(const OneWay&) { return Value(); } };
static OneWay encodes_only() { return OneWay(); }
struct NotStatic { int x[2]; NotStatic(); };
template <> struct enginery::Codec<NotStatic> {
  Value encode(const NotStatic&) { return Value(); }
  NotStatic decode(const Value&) { return NotStatic(); }
};
static NotStatic not_static(int) { return NotStatic(); }
struct OtherTypes { int x[2]; OtherTypes(); };
template <> struct enginery::Codec<OtherTypes> {
  static double encode(const OtherTypes&) { return 1; }
  static OtherTypes decode(double) { return OtherTypes(); }
};
struct Misspelt { int x[2]; Misspelt(); };
template <> struct enginery::Codec<Misspelt> {
  static Value encod(const Misspelt&) { return Value(); }
  static Misspelt decod(const Value&) { return Misspelt(); }
};
static void change(NoCodec& object) { object.where = nullptr; }
struct Holds { int number; int* pointer; };
static const char* borrowed() { return "text"; }
struct Line { int number; std::string_view text; };
static std::vector<std::optional<Line>> lines() { return {}; }
static Holds holds() { return {}; }
struct Class { int method() { return 1; } };
struct Outer { double x; Holds holds; };
struct Named { int number; NoCodec member; };
ENGINERY_FIELDS(Named, number, member);
static double by_value(NoCodec object) { return *object.where; }
struct Handle;
static double by_address(const double* x) { return *x; }
struct MovesOnly { std::unique_ptr<double> own; };
static double of_moved(MovesOnly object) { return *object.own; }
static double sum(double x, double y) { return x + y; }
static double of_pointers(std::vector<std::unique_ptr<double>> all) { return *all.at(0); }
CODE
"$compiler" "$@" -x c++-header "$work/beginning.hpp" -o "$work/beginning.hpp.gch"

if ! said=$(compiles 'view.apply(half, 3); view.apply([local](double x) { return x * local; }, 2);
                   view.apply(change, view.apply(make, 1).store_as("x")); view.apply(change, view.apply(make, 1));
                   view.apply(by_value, view.apply(make, 1)); view.apply(holds); view["x"] = view["y"]; view["x"] = {}; all["x"] = 1;
                   view.push({{"x", text}, {"y", numbers}}); all.scatter("x", numbers); all.scatter("x", numbers, true); globals()["x"] = globals()["y"];
                   Function::make({}, encodes_only); Function::make({}, [](NotStatic&) {});
                   view.apply<void>("x"); view.apply_sync<double>("x", 1);
                   lv.map(half, numbers); all.map(sum, numbers, std::views::iota(0)); lv.map_sync<double>("x", numbers);
                   lv.imap(half, std::views::iota(0)); lv.map_reduce(half, numbers, std::plus<double>());
                   view.apply(half, view.apply(whole, 1)); view.apply("f", view.apply("g"));' 0); then
  printf 'what travels does not compile:\n%s\n' "$said" >&2
  exit 1
fi

expect 'view.apply([&local] { return local; });' 'it captures a pointer, a reference or this'
expect 'view.apply([&] { return local; });' 'it captures a pointer, a reference or this'
expect 'view.apply([pointer] { return *pointer; });' 'it captures a pointer, a reference or this'
expect 'view.apply([literal] { return *literal; });' 'it captures a pointer, a reference or this'
expect 'view.apply([maybe] { return maybe.has_value(); });' 'enginery::plain(f) overrides'
expect 'view.apply([text] { return text.size(); });' 'it captures something that owns memory'
expect 'view.apply([numbers] { return numbers.size(); });' 'Write enginery::capture(values…, f)'
expect 'view.apply(plain([text] { return text.size(); }));' 'plain(f) takes a function object that is trivially copyable'
expect 'view.apply([](auto x) { return x; }, 1);' "give a generic lambda's parameters their types"
expect 'view.apply(&Class::method, 1);' 'a member function needs an object'
expect 'view.apply(half);' 'the function takes another number of arguments'
expect 'view.apply(half, 1, 2);' 'the function takes another number of arguments'
expect 'view.apply(half, "x"_a = 1.0);' 'keyword arguments belong to names'
expect 'view.apply(half, "text");' 'this argument does not convert'
expect 'view.apply(whole, 1.5);' 'would lose its fraction'
expect 'view.apply(is_set, 1);' 'only a bool is given for a bool parameter'
expect 'view.apply(is_set, "yes");' 'only a bool is given for a bool parameter'
expect 'view.apply(change, NoCodec(1));' 'binds to an object there: pass an enginery::Reference'
expect 'NoCodec here = view.apply(make, 1);' 'this result stays on its engine'
expect 'NoCodec here = view.apply_sync(make, 1);' 'which gives the Reference that other calls take'
expect 'double here = view.apply(stays(half), 1);' 'give it a name with .store_as('
expect 'view.apply(stays(nothing));' 'the function gives nothing that could stay'
expect 'view.apply(half, view.apply(make, 1).store_as("x"));' 'this Reference is to an object of another type'
expect 'view.apply(scale, view.apply(stays(pair), 1).store_as("p"));' 'which a parameter T& does not bind to'
expect 'view.apply(matrix);' 'include <enginery/eigen.hpp> before this call'
expect 'view.apply(half, view.apply(make, 1));' 'this Reference is to an object of another type'
expect 'view.apply(encodes_only);' 'no value can become this type'
expect 'view.apply(borrowed);' 'a task cannot return a pointer'
expect 'view.apply(lines);' 'a task cannot return a pointer, string_view, span, Ref or Map'
expect 'view.apply(capture(1, 2, half));' 'captures more values than f has parameters'
expect 'view.apply(fn<double(double)>("linalg.det"), 1, 2);' 'the function takes fewer arguments'
# What would refer to a temporary.
expect 'fn<double(double)> named(text + ".det");' 'fn keeps a view of its name, and this name is a temporary'
expect 'auto flags = DirectView(view).temp_flags({.block = true});' 'this view is a temporary'
expect 'auto* entry = view.pull("d").get().as_dict().find("a");' 'this dict is a temporary'
expect 'NoCodec& held = view.pull("m").get().as_opaque<NoCodec>();' 'this Value is a temporary'
expect 'for (double x : view.pull("a").get().as_array().elements<double>()) (void)x;' 'deleted function'
for what in 'view["x"] = NoCodec(1);' 'all["x"] = NoCodec(1);' 'globals()["x"] = NoCodec(1);' \
    'view.push({{"x", NoCodec(1)}});' 'all.update({{"x", NoCodec(1)}});' 'all.scatter("x", NoCodec(1));' 'view.apply("f", NoCodec(1));'; do
  expect "$what" 'this type cannot travel: it has no Codec<T>::encode'
done
for what in 'view.pull<NoCodec>("x");' 'all.pull<NoCodec>("x");' 'view.pull<int, NoCodec>("x", "y");' \
    'view.get<NoCodec>("x");' 'globals().at<NoCodec>("x");' 'all.gather<NoCodec>("x").get();' 'Value().as<NoCodec>();' 'view.apply<NoCodec>("f");'; do
  expect "$what" 'no value can become this type: it has no Codec<T>::decode'
done
expect 'view["x"] = Holds{};' 'this struct cannot travel: its member kMember'
expect 'view["x"] = Holds{};' '{"pointer"}'
expect 'view.pull<Outer>("x");' 'no value can become this struct: its member kMember'
expect 'view.pull<Outer>("x");' '{"holds"}'
expect 'view["x"] = Named{1, NoCodec(1)};' '{"member"}'
expect 'view.apply(by_value, NoCodec(1));' 'is passed as an enginery::Reference'
expect 'view.apply(by_address, view.apply(make, 1));' 'a task cannot have a parameter of this type'
expect 'view.apply(of_pointers, view.apply(make, 1));' 'a task cannot have a parameter of this type'
expect 'Function::make({}, of_moved);' 'a task cannot have a parameter of this type'
for type in NotStatic OtherTypes Misspelt; do
  expect "view.push({{\"x\", $type()}});" 'but has no `static Value encode(const T&)`'
  expect "view.pull<$type>(\"x\");" 'but has no `static T decode(const Value&)`'
  expect "Function::make({}, [] { return $type(); });" 'but has no `static Value encode(const T&)`'
  expect "Function::make({}, []($type) {});" 'but has no `static T decode(const Value&)`'
  expect "Function::make({}, [](const $type&) {});" 'but has no `static T decode(const Value&)`'
done
expect 'Function::make({}, [](OneWay) {});' 'but has no `static T decode(const Value&)`'
expect 'view.apply(not_static, 1);' 'but has no `static Value encode(const T&)`'
expect 'Value::opaque(std::shared_ptr<Handle>());' 'an opaque object cannot be of an incomplete type'
expect 'view.apply([couple](int x) { return x + couple.first; }, 1);' 'such as a std::pair or std::tuple'
expect 'view.apply<double>(half, 1);' 'a function says itself what it gives'
expect 'view.apply_async<double>(half, 1);' 'a function says itself what it gives'
expect 'view.apply_sync<double>([](int x) { return x; }, 1);' 'a function says itself what it gives'
# Maps.
expect 'lv.map(half, 5);' 'map takes ranges, such as a vector, one for each parameter'
expect 'lv.map(sum, numbers);' 'map takes one range for each parameter of the function'
expect 'all.map_sync(half, numbers, numbers);' 'map takes one range for each parameter of the function'
expect 'lv.imap(half, numbers, numbers);' 'map takes one range for each parameter of the function'
expect 'lv.map(half);' 'map takes a range for each parameter, at least one'
expect 'lv.map("f");' 'map takes a range for each parameter, at least one'
expect 'lv.map(fn<double(double)>("f"), numbers, numbers);' 'there are more ranges'
expect 'lv.map(half, "x"_a = numbers);' 'map takes no keyword arguments'
expect 'lv.map(half, std::vector<std::string>());' 'this argument does not convert'
expect 'lv.map(whole, std::vector<double>());' 'would lose its fraction'
expect 'lv.map("f", std::vector<Holds>());' 'this struct cannot travel: its member kMember'
expect 'lv.map(make, numbers);' "the function's result has no Codec, so it stays on its engine"
expect 'lv.map(stays(half), numbers);' 'stays(f) is for apply'
expect 'lv.map(half, std::views::iota(0));' 'this range has no end'
expect 'lv.map_sync<int>(half, numbers);' 'a function says itself what it gives'
expect 'lv.map(numbers, half);' 'map takes first what it calls'
expect 'lv.map([](auto x) { return x; }, numbers);' "give a generic lambda's parameters their types"
expect 'lv.map_sync<NoCodec>("f", numbers);' 'no value can become this type: it has no Codec<T>::decode'
expect 'lv.imap([](int) {}, numbers);' 'imap gives results, and this function has none'
expect 'lv.map_reduce(half, numbers);' 'map_reduce takes what it calls, its ranges, and last'
expect 'lv.map_reduce(half, numbers, 1);' 'the last argument of map_reduce combines two results'
expect 'view.bind(half).map(numbers);' 'map_sync'
# Results as arguments.
expect 'view.apply(whole, view.apply(half, 1));' 'would lose its fraction'
expect 'view.apply(half, view.apply([] { return std::string(); }));' 'this result is of a type that does not convert'
expect 'view.apply(half, view.apply(nothing));' 'this result is nothing, so it is no argument'
expect 'view.apply("f", view.apply(nothing));' 'this result is nothing, so it is no argument'
wait
cat "$work"/said-*
[ "$(ls "$work"/looked-at-* | wc -l)" -eq $cases ] || { echo "not all of $cases cases were looked at"; exit 1; }
[ -z "$(cat "$work"/said-*)" ]
