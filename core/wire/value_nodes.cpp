// core/wire/value_nodes.cpp: values flattened in pre-order into nodes, text and payloads.
//
// Every value is one node; a container's items follow its own node. All text stands in one string, and a node says only
// how long its part is, so reader and writer go through nodes and text side by side. Array data stays in payloads,
// which nobody copies. The reader trusts nothing: each count is compared with what is left before anything is reserved
// for it.
#include "core/wire/value_nodes.hpp"

#include <bit>
#include <complex>

#include <enginery/array.hpp>
#include <enginery/columns.hpp>
#include <enginery/dict.hpp>

#include "core/wire/envelope.hpp"

namespace enginery::wire {

constexpr std::uint8_t kMore = 255;
/// The detail of an int whose word has no sign.
constexpr std::uint8_t kUnsigned = 1;
/// The detail of a list whose columns follow.
constexpr std::uint8_t kInColumns = 1;
/// Far below FlatBuffers' own 2 GiB, at which its builder asserts.
constexpr std::size_t kLargestBytes = std::size_t{1} << 30;
/// A writer that was larger gives its memory back.
constexpr std::size_t kKeptBytes = std::size_t{1} << 20;
/// Deeper nesting would let a message exhaust the reader's stack.
constexpr unsigned kDeepest = 200;

[[noreturn]] static void stays(const Value& value) {
  throw TypeError(
      fmt::format("{} stays on its engine: a {} cannot leave its process. Keep what a task gives under a name, "
                  "apply(stays(\"task\"), …).store_as(\"name\"), and pass a Reference to that",
                  value.repr(), value.type_name()));
}

static void check_depth(unsigned depth) {
  if (depth > kDeepest)
    throw ValueError(
        fmt::format("a value is nested more than {} levels deep (or contains itself); flatten it", kDeepest));
}

[[noreturn]] static void is_too_large(std::size_t parts, std::size_t text) {
  throw ValueError(
      fmt::format("a value of more than {} parts and {} bytes of text exceeds 1 GiB in one call; put numbers into "
                  "arrays, or send it in parts",
                  parts, text));
}

/// `parts`: how many there were. A short list may share one long one a million times.
static void check(const Value& value, unsigned depth, std::size_t& parts) {
  check_depth(depth);
  if (++parts > kLargestBytes / sizeof(Node)) is_too_large(parts, 0);
  switch (value.kind()) {
    case Kind::list:
      if (detail::columns_of(value)) return;  // numbers only
      for (const Value& item : value.as_list()) check(item, depth + 1, parts);
      return;
    case Kind::tuple:
      for (const Value& item : value.as_tuple()) check(item, depth + 1, parts);
      return;
    case Kind::dict:
      for (const auto [key, item] : value.as_dict()) {
        check(key, depth + 1, parts);
        check(item, depth + 1, parts);
      }
      return;
    case Kind::function:
    case Kind::module:
    case Kind::opaque:
      stays(value);
    default:
      return;
  }
}

void check_travels(const Value& value, unsigned around) {
  std::size_t parts = 0;
  check(value, around, parts);
}

void NodeWriter::clear() {
  nodes.clear();
  text.clear();
  payloads.clear();
  beside_ = 0;
  if (nodes.capacity() * sizeof(Node) > kKeptBytes) nodes.shrink_to_fit();
  if (text.capacity() > kKeptBytes) text.shrink_to_fit();
}

void NodeWriter::check_size() const {
  if (nodes.size() * sizeof(Node) + text.size() + beside_ > kLargestBytes)
    is_too_large(nodes.size(), text.size() + beside_);
}

void NodeWriter::write(const Value& value, unsigned depth) {
  check_depth(depth);
  check_size();  // as it grows: a short list may share one long one a million times
  const Kind kind = value.kind();
  const auto put = [&](std::uint64_t word, std::uint8_t detail = 0) {
    nodes.push_back({static_cast<std::uint8_t>(kind), detail, 0, 0, word});
  };
  const auto write_text = [&](const std::string& bytes) {
    put(bytes.size());
    text += bytes;
  };
  const auto write_items = [&](const List& items) {
    put(items.size());
    for (const Value& item : items) write(item, depth + 1);
  };
  switch (kind) {
    case Kind::none:
      return put(0);
    case Kind::boolean:
      return put(value.as_boolean());
    case Kind::integer:
      if (value.is_large_integer()) return put(value.as_unsigned(), kUnsigned);
      return put(static_cast<std::uint64_t>(value.as_integer()));
    case Kind::real:
      return put(std::bit_cast<std::uint64_t>(value.as_real()));
    case Kind::complex: {
      const std::complex<double> number = value.as_complex();
      put(std::bit_cast<std::uint64_t>(number.real()));
      nodes.push_back({kMore, 0, 0, 0, std::bit_cast<std::uint64_t>(number.imag())});
      return;
    }
    case Kind::string:
      return write_text(value.as_string());
    case Kind::bytes:
      return write_text(value.as_bytes());
    case Kind::reference:
      return write_text(value.as_reference());
    case Kind::list:
      if (const std::optional<Value> columns = detail::columns_of(value)) {
        put(value.size(), kInColumns);
        return write(*columns, depth + 1);
      }
      return write_items(value.as_list());
    case Kind::tuple:
      return write_items(value.as_tuple());
    case Kind::dict: {
      const Dict& dict = value.as_dict();
      put(dict.size());
      for (const auto [key, item] : dict) {
        write(key, depth + 1);
        write(item, depth + 1);
      }
      return;
    }
    case Kind::array: {
      const Array& array = value.as_array();
      const auto& shape = array.shape();
      nodes.push_back({static_cast<std::uint8_t>(kind), static_cast<std::uint8_t>(array.dtype()),
                       static_cast<std::uint16_t>(array.order()), static_cast<std::uint32_t>(shape.size()),
                       payloads.size()});
      for (const std::int64_t extent : shape) nodes.push_back({kMore, 0, 0, 0, static_cast<std::uint64_t>(extent)});
      payloads.push_back(array.bytes());
      return;
    }
    case Kind::function:
    case Kind::module:
    case Kind::opaque:
      stays(value);
  }
  stays(value);
}

const Node& NodeReader::take() {
  if (at_ == nodes_.size()) refuse("a value ends before all of its parts have come");
  return nodes_[at_++];
}

std::string NodeReader::take_text(std::uint64_t size) {
  if (size > text_.size()) refuse("a text of {} bytes exceeds the {} that its message has left", size, text_.size());
  std::string taken(text_.substr(0, size));
  text_.remove_prefix(size);
  return taken;
}

Value NodeReader::read_array(const Node& node) {
  if (node.word >= payloads_.size()) refuse("an array names payload {} of {}", node.word, payloads_.size());
  if (node.extra > Array::kMaxDimensions)
    refuse("an array has rank {}, more than {}", node.extra, Array::kMaxDimensions);
  if (node.detail > static_cast<std::uint8_t>(DType::c128) ||
      node.order > static_cast<std::uint16_t>(Order::column_major))
    refuse("an array has the unknown dtype {} or order {}", node.detail, node.order);
  std::vector<std::int64_t> shape;
  for (std::uint32_t i = 0; i < node.extra; ++i) {
    const Node& more = take();
    if (more.kind != kMore) refuse("an array ends before its shape is complete");
    shape.push_back(static_cast<std::int64_t>(more.word));
  }
  try {
    return Value::array(
        Array(static_cast<DType>(node.detail), shape, static_cast<Order>(node.order), payloads_[node.word]));
  } catch (const ValueError& error) {
    throw ProtocolError(error.what());
  }
}

Value NodeReader::read(unsigned depth) {
  if (depth > kDeepest) refuse("a value is nested more than {} levels deep", kDeepest);
  const Node& node = take();
  // Every item needs a node of its own, so a count beyond the nodes left is a lie, and reserving for it an attack.
  const auto items = [&](std::uint64_t count) {
    if (count > nodes_.size() - at_) refuse("a container of {} items has {} nodes left", count, nodes_.size() - at_);
    List list;
    list.reserve(count);
    for (std::uint64_t i = 0; i < count; ++i) list.push_back(read(depth + 1));
    return list;
  };
  switch (static_cast<Kind>(node.kind)) {
    case Kind::none:
      return Value();
    case Kind::boolean:
      return Value::boolean(node.word != 0);
    case Kind::integer:
      if (node.detail > kUnsigned) refuse("an int has the unknown detail {}", node.detail);
      return node.detail == kUnsigned ? Value::integer(node.word)
                                      : Value::integer(static_cast<std::int64_t>(node.word));
    case Kind::real:
      return Value::real(std::bit_cast<double>(node.word));
    case Kind::complex: {
      const Node& imaginary = take();
      return Value::complex({std::bit_cast<double>(node.word), std::bit_cast<double>(imaginary.word)});
    }
    case Kind::string:
      return Value::string(take_text(node.word));
    case Kind::bytes:
      return Value::bytes(take_text(node.word));
    case Kind::reference:
      return Value::reference(take_text(node.word));
    case Kind::list: {
      if (node.detail != kInColumns) return Value::list(items(node.word));
      std::optional<Value> list = detail::list_of_columns(node.word, read(depth + 1));
      if (!list) refuse("a list of {} items has other columns", node.word);
      return *std::move(list);
    }
    case Kind::tuple:
      return Value::tuple(items(node.word));
    case Kind::dict: {
      if (node.word > (nodes_.size() - at_) / 2) refuse("a dict ends before all of its items have come");
      Dict dict;
      for (std::uint64_t i = 0; i < node.word; ++i) {
        Value key = read(depth + 1);
        Value item = read(depth + 1);
        try {
          dict.set(std::move(key), std::move(item));
        } catch (const TypeError& error) {
          throw ProtocolError(error.what());
        }
      }
      return Value::dict(std::move(dict));
    }
    case Kind::array:
      return read_array(node);
    case Kind::function:
    case Kind::module:
    case Kind::opaque:
      break;
  }
  refuse("a value has the unknown kind {}", node.kind);
}

}  // namespace enginery::wire
