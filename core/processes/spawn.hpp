// core/processes/spawn.hpp: how processes start: a new one with no more than it is given, this one as after a login.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <enginery/export.hpp>

#include "core/processes/descriptor.hpp"
#include "core/processes/pid.hpp"

namespace enginery::cluster {

/// What a new process runs, and where it writes.
struct Spawn {
  std::filesystem::path file;
  /// Without the program's name.
  std::vector<std::string> arguments;
  /// Its standard output and error; -1: those of this process. They stay the caller's.
  int out = -1, err = -1;
  /// Its own name, argv[0].
  std::string name = "enginery";
  /// "NAME=value"; empty: this process's.
  std::vector<std::string> environment{};
  /// Leader of a process group of its own; else Ctrl-C at the terminal ends it with this process.
  bool own_group = true;
};

/// A process that was started. The process that started it must wait for its end.
struct Started {
  Pid pid;
  /// Readable, to poll, once the process ended. No pidfd if it had ended at once, and SIGCHLD is ignored here.
  Descriptor pidfd{-1};
  /// One end of a socketpair; the other is the process's descriptor 3, and nobody else's.
  Descriptor link{-1};
};

/// Starts it with signals as after a login, standard input empty, and no other descriptor. Throws Error, with the file
/// and the reason.
///
/// Threads: any.
ENGINERY_API Started spawn(const Spawn& what);

/// Waits until this child has ended. Returns its status, as waitpid() does; -1 if another thread took the status, or if
/// SIGCHLD is ignored here.
///
/// Threads: any.
ENGINERY_API int reap(Pid child) noexcept;

/// Whether it is a file that this user may run.
ENGINERY_API bool can_run(const std::filesystem::path& file) noexcept;
/// An empty element of PATH, as in "/usr/bin:".
enum class EmptyElement : bool { is_left_out, is_the_current_folder };
/// Where a program of that name is looked for, by PATH. A shell takes an empty element for the current folder.
ENGINERY_API std::vector<std::filesystem::path> places_in_path(
    const std::string& name, EmptyElement empty = EmptyElement::is_the_current_folder);

/// Gives every signal its default action and blocks none, as after a login. Otherwise a parent that ignores SIGCHLD or
/// SIGTERM, or blocks signals, would make this process miss its children's ends, or deaf to `enginery stop`. What a
/// shell ignores on purpose stays ignored: SIGHUP under nohup; SIGINT and SIGQUIT in the background; SIGPIPE by a trap.
///
/// Requires: called before anything else sets signals. Threads: the main thread, alone.
ENGINERY_API void take_own_signals() noexcept;

}  // namespace enginery::cluster
