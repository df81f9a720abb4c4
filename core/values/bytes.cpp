// core/values/bytes.cpp: bytes of one's own.
#include <enginery/bytes.hpp>

#include <cstring>

namespace enginery {

std::pair<Bytes, std::byte*> Bytes::fresh(std::size_t size) {
  struct alignas(16) Block {
    std::byte bytes[16];
  };
  auto memory = std::make_shared_for_overwrite<Block[]>((size + sizeof(Block) - 1) / sizeof(Block));
  auto* at = reinterpret_cast<std::byte*>(memory.get());
  return {Bytes(std::move(memory), std::span<const std::byte>(at, size)), at};
}

Bytes Bytes::copy(std::span<const std::byte> data) {
  auto [bytes, at] = fresh(data.size());
  if (!data.empty()) std::memcpy(at, data.data(), data.size());
  return std::move(bytes);
}

}  // namespace enginery
