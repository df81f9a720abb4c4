// client/enginery/metadata.hpp: what is known about one task on one engine.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include <enginery/durations.hpp>
#include <enginery/export.hpp>

namespace enginery {

/// `pending` until the outcome is here.
enum class Status : std::uint8_t { pending, ok, error, aborted };
ENGINERY_API const char* to_string(Status status) noexcept;

/// ipyparallel's keys. Times are UTC; those that have not come yet are absent. A snapshot: it changes until the result
/// is there.
struct Metadata {
  using Time = std::optional<std::chrono::system_clock::time_point>;

  std::vector<std::string> after, follow;  ///< msg_ids that this task waits for
  Time submitted, started, completed, received;
  int engine_id = -1;
  std::string engine_uuid, msg_id, label;
  std::string build_id;  ///< of the code that ran
  std::string error;     ///< "ename: evalue", empty unless status is error or aborted
  std::string execute_input, execute_result;
  std::string out, err;  ///< what the task printed
  Status status = Status::pending;
};

/// As a dict, its keys in alphabetical order.
ENGINERY_API std::ostream& operator<<(std::ostream&, const Metadata&);

}  // namespace enginery
