// core/processes/signals.hpp: the signals of a process of ours, whatever its parent did to them.
#pragma once

#include <enginery/export.hpp>

namespace enginery::cluster {

/// Gives every signal its default action and blocks none, as after a login: a parent that ignores SIGCHLD or SIGTERM,
/// or blocks signals, would else make this process lose its children's ends or deaf to `enginery stop`. What a shell
/// ignores on purpose stays so: SIGHUP under nohup; SIGINT and SIGQUIT in the background; SIGPIPE by a trap.
///
/// Requires: called before anything else sets signals. Threads: the main thread, alone.
ENGINERY_API void take_own_signals() noexcept;

}  // namespace enginery::cluster
