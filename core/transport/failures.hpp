// core/transport/failures.hpp: why there is no connection, where waiting for one would be in vain.
#pragma once

#include <chrono>
#include <exception>
#include <optional>
#include <string>

#include <enginery/errors.hpp>

namespace enginery::transport {

/// The TLS handshake failed: who listens there is of another cluster, or cannot speak with us. Trying again does not
/// help.
class NotOfThisCluster : public ConnectionError {
  using ConnectionError::ConnectionError;
};

/// This process has no descriptors, threads or memory left for a connection; the peer may be well.
class OwnLack : public ConnectionError {
  using ConnectionError::ConnectionError;
};

/// OwnLack of a thread to dial with.
OwnLack no_thread_to_dial(const std::string& url, const std::exception& error);

/// What this process has lacked for its connections, and since when. Descriptors, threads and memory may come free
/// again; a lack that lasts is told to the user, whom nobody else would tell. Threads: one at a time.
class Lack {
 public:
  using Time = std::chrono::steady_clock::time_point;
  static constexpr std::chrono::seconds kPatience{2};

  /// A connection was made.
  void clear() { since_.reset(); }
  /// No connection was made because of `error`, which may be no lack.
  void note(const std::exception& error, Time now) noexcept;
  /// The lack has lasted for kPatience.
  bool is_long(Time now) const { return since_ && now - *since_ >= kPatience; }
  /// What has been lacking for kPatience; after that, its time begins anew.
  std::optional<std::string> take(Time now);

 private:
  std::optional<Time> since_;
  std::string words_;
};

}  // namespace enginery::transport
