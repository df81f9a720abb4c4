// core/processes/host.hpp: which host a process runs on, whose pids it sees, and the time there.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include <enginery/export.hpp>

namespace enginery::cluster {

/// A host as its processes see it. Containers have names and pids of their own, and two hosts may have one name by
/// mistake, so neither name nor kernel is enough.
struct Host {
  std::string name;
  /// Of the running kernel, new at each boot; empty if it is not known.
  std::string boot;
  /// The pid namespace; 0 if it is not known.
  std::uint64_t pids = 0;

  ENGINERY_API static const Host& self();

  /// One name, one kernel: a Unix socket of one is one of the other, if its path leads there.
  bool same_host(const Host& other) const { return !boot.empty() && boot == other.boot && name == other.name; }
  /// A pid of one is the same process for the other.
  bool same_pids(const Host& other) const {
    return !boot.empty() && boot == other.boot && pids != 0 && pids == other.pids;
  }

  friend bool operator==(const Host&, const Host&) = default;
};

/// The time that people read, in nanoseconds since 1970, UTC, as messages have it.
inline std::int64_t utc_now() {
  return std::chrono::nanoseconds(std::chrono::system_clock::now().time_since_epoch()).count();
}
/// What utc_now() gave, here or elsewhere.
inline std::chrono::system_clock::time_point utc_time(std::int64_t nanoseconds) {
  using Clock = std::chrono::system_clock;
  return Clock::time_point(std::chrono::duration_cast<Clock::duration>(std::chrono::nanoseconds(nanoseconds)));
}

}  // namespace enginery::cluster
