// core/modules/probe.hpp: opening a plugin in a process that may die of it.
#pragma once

#include <chrono>
#include <span>
#include <string>
#include <vector>

#include <enginery/export.hpp>

namespace enginery::modules {

/// A file that a process has loaded: where it is mapped from, and what the user calls it.
struct LoadedFile {
  std::string path, file;
};

/// A process that opens a shared object before this one does, since dlopen runs static constructors.
struct ENGINERY_API Probe {
  /// What to start; files are appended. For instance {"/usr/bin/enginery", "probe"}.
  std::vector<std::string> command;
  std::chrono::milliseconds time_limit{10'000};

  /// Returns when the process could open `loaded`. Throws PluginLoadError naming `file`: of stage `dlopen` when a
  /// constructor killed, ended or held up the process, else of the stage that the dynamic linker's words mean.
  /// `folders` are searched for libraries first. `beside`: what this process has loaded, in that order; the error says
  /// which of these `loaded` cannot be in a process with.
  void open(const std::string& file, const std::string& loaded, const std::vector<std::string>& folders,
            std::span<const LoadedFile> beside = {}) const;
};

}  // namespace enginery::modules

namespace enginery {

/// The other end: opens the files in their order, tells how it went with the last by exit status and, as the last line
/// of stderr, the linker's words. For the main function of the command that a Probe starts. Ends the process without
/// running destructors. Requires: there are some.
[[noreturn]] ENGINERY_API int probe_main(std::span<const std::string> files);

}  // namespace enginery
