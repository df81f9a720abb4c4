// client/views/aim.hpp: where the tasks of a view go: to one engine, to several, to all, or to this process.
#pragma once

#include <iosfwd>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include <enginery/output_stream.hpp>

#include "client/links/engines.hpp"
#include "client/links/future.hpp"
#include "client/views/request.hpp"

namespace enginery {

/// A view has one for all its life. Threads: all functions from any.
class Aim : public std::enable_shared_from_this<Aim> {
 public:
  Aim() = default;
  virtual ~Aim() = default;
  Aim(const Aim&) = delete;
  Aim& operator=(const Aim&) = delete;

  static std::shared_ptr<const Aim> at_engine(std::shared_ptr<Engines> engines, int id);
  static std::shared_ptr<const Aim> at_engines(std::shared_ptr<Engines> engines, std::vector<int> ids);
  /// Those that there are at each call.
  static std::shared_ptr<const Aim> at_all(std::shared_ptr<Engines> engines);
  static std::shared_ptr<const Aim> here();

  /// What this aims at now, which does not change: for who sends more than once. Throws NoEnginesRegistered.
  virtual std::shared_ptr<const Aim> now() const { return shared_from_this(); }
  /// Requires: this does not change.
  virtual std::span<const int> ids() const = 0;
  /// Whether tasks leave this process, so that code has to be brought.
  virtual bool travels() const { return true; }
  /// `timeout`: the view's, from the engine's admission of each task to its outcome; this process keeps none. Throws
  /// IndexError, TypeError, ValueError, NoEnginesRegistered before anything is sent.
  virtual std::shared_ptr<Future> send(const Request& request, std::optional<Seconds> timeout) const = 0;
  /// Something else for each of ids(); nothing is sent unless all can be. Requires: this does not change.
  virtual std::shared_ptr<Future> send_each(std::span<const Request> requests,
                                            std::optional<Seconds> timeout) const = 0;
  virtual OutputStream stream_output(std::ostream& out, std::ostream& err) const = 0;
};

}  // namespace enginery
