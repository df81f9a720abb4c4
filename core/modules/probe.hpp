// core/modules/probe.hpp: opening a plugin in a process that may die of it.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include <enginery/export.hpp>

namespace enginery::modules {

/// A process that opens a shared object before this one does, since dlopen runs static constructors.
struct ENGINERY_API Probe {
  /// What to start; the file is appended. For instance {"/usr/bin/enginery", "probe"}.
  std::vector<std::string> command;
  std::chrono::milliseconds time_limit{10'000};

  /// Returns when the process could open `loaded`. Throws PluginLoadError naming `file`: of stage `dlopen` when a
  /// constructor killed, ended or held up the process, else of the stage that the dynamic linker's words mean.
  /// `folders` are searched for libraries first.
  void open(const std::string& file, const std::string& loaded, const std::vector<std::string>& folders) const;
};

}  // namespace enginery::modules

namespace enginery {

/// The other end: opens `file`, tells the result by exit status and, as the last line of stderr, the linker's words.
/// For the main function of the command that a Probe starts. Ends the process without running destructors.
[[noreturn]] ENGINERY_API int probe_main(const char* file);

}  // namespace enginery
