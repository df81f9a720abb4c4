// core/tasks/map_results.cpp: what came of the items of a map.
#include "core/tasks/map_results.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

#include <enginery/array.hpp>

#include "core/wire/value_nodes.hpp"

namespace enginery::tasks {
namespace {

/// Around a result, on its way, are the tuple and the list that it is in.
constexpr unsigned kLevelsAround = 2;
/// How many there are is only what the call says.
constexpr std::size_t kMostReserved = 65536;

Value number_of(Kind kind, std::uint64_t bits) {
  switch (kind) {
    case Kind::boolean:
      return Value::boolean(bits != 0);
    case Kind::integer:
      return Value::integer(static_cast<std::int64_t>(bits));
    default:
      return Value::real(std::bit_cast<double>(bits));
  }
}

DType dtype_of(Kind kind) {
  return kind == Kind::boolean ? DType::boolean : kind == Kind::integer ? DType::i64 : DType::f64;
}

Value array_of(Kind kind, const std::vector<std::uint64_t>& numbers) {
  Array array(dtype_of(kind), {static_cast<std::int64_t>(numbers.size())});
  std::byte* const to = array.mutable_data();
  if (kind == Kind::boolean)
    for (std::size_t i = 0; i < numbers.size(); ++i) to[i] = static_cast<std::byte>(numbers[i]);
  else if (!numbers.empty())
    std::memcpy(to, numbers.data(), array.nbytes());
  return Value::array(std::move(array));
}

}  // namespace

bool MapResults::add_number(const Value& result) {
  const Kind kind = result.kind();
  if (kind_ == Kind::none) {
    if (kind != Kind::boolean && kind != Kind::integer && kind != Kind::real) return false;
  } else if (kind != kind_) {
    return false;
  }
  if (kind == Kind::integer && result.is_large_integer()) return false;
  if (numbers_.empty()) numbers_.reserve(std::min(items_, kMostReserved));
  numbers_.push_back(kind == Kind::boolean   ? std::uint64_t{result.as_boolean()}
                     : kind == Kind::integer ? static_cast<std::uint64_t>(result.as_integer())
                                             : std::bit_cast<std::uint64_t>(result.as_real()));
  kind_ = kind;
  return true;
}

void MapResults::widen() {
  values_.reserve(std::min(items_, kMostReserved));
  for (const std::uint64_t bits : numbers_) values_.push_back(number_of(kind_, bits));
  for (const std::size_t item : failed_) values_[item] = Value();
  numbers_ = {};
  is_list_ = true;
}

void MapResults::add(Value result) {
  if (!is_list_ && add_number(result)) return;
  wire::check_travels(result, kLevelsAround);
  if (!is_list_) widen();
  values_.push_back(std::move(result));
}

void MapResults::add_failure(wire::Failure failure) {
  const std::size_t item = size();
  failures_.push_back(
      Value::tuple({Value::integer(static_cast<std::int64_t>(item)), Value::string(std::move(failure.ename)),
                    Value::string(std::move(failure.evalue)), Value::string(std::move(failure.traceback))}));
  failed_.push_back(item);
  if (is_list_)
    values_.emplace_back();
  else
    numbers_.push_back(0);
}

Value MapResults::take() {
  if (!is_list_ && kind_ == Kind::none) widen();  // there is no result
  Value values = is_list_ ? Value::list(std::move(values_)) : array_of(kind_, numbers_);
  return Value::tuple({std::move(values), Value::list(std::move(failures_))});
}

}  // namespace enginery::tasks
