// core/wire/value_nodes.hpp: values flattened in pre-order into nodes, text and payloads.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <enginery/value.hpp>

namespace enginery::wire {

/// One node, as core/schema/call.fbs describes it.
struct Node {
  std::uint8_t kind = 0, detail = 0;
  std::uint16_t order = 0;
  std::uint32_t extra = 0;
  std::uint64_t word = 0;
};

/// Throws what a NodeWriter would for a value that cannot leave its process, or is nested too deeply, or has too many
/// parts, with `around` levels around it. Looks at no text and at no array.
void check_travels(const Value& value, unsigned around = 0);

/// Collects values. Throws TypeError for what cannot leave its process, ValueError for what is nested too deeply or too
/// large for one message.
class NodeWriter {
 public:
  void write(const Value& value) {
    write(value, 0);
    check_size();
  }
  /// Counts text that travels in the same message but belongs to no value.
  void count(std::size_t bytes) {
    beside_ += bytes;
    check_size();
  }
  /// Keeps a little memory for the next values.
  void clear();

  std::vector<Node> nodes;
  std::string text;
  std::vector<Bytes> payloads;

 private:
  void write(const Value& value, unsigned depth);
  void check_size() const;

  std::size_t beside_ = 0;
};

/// Gives the values back one by one. Everything is checked against what is there; throws ProtocolError.
class NodeReader {
 public:
  /// All outlive the reader.
  NodeReader(std::span<const Node> nodes, std::string_view text, std::span<const Bytes> payloads)
      : nodes_(nodes), text_(text), payloads_(payloads) {}
  Value read() { return read(0); }
  bool at_end() const { return at_ == nodes_.size() && text_.empty(); }

 private:
  Value read(unsigned depth);
  const Node& take();
  std::string take_text(std::uint64_t size);
  Value read_array(const Node& node);

  std::span<const Node> nodes_;
  std::size_t at_ = 0;
  std::string_view text_;
  std::span<const Bytes> payloads_;
};

}  // namespace enginery::wire
