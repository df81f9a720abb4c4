// core/diagnosis/source_lines.hpp: which line of which source code came from, by a file's debug information.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include <enginery/export.hpp>

namespace enginery::modules {

/// The lines of one file of code. Knows none where the file has no debug information in it, or where this host has no
/// libdw, which is loaded when it is first needed and by nobody else's names.
///
/// Threads: belongs to one thread at a time.
class ENGINERY_API SourceLines {
 public:
  explicit SourceLines(const std::string& file);
  ~SourceLines();
  SourceLines(const SourceLines&) = delete;
  SourceLines& operator=(const SourceLines&) = delete;

  /// "/home/you/norms.cpp:12" for the code so many bytes behind where the file is mapped; empty if it is not known.
  std::string at(std::uint64_t offset) const;

  /// Whether there is a libdw to read debug information with.
  static bool are_read() noexcept;

 private:
  struct Debug;
  const std::unique_ptr<Debug> debug_;
};

}  // namespace enginery::modules
