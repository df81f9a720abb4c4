// core/processes/descriptor.hpp: a file descriptor with one owner, and pipes.
#pragma once

#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>

#include <enginery/export.hpp>

namespace enginery::cluster {

/// Closes the descriptor at the end; -1 is none.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) noexcept : fd_(fd) {}
  ~Descriptor() { reset(); }
  Descriptor(Descriptor&& other) noexcept : fd_(other.release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }

  int get() const noexcept { return fd_; }
  int release() noexcept { return std::exchange(fd_, -1); }
  void reset() noexcept {
    if (fd_ >= 0) ::close(release());
  }
  explicit operator bool() const noexcept { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

/// Both ends are close-on-exec.
struct Pipe {
  Descriptor reading, writing;

  /// Without ends, and with errno, when there is no descriptor left.
  ENGINERY_API static Pipe open() noexcept;
  explicit operator bool() const noexcept { return static_cast<bool>(reading); }
};

/// Reads until the end of file.
ENGINERY_API std::string read_all(const Descriptor& from);

/// Reads from `offset` on until `room` is full or no more comes. How many bytes came; errno says why, if none did.
ENGINERY_API std::size_t read_at(int descriptor, std::uint64_t offset, std::span<std::byte> room) noexcept;

/// From now on this process may have as many descriptors open as its user's hard limit allows. Each client takes three
/// descriptors of an engine; the usual limit of 1024 would allow only some hundred clients.
ENGINERY_API void raise_descriptor_limit() noexcept;

}  // namespace enginery::cluster
