// core/delivery/content_hash.cpp: what names the very bytes of a file.
#include "core/delivery/content_hash.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <new>
#include <vector>

#include <fmt/format.h>
#include <openssl/evp.h>

namespace enginery::modules {
namespace {

EVP_MD_CTX* sha(void* context) { return static_cast<EVP_MD_CTX*>(context); }

}  // namespace

ContentHasher::ContentHasher() : context_(EVP_MD_CTX_new()) {
  if (!context_ || EVP_DigestInit_ex(sha(context_), EVP_sha256(), nullptr) != 1) {
    EVP_MD_CTX_free(sha(context_));
    throw std::bad_alloc();
  }
}

ContentHasher::~ContentHasher() { EVP_MD_CTX_free(sha(context_)); }

void ContentHasher::add(std::span<const std::byte> bytes) {
  EVP_DigestUpdate(sha(context_), bytes.data(), bytes.size());
}

ContentHash ContentHasher::finish() {
  ContentHash hash;
  EVP_DigestFinal_ex(sha(context_), hash.bytes.data(), nullptr);
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
    const ssize_t got =
        pread(descriptor, buffer.data(), std::min<std::uint64_t>(buffer.size(), size - at), static_cast<off_t>(at));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return {};
    hasher.add(std::span(buffer).first(static_cast<std::size_t>(got)));
    at += static_cast<std::uint64_t>(got);
  }
  return hasher.finish();
}

std::string ContentHash::hex() const {
  std::string text;
  for (const std::uint8_t byte : bytes) text += fmt::format("{:02x}", byte);
  return text;
}

}  // namespace enginery::modules
