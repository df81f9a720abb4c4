// core/messages/message.hpp: one NNG message, owned.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>

#include <enginery/bytes.hpp>

struct nng_msg;

namespace enginery::messages {

/// The largest message, in bytes: a chunk of 1 MiB with its envelope fits.
inline constexpr std::size_t kLargest = (1u << 20) + 65536;

/// A message body of fixed size, written in place. Neither copied nor shared until it is turned into Bytes.
class Message {
 public:
  Message() = default;
  /// Uninitialised bytes. Throws Error when NNG has no memory.
  explicit Message(std::size_t size);
  /// Takes over a message from NNG.
  explicit Message(nng_msg* message) : message_(message) {}
  Message(Message&& other) noexcept : message_(std::exchange(other.message_, nullptr)) {}
  Message& operator=(Message&& other) noexcept {
    std::swap(message_, other.message_);
    return *this;
  }
  ~Message();

  std::byte* data() const;
  std::size_t size() const;
  std::span<const std::byte> span() const { return {data(), size()}; }
  /// A number for the host that it came from: 0 for this host, else made from the address. Requires: it was received,
  /// and its connection lives.
  std::uint64_t origin() const;
  /// The pid of its sender, as the kernel knows it, if it came over ipc.
  std::optional<std::uint64_t> sender() const;
  explicit operator bool() const { return message_ != nullptr; }

  /// Hands the message to NNG.
  nng_msg* release() { return std::exchange(message_, nullptr); }

  /// The same bytes, with the message as their owner.
  Bytes share() &&;

 private:
  nng_msg* message_ = nullptr;
};

}  // namespace enginery::messages
