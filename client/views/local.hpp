// client/views/local.hpp: tasks that run in this process, as on an engine.
#pragma once

#include <string>

#include "client/links/future.hpp"
#include "core/delivery/module_files.hpp"
#include "core/wire/call_wire.hpp"

namespace enginery::local_engine {

inline constexpr int kId = -1;

/// Runs the task in the calling thread, against globals(), and completes `pending`. One at a time. `needs`: the module
/// that it names, null if none.
void run(const wire::Packed& call, Pending& pending, const modules::ModuleFiles* needs);

/// Imports a plugin into this process; modules stay loaded as long as it.
void import(const std::string& plugin);

}  // namespace enginery::local_engine
