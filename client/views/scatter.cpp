// client/views/scatter.cpp: a sequence in blocks, one for each engine, and put together again.
#include <algorithm>
#include <cstring>

#include <enginery/array.hpp>
#include <enginery/async_result.hpp>
#include <enginery/columns.hpp>
#include <enginery/errors.hpp>
#include <enginery/untyped_view.hpp>

#include "client/views/request.hpp"

namespace enginery {
namespace {

bool is_sequence(const Value& value) {
  switch (value.kind()) {
    case Kind::list:
    case Kind::tuple:
      return true;
    case Kind::array:
      return value.as_array().ndim() > 0;
    default:
      return false;
  }
}

/// Block `index` of `count` contiguous ones; the first `size % count` are one longer. Flattened: a block of one
/// element is that element. TypeError if it is no sequence.
Value block_of(const Value& sequence, std::size_t index, std::size_t count, bool flatten) {
  if (!is_sequence(sequence))
    throw TypeError("scatter takes a list, a tuple or an array, not a '" + sequence.type_name() +
                    "'; push gives every engine the same");
  const std::size_t size = sequence.size(), shorter = size / count, longer = size % count;
  const std::size_t start = index * shorter + std::min(index, longer), length = shorter + (index < longer ? 1 : 0);
  if (flatten && length == 1) return sequence.at(Value::integer(static_cast<std::int64_t>(start)));
  return part_of(sequence, start, length);
}

/// Arrays of one dtype whose rows have one shape can stand one after the other.
bool are_stackable(std::span<const Value> blocks) {
  if (blocks.empty() || !std::ranges::all_of(blocks, [](const Value& block) {
        return block.kind() == Kind::array && block.as_array().ndim() > 0;
      }))
    return false;
  const Array& first = blocks.front().as_array();
  return std::ranges::all_of(blocks, [&](const Value& block) {
    const Array& array = block.as_array();
    return array.dtype() == first.dtype() && std::ranges::equal(array.shape().subspan(1), first.shape().subspan(1));
  });
}

Array stacked(std::span<const Value> blocks) {
  const Array& first = blocks.front().as_array();
  std::vector<std::int64_t> shape(first.shape().begin(), first.shape().end());
  shape[0] = 0;
  for (const Value& block : blocks) shape[0] += block.as_array().shape()[0];
  Array result(first.dtype(), shape);
  std::byte* at = result.mutable_data();
  for (const Value& block : blocks) {
    const Array rows = block.as_array().ordered(Order::row_major);
    if (rows.nbytes() != 0) std::memcpy(at, rows.data(), rows.nbytes());
    at += rows.nbytes();
  }
  return result;
}

}  // namespace

UntypedView::Tasks UntypedView::send_blocks(const Name& name, const Value& sequence, bool flatten) const {
  const std::shared_ptr<const Aim> now = aim_->now();
  const std::size_t count = now->ids().size();
  wire::Keywords blocks;
  for (std::size_t i = 0; i < count; ++i) blocks.emplace_back(name.text, block_of(sequence, i, count, flatten));
  std::vector<Request> requests;
  for (const auto& block : blocks) requests.push_back({.op = wire::Op::push, .keywords = {&block, 1}});
  return now->send_each(requests, timeout);
}

Value joined(const List& blocks) {
  if (are_stackable(blocks)) return Value::array(stacked(blocks));
  if (std::optional<Value> all = detail::joined_columns(blocks)) return *std::move(all);
  List items;
  for (const Value& block : blocks) {
    if (!is_sequence(block)) {
      items.push_back(block);
      continue;
    }
    for (Value& item : block.elements()) items.push_back(std::move(item));
  }
  return Value::list(std::move(items));
}

}  // namespace enginery
