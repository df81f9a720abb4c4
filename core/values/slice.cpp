// core/values/slice.cpp: which items start:stop:step names.
#include "core/values/slice.hpp"

#include <algorithm>
#include <limits>

namespace enginery {

Stretch resolve(const Slice& slice, std::size_t size) {
  std::int64_t step = slice.step.value_or(1);
  if (step == 0) throw ValueError("slice step cannot be zero");
  step = std::max(step, -std::numeric_limits<std::int64_t>::max());
  const std::int64_t count = static_cast<std::int64_t>(size);
  const std::int64_t lowest = step < 0 ? -1 : 0, highest = step < 0 ? count - 1 : count;
  const auto place = [&](std::optional<std::int64_t> given, std::int64_t otherwise) {
    if (!given) return otherwise;
    return std::clamp(*given < 0 ? *given + count : *given, lowest, highest);
  };
  const std::int64_t from = place(slice.start, step < 0 ? highest : lowest);
  const std::int64_t to = place(slice.stop, step < 0 ? lowest : highest);
  const std::int64_t distance = step < 0 ? from - to : to - from;
  const std::int64_t stride = step < 0 ? -step : step;
  return {from, step, distance <= 0 ? 0 : (distance - 1) / stride + 1};
}

}  // namespace enginery
