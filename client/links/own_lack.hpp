// client/links/own_lack.hpp: connections that fail for want of something of this process's own.
#pragma once

#include <exception>
#include <optional>
#include <string>

#include "core/session/limits.hpp"

namespace enginery {

/// Descriptors, threads and memory that this process lacks may come free; what lasts is said, for nobody else would.
/// Threads: one.
class OwnLack {
 public:
  static constexpr session::Time kPatience = std::chrono::seconds(2);

  /// A connection was made.
  void clear() { since_ = session::kNever; }
  /// None was, because of `error`, which may be another reason.
  void note(const std::exception& error, session::Time now);
  bool is_long(session::Time now) const { return since_ != session::kNever && now - since_ >= kPatience; }
  /// What has been lacking for kPatience, as the words of an error about engine `engine`.
  std::optional<std::string> lasts(int engine, session::Time now) const;

 private:
  session::Time since_ = session::kNever;
  std::string words_;
};

}  // namespace enginery
