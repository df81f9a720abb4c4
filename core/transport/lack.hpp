// core/transport/lack.hpp: connections that fail for want of something of this process's own.
#pragma once

#include <chrono>
#include <exception>
#include <optional>
#include <string>

namespace enginery::transport {

/// Descriptors, threads and memory that this process lacks may come free; what lasts is said, for nobody else would.
/// Threads: one at a time.
class Lack {
 public:
  using Time = std::chrono::steady_clock::time_point;
  static constexpr std::chrono::seconds kPatience{2};

  /// A connection was made.
  void clear() { since_.reset(); }
  /// None was, because of `error`, which may be another reason.
  void note(const std::exception& error, Time now) noexcept;
  /// It has been lacking for kPatience.
  bool is_long(Time now) const { return since_ && now - *since_ >= kPatience; }
  /// What has been lacking for kPatience; after that, its time begins anew.
  std::optional<std::string> take(Time now);

 private:
  std::optional<Time> since_;
  std::string words_;
};

}  // namespace enginery::transport
