// core/enginery/bytes.hpp: bytes with an owner.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <enginery/export.hpp>

namespace enginery {

/// Immutable bytes that keep their owner alive: heap memory, a received message, or a mapped segment.
///
/// Copying shares. Pointers and views live as long as the owner; a temporary gives none. Threads: as a shared_ptr.
class ENGINERY_API Bytes {
 public:
  Bytes() = default;

  /// `data` lives as long as `owner`.
  Bytes(std::shared_ptr<const void> owner, std::span<const std::byte> data) : owner_(std::move(owner)), data_(data) {}

  /// Uninitialised heap memory, aligned to 16 bytes, and the pointer to write it through before anybody else sees it.
  static std::pair<Bytes, std::byte*> fresh(std::size_t size);

  /// A copy of `data` on the heap.
  static Bytes copy(std::span<const std::byte> data);
  static Bytes copy(std::string_view text) { return copy(std::as_bytes(std::span(text.data(), text.size()))); }

  const std::byte* data() const& noexcept { return data_.data(); }
  const std::byte* data() const&& = delete;
  std::size_t size() const noexcept { return data_.size(); }
  bool empty() const noexcept { return data_.empty(); }
  std::span<const std::byte> span() const& noexcept { return data_; }
  std::span<const std::byte> span() const&& = delete;
  std::string_view text() const& noexcept { return {reinterpret_cast<const char*>(data_.data()), data_.size()}; }
  std::string_view text() const&& = delete;
  const std::shared_ptr<const void>& owner() const& noexcept { return owner_; }
  std::shared_ptr<const void> owner() const&& noexcept { return owner_; }

  /// A part of these bytes with the same owner. Requires: offset + length <= size().
  Bytes part(std::size_t offset, std::size_t length) const { return Bytes(owner_, data_.subspan(offset, length)); }

 private:
  std::shared_ptr<const void> owner_;
  std::span<const std::byte> data_;
};

}  // namespace enginery
