// core/enginery/value.hpp: the dynamic type of the namespace and of calls by name, with all that it can hold.
#pragma once

#include <cstdint>
#include <optional>
#include <variant>

// Together, so that `Value(5)` means the same in every file: whether a type is Encodable is decided once.
#include <enginery/array.hpp>
#include <enginery/codec.hpp>
#include <enginery/dict.hpp>
#include <enginery/handle.hpp>
#include <enginery/opaque_fields.hpp>

namespace enginery {

/// start:stop:step; each may be left out.
struct Slice {
  std::optional<std::int64_t> start, stop, step;
};

/// One part of a subscript: an index or a key, or a slice. `a[1, ::-1]` has two.
struct Subscript : std::variant<Value, Slice> {
  using std::variant<Value, Slice>::variant;
};

/// How `execute_result` says what the last statement gave.
enum class ResultText : std::uint8_t {
  whole,        ///< its repr; what is beyond 4 MiB is cut
  abbreviated,  ///< of long arrays, lists, dicts and texts the first and last items, and how long they are
  json,         ///< JSON (docs/commands.md says what becomes of what JSON has not); an error beyond 64 MiB
};

}  // namespace enginery
