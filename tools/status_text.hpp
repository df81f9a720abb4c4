// tools/status_text.hpp: `enginery status`, as a table and as JSON.
#pragma once

#include <string>

#include "client/views/status.hpp"

namespace enginery::tools {

/// A table for people, one line per engine, with a newline at the end.
std::string status_table(const ClusterStatus& status, bool colours);

/// For programs: {"cluster", "hub": {"pid"}, "uptime" in seconds, "engines": [{"id", "pid", "uuid", "state", "task"
/// (null when none runs), "running_since" (ISO 8601, UTC, or null), "running_for" (seconds of a clock that is never
/// set, or null), "queued", "finished", "sessions", "resident_bytes"}]}.
std::string status_json(const ClusterStatus& status);

}  // namespace enginery::tools
