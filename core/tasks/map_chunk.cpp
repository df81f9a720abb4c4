// core/tasks/map_chunk.cpp: the items of a map that one task does, as they came.
#include "core/tasks/map_chunk.hpp"

#include <iterator>
#include <utility>

#include <fmt/format.h>

#include <enginery/array.hpp>
#include <enginery/errors.hpp>

#include "core/values/objects.hpp"

namespace enginery::tasks {
namespace {

constexpr std::size_t kBeforeColumns = 4;  // first, count, seed, and what is the same for all

std::uint64_t number_in(const Value& value, const char* what) {
  if (value.kind() != Kind::integer)
    throw ProtocolError(fmt::format("a call of map gives a {} for {}", value.type_name(), what));
  return value.is_large_integer() ? value.as_unsigned() : static_cast<std::uint64_t>(value.as_integer());
}

/// How many items a column is for; nothing if it is no column.
std::optional<std::size_t> length_of(const Value& column) {
  switch (column.kind()) {
    case Kind::list:
      return static_cast<const ListObject*>(column.object())->size();
    case Kind::tuple:
      return contents<TupleObject>(column).size();
    case Kind::array:
      if (const Array& array = contents<ArrayObject>(column); array.ndim() > 0)
        return static_cast<std::size_t>(array.shape()[0]);
      return std::nullopt;
    default:
      return std::nullopt;
  }
}

Value element_of(const Value& column, std::size_t item) {
  switch (column.kind()) {
    case Kind::list: {
      const auto& list = *static_cast<const ListObject*>(column.object());
      const List* const plain = list.plain();
      return plain ? (*plain)[item] : list.seen(item);
    }
    case Kind::tuple:
      return contents<TupleObject>(column)[item];
    default: {
      const Array& array = contents<ArrayObject>(column);
      return array.ndim() == 1 ? array.item(item) : Value::array(array.row(static_cast<std::int64_t>(item)));
    }
  }
}

}  // namespace

MapChunk::MapChunk(std::vector<Value> arguments) {
  if (arguments.size() < kBeforeColumns)
    throw ProtocolError(fmt::format("a call of map has {} arguments, fewer than {}", arguments.size(), kBeforeColumns));
  first_ = number_in(arguments[0], "the number of its first item");
  size_ = number_in(arguments[1], "how many items it has");
  if (!arguments[2].is_none()) seed_ = number_in(arguments[2], "its seed");
  if (arguments[3].kind() != Kind::list)
    throw ProtocolError(fmt::format("a call of map gives a {} for the list of what is the same for all its items",
                                    arguments[3].type_name()));
  arguments_ = arguments[3].as_list();
  columns_.assign(std::move_iterator(arguments.begin() + kBeforeColumns), std::move_iterator(arguments.end()));
  for (const Value& column : columns_) {
    const std::optional<std::size_t> length = length_of(column);
    if (!length)
      throw ProtocolError(fmt::format("a call of map gives a {} for the arguments of its items", column.type_name()));
    if (*length != size_)
      throw ProtocolError(fmt::format("a call of map has {} items, and arguments for {}", size_, *length));
  }
  arguments_.resize(arguments_.size() + columns_.size());
}

std::span<const Value> MapChunk::arguments(std::size_t item) {
  Value* place = arguments_.data() + (arguments_.size() - columns_.size());
  for (const Value& column : columns_) *place++ = element_of(column, item);
  return arguments_;
}

}  // namespace enginery::tasks
