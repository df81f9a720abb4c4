// core/wire/frame.hpp: preamble, envelope, bodies: the frame of every message.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include <enginery/bytes.hpp>

#include "core/messages/message.hpp"

namespace enginery::wire {

enum class MessageKind : std::uint8_t {
  exchange = 1,
  reply,
  chunk,
  chunk_answer,
  fetch,
  fetched,
  module_query,
  module_chunk,
  module_answer,
  hub_request = 16,
  hub_reply,
  change,
  status_request,
  engine_status,
  mark_request,
  marked,
  printed,
  interrupt_request = 32,
  interrupted,
};

inline constexpr std::size_t kPreamble = 12;
inline constexpr std::size_t kAlignment = 16;

constexpr std::size_t padded(std::size_t size) { return (size + kAlignment - 1) / kAlignment * kAlignment; }

/// Writes `bytes`, and zeros up to a multiple of kAlignment. Returns the place behind them.
std::byte* write_padded(std::byte* at, std::span<const std::byte> bytes);

/// The message of one envelope, with room for its bodies; on PUB/SUB `topic` stands in front.
messages::Message frame(MessageKind kind, std::span<const std::byte> envelope, std::size_t bodies_size = 0,
                        std::string_view topic = {});
/// Where frame() leaves room for the bodies.
std::byte* bodies_of(messages::Message& message, std::size_t envelope_size);

/// A frame whose sizes were checked; the envelope is not verified yet.
struct Opened {
  MessageKind kind;
  std::span<const std::uint8_t> envelope;  // lives as long as `message`
  Bytes bodies;
  Bytes message;
};
/// What follows the preamble lies on 16 bytes; where it does not, the message is copied. Throws ProtocolError, which
/// says what is wrong, before anything behind the preamble is read.
Opened open_frame(const Bytes& given);

}  // namespace enginery::wire
