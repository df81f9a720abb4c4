// core/wire/frame.cpp: writing and checking the frame of every message.
#include "core/wire/frame.hpp"

#include <cstring>

#include "core/wire/envelope.hpp"

namespace enginery::wire {
namespace {

constexpr std::uint32_t kMagic = 0x314e4745;  // "EGN1", little endian
constexpr std::uint8_t kVersion = 1;

struct Preamble {
  std::uint32_t magic;
  std::uint8_t kind, version;
  std::uint16_t zero;
  std::uint32_t envelope;
};
static_assert(sizeof(Preamble) == kPreamble);

}  // namespace

std::byte* write_padded(std::byte* at, std::span<const std::byte> bytes) {
  if (!bytes.empty()) std::memcpy(at, bytes.data(), bytes.size());
  std::memset(at + bytes.size(), 0, padded(bytes.size()) - bytes.size());
  return at + padded(bytes.size());
}

messages::Message frame(MessageKind kind, std::span<const std::byte> envelope, std::size_t bodies_size,
                        std::string_view topic) {
  const Preamble preamble{kMagic, static_cast<std::uint8_t>(kind), kVersion, 0,
                          static_cast<std::uint32_t>(envelope.size())};
  messages::Message message(topic.size() + kPreamble + padded(envelope.size()) + bodies_size);
  std::byte* at = message.data();
  if (!topic.empty()) std::memcpy(at, topic.data(), topic.size());
  at += topic.size();
  std::memcpy(at, &preamble, kPreamble);
  write_padded(at + kPreamble, envelope);
  return message;
}

std::byte* bodies_of(messages::Message& message, std::size_t envelope_size) {
  return message.data() + kPreamble + padded(envelope_size);
}

/// The same message, with what follows its preamble on 16 bytes. NNG places a REQ/REP message so, behind four bytes of
/// its own.
static Bytes aligned(const Bytes& message) {
  if (message.empty() || (reinterpret_cast<std::uintptr_t>(message.data()) + kPreamble) % kAlignment == 0)
    return message;
  auto [memory, at] = Bytes::fresh(message.size() + kAlignment);
  std::memcpy(at + (kAlignment - kPreamble), message.data(), message.size());
  return memory.part(kAlignment - kPreamble, message.size());
}

Opened open_frame(const Bytes& given) {
  const Bytes message = aligned(given);
  Preamble preamble;
  if (message.size() < kPreamble)
    refuse("a message of {} bytes is shorter than its preamble of {}", message.size(), kPreamble);
  std::memcpy(&preamble, message.data(), kPreamble);
  if (preamble.magic != kMagic || preamble.zero != 0)
    refuse("a message does not start with enginery's preamble; is another program at this address?");
  if (preamble.version != kVersion)
    refuse("a message has protocol version {}, this process speaks {}; use one version of enginery on both sides",
           preamble.version, kVersion);
  const std::size_t room = message.size() - kPreamble;
  if (preamble.envelope > room || padded(preamble.envelope) > room)
    refuse("an envelope of {} bytes does not fit into its message of {}", preamble.envelope, message.size());
  const auto* envelope = reinterpret_cast<const std::uint8_t*>(message.data() + kPreamble);
  return {static_cast<MessageKind>(preamble.kind),
          {envelope, preamble.envelope},
          message.part(kPreamble + padded(preamble.envelope), room - padded(preamble.envelope)),
          message};
}

}  // namespace enginery::wire
