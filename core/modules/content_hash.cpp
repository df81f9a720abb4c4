// core/modules/content_hash.cpp: what names the very bytes of a file.
#include "core/modules/content_hash.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <new>
#include <vector>

#include <fmt/format.h>
#include <openssl/evp.h>

namespace enginery::modules {
namespace {

class Sha256 {
 public:
  Sha256() : context_(EVP_MD_CTX_new(), &EVP_MD_CTX_free) {
    if (!context_ || EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) != 1) throw std::bad_alloc();
  }
  void add(std::span<const std::byte> bytes) { EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()); }
  ContentHash finish() {
    ContentHash hash;
    EVP_DigestFinal_ex(context_.get(), hash.bytes.data(), nullptr);
    return hash;
  }

 private:
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
};

}  // namespace

ContentHash ContentHash::of(std::span<const std::byte> bytes) {
  Sha256 sha;
  sha.add(bytes);
  return sha.finish();
}

ContentHash ContentHash::of(int descriptor, std::uint64_t size) {
  Sha256 sha;
  std::vector<std::byte> buffer(std::min<std::uint64_t>(size, 1u << 18));
  for (std::uint64_t at = 0; at < size;) {
    const ssize_t got =
        pread(descriptor, buffer.data(), std::min<std::uint64_t>(buffer.size(), size - at), static_cast<off_t>(at));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return {};
    sha.add(std::span(buffer).first(static_cast<std::size_t>(got)));
    at += static_cast<std::uint64_t>(got);
  }
  return sha.finish();
}

std::string ContentHash::hex() const {
  std::string text;
  for (const std::uint8_t byte : bytes) text += fmt::format("{:02x}", byte);
  return text;
}

}  // namespace enginery::modules
