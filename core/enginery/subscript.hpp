// core/enginery/subscript.hpp: what stands between [ and ], as Python reads it.
#pragma once

#include <cstdint>
#include <optional>
#include <variant>

#include <enginery/handle.hpp>

namespace enginery {

/// start:stop:step; each may be left out.
struct Slice {
  std::optional<std::int64_t> start, stop, step;
};

/// One part of a subscript: an index or a key, or a slice. `a[1, ::-1]` has two.
struct Subscript : std::variant<Value, Slice> {
  using std::variant<Value, Slice>::variant;
};

}  // namespace enginery
