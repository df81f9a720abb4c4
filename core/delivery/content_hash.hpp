// core/delivery/content_hash.hpp: what names the very bytes of a file.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include <enginery/export.hpp>

struct evp_md_ctx_st;

namespace enginery::modules {

/// The SHA-256 of a file's bytes. The default one is that of no file.
struct ENGINERY_API ContentHash {
  std::array<std::uint8_t, 32> bytes{};

  static ContentHash of(std::span<const std::byte> bytes);
  /// Of the first `size` bytes behind a descriptor that can be read at any place; nothing is mapped or kept. The
  /// default one when they cannot be read.
  static ContentHash of(int descriptor, std::uint64_t size);

  std::string hex() const;

  friend bool operator==(const ContentHash&, const ContentHash&) = default;
  friend auto operator<=>(const ContentHash&, const ContentHash&) = default;
};

/// The hash of bytes that come in pieces.
class ENGINERY_API ContentHasher {
 public:
  ContentHasher();

  void add(std::span<const std::byte> bytes);
  /// Once; nothing can be added afterwards.
  ContentHash finish();

 private:
  std::unique_ptr<evp_md_ctx_st, void (*)(evp_md_ctx_st*)> context_;
};

}  // namespace enginery::modules
