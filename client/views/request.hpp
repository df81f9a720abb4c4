// client/views/request.hpp: what a view asks, and of whom: of one engine, of several, of all, or of this process.
#pragma once

#include <initializer_list>
#include <iosfwd>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <enginery/call_arguments.hpp>
#include <enginery/output_stream.hpp>
#include <enginery/task_handle.hpp>
#include <enginery/travels.hpp>
#include <enginery/untyped_view.hpp>
#include <enginery/value.hpp>

#include "client/links/engines.hpp"
#include "client/links/future.hpp"
#include "core/delivery/module_files.hpp"
#include "core/wire/call_wire.hpp"

namespace enginery {

/// One operation with its arguments. Packed once, however many engines get it. Refers to what it is made of.
struct Request {
  wire::Op op;
  std::string_view name{};
  std::span<const Value> positional{};
  std::span<const std::pair<std::string, Value>> keywords{};
  std::string_view execute_input{};
  const wire::Code* code = nullptr;
  std::string_view signature{};
  std::string_view keep{};  ///< where the result stays on the engine, in place of travelling
  /// What engines must have before they run it; brought to those that lack it. Null: nothing.
  std::shared_ptr<const modules::ModuleFiles> needs{};
  Room room = Room::wait;

  /// What a call is made of besides its arguments' values.
  struct Storage {
    wire::Code code;
    wire::Keywords keywords;
  };
  /// A call, which refers to all of them.
  static Request of(const Callee& callee, const CallArguments& arguments, std::string_view keep, bool travels,
                    Storage& storage);

  // For an Aim, which see.
  std::shared_ptr<Future> send(const Engines& engines, std::span<const int> ids, std::optional<Seconds> timeout) const;
  static std::shared_ptr<Future> send_each(std::span<const Request> requests, const Engines& engines,
                                           std::span<const int> ids, std::optional<Seconds> timeout);
  std::shared_ptr<Future> run_here(std::optional<Seconds> timeout = std::nullopt) const;
  /// To the engine that `task` went to, behind it. Throws what became of the task if it never went to one.
  std::shared_ptr<Future> send_after(const Pending& task) const;
  /// As that, something else behind each of the tasks; nothing is sent unless all can be.
  static std::shared_ptr<Future> send_each_after(std::span<const Request> requests, const Future& tasks);

 private:
  /// What an AsyncResult prints: the task, or what was asked for. `run` is ipyparallel's execution of a file.
  std::string label() const;
  wire::Packed packed(std::size_t inline_bytes) const;
  std::shared_ptr<Future> future(session::Time time_limit, std::size_t tasks) const;
  void submit(const std::shared_ptr<Future>& future, std::size_t i, EngineLink& link, wire::Packed call) const;
  static std::shared_ptr<Future> submit_each(std::span<const Request> requests,
                                             std::span<const std::shared_ptr<EngineLink>> links,
                                             session::Time time_limit);
};

/// Where the tasks of a view go. A view has one for all its life. Threads: all functions from any.
class Aim : public std::enable_shared_from_this<Aim> {
 public:
  /// At engines with these ids; without ids at all that there are at each call.
  Aim(std::shared_ptr<Engines> engines, std::optional<std::vector<int>> ids)
      : engines_(std::move(engines)), ids_(std::move(ids)) {}
  /// At this process.
  Aim();

  /// What this aims at now, which does not change: for who sends more than once. Throws NoEnginesRegistered.
  std::shared_ptr<const Aim> now() const;
  /// Requires: this does not change.
  std::span<const int> ids() const { return *ids_; }
  /// Whether tasks leave this process, so that code has to be brought.
  bool travels() const { return engines_ != nullptr; }
  /// `timeout`: the view's, from the engine's admission of each task to its outcome; this process keeps none. Throws
  /// IndexError, TypeError, ValueError, NoEnginesRegistered before anything is sent.
  std::shared_ptr<Future> send(const Request& request, std::optional<Seconds> timeout) const;
  /// Something else for each of ids(); nothing is sent unless all can be. Requires: this does not change.
  std::shared_ptr<Future> send_each(std::span<const Request> requests, std::optional<Seconds> timeout) const;
  OutputStream stream_output(std::ostream& out, std::ostream& err) const { return {engines_, ids_, out, err}; }

 private:
  const std::shared_ptr<Engines> engines_;  // null for this process
  const std::optional<std::vector<int>> ids_;
};

}  // namespace enginery
