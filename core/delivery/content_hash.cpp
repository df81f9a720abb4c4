// core/delivery/content_hash.cpp: what names the very bytes of a file.
#include "core/delivery/content_hash.hpp"

#include <algorithm>
#include <new>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <openssl/evp.h>

#include "core/processes/descriptor.hpp"

namespace enginery::modules {

ContentHasher::ContentHasher() : context_(EVP_MD_CTX_new(), &EVP_MD_CTX_free) {
  if (!context_ || EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) != 1) throw std::bad_alloc();
}

void ContentHasher::add(std::span<const std::byte> bytes) {
  EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size());
}

ContentHash ContentHasher::finish() {
  ContentHash hash;
  EVP_DigestFinal_ex(context_.get(), hash.bytes.data(), nullptr);
  return hash;
}

ContentHash ContentHash::of(std::span<const std::byte> bytes) {
  ContentHasher hasher;
  hasher.add(bytes);
  return hasher.finish();
}

ContentHash ContentHash::of(int descriptor, std::uint64_t size) {
  ContentHasher hasher;
  std::vector<std::byte> buffer(std::min<std::uint64_t>(size, 1u << 18));
  for (std::uint64_t at = 0; at < size;) {
    const auto room = std::span(buffer).first(std::min<std::uint64_t>(buffer.size(), size - at));
    const std::size_t got = cluster::read_at(descriptor, at, room);
    if (got == 0) return {};
    hasher.add(room.first(got));
    at += got;
  }
  return hasher.finish();
}

std::string ContentHash::hex() const { return fmt::format("{:02x}", fmt::join(bytes, "")); }

}  // namespace enginery::modules
