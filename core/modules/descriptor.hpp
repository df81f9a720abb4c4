// core/modules/descriptor.hpp: a file descriptor with an owner.
#pragma once

#include <unistd.h>

#include <utility>

namespace enginery::modules {

/// Closes its file descriptor at the end. One that is negative is none.
class Descriptor {
 public:
  explicit Descriptor(int number = -1) noexcept : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() { reset(); }

  /// Closes what it had.
  void take(Descriptor&& other) noexcept {
    reset();
    number_ = std::exchange(other.number_, -1);
  }

  explicit operator bool() const noexcept { return number_ >= 0; }
  int number() const noexcept { return number_; }
  void reset() noexcept {
    if (number_ >= 0) close(std::exchange(number_, -1));
  }

 private:
  int number_;
};

}  // namespace enginery::modules
