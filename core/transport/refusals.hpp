// core/transport/refusals.hpp: strangers that were refused, said in few words.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

namespace enginery::transport {

/// Writes a line for the first stranger at an address, and then at most one in a minute, with how many there were: who
/// has no credentials is not to fill a log. The lines go to the file that was standard error when the first of these
/// was made; an engine captures that descriptor later, for its tasks.
///
/// Threads: any, also NNG's: nothing waits for a log that takes nothing.
class Refusals {
 public:
  explicit Refusals(std::string url);
  Refusals(const Refusals&) = delete;
  Refusals& operator=(const Refusals&) = delete;

  /// `who` was refused: "a connection that sent no certificate", "user 1001".
  void note(const std::string& who, std::uint64_t count = 1);

 private:
  const std::string url_;
  const int log_;
  std::atomic<std::uint64_t> untold_{0};
  std::atomic<std::int64_t> next_{0};  // steady seconds
};

}  // namespace enginery::transport
