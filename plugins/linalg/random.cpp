// plugins/linalg/random.cpp: matrices of random numbers, to try things with.
#include <random>

#include "tasks.hpp"

namespace linalg {

enginery::Array random(std::int64_t rows, std::optional<std::int64_t> cols, std::optional<std::int64_t> seed) {
  if (rows < 0 || cols.value_or(0) < 0)
    throw enginery::ValueError("linalg.random: rows and cols are not negative; got " + std::to_string(rows) +
                               (cols ? ", " + std::to_string(*cols) : ""));
  using enginery::Array, enginery::DType, enginery::Order;
  Array result = cols ? Array(DType::f64, {rows, *cols}, Order::column_major) : Array(DType::f64, {rows});
  std::mt19937_64 bits(seed ? static_cast<std::uint64_t>(*seed)
                            : std::uint64_t{std::random_device{}()} << 32 | std::random_device{}());
  // The upper 53 bits, by hand: std::uniform_real_distribution is not the same in every library.
  for (double& number : result.mutable_elements<double>()) number = static_cast<double>(bits() >> 11) * 0x1p-53;
  return result;
}

}  // namespace linalg
