// core/enginery/result_text.hpp: how what a statement gives is written.
#pragma once

#include <cstdint>

namespace enginery {

/// How `execute_result` says what the last statement gave.
enum class ResultText : std::uint8_t {
  whole,        ///< its repr; what is beyond 4 MiB is cut
  abbreviated,  ///< of long arrays, lists, dicts and texts the first and last items, and how long they are
  json,         ///< JSON (docs/commands.md says what becomes of what JSON has not); an error beyond 64 MiB
};

}  // namespace enginery
