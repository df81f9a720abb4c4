// client/enginery/output_stream.hpp: what tasks print, shown while they run.
#pragma once

#include <iosfwd>
#include <memory>
#include <optional>
#include <vector>

#include <enginery/export.hpp>

namespace enginery {

class Engines;

/// While it lives, whole lines that this client's tasks write to stdout and stderr are printed as they come, each
/// behind `[stdout:0] ` or `[stderr:0] ` with the engine's id. A line without an end is printed when its task ends.
/// Tasks of other clients are not shown. Where text was lost, because it came faster than it could be printed, a line
/// says so; metadata have it all the same.
///
/// The two streams are written to by a thread of this object: they are its own until finish().
class ENGINERY_API OutputStream {
 public:
  /// What Client and views make. Returns when nothing that is printed from now on will be missed; waits at most two
  /// seconds for engines that do not answer. Without targets: all engines, also those that join later.
  /// Without engines, as for local views, whose tasks print where this program prints, it does nothing.
  OutputStream(std::shared_ptr<Engines> engines, std::optional<std::vector<int>> targets, std::ostream& out,
               std::ostream& err);
  OutputStream(OutputStream&&) noexcept = default;
  OutputStream& operator=(OutputStream&&) noexcept;
  /// As finish().
  ~OutputStream();

  /// Prints what was printed so far by tasks of this client, at least all of those that have finished, and ends. Waits
  /// at most two seconds for engines that do not answer.
  void finish();

 private:
  class State;
  std::shared_ptr<State> state_;
};

}  // namespace enginery
