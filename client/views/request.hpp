// client/views/request.hpp: what a view asks, and of whom: of one engine, of several, of all, or of this process.
#pragma once

#include <iosfwd>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <enginery/balance_options.hpp>
#include <enginery/call_arguments.hpp>
#include <enginery/output_stream.hpp>
#include <enginery/task_handle.hpp>
#include <enginery/travels.hpp>
#include <enginery/value.hpp>

#include "client/links/engines.hpp"
#include "client/links/future.hpp"
#include "client/links/map_future.hpp"
#include "client/links/work.hpp"
#include "core/delivery/module_files.hpp"
#include "core/wire/call_wire.hpp"

namespace enginery {

/// For a task. Throws ValueError for what is no time.
session::Time time_limit_of(std::optional<Seconds> timeout);

/// One operation with its arguments, which it refers to. Packed once, however many engines get it.
struct Request {
  wire::Op op;
  std::string_view name{};
  std::span<const Value> positional{};
  std::span<const std::pair<std::string, Value>> keywords{};
  std::string_view execute_input{};
  const wire::Code* code = nullptr;
  std::string_view signature{};
  std::string_view keep{};  ///< where the result stays on the engine, in place of travelling
  /// Code that an engine must have before it runs this, and is brought if it lacks it. Null: none.
  std::shared_ptr<const modules::ModuleFiles> needs{};
  Room room = Room::wait;

  /// Parts of a call that need an owner.
  struct Storage {
    wire::Code code;
    wire::Keywords keywords;
  };
  /// A call. It refers to all of these.
  static Request of(const Callee& callee, const CallArguments& arguments, std::string_view keep, bool travels,
                    Storage& storage);

  /// To the engine that `task` went to, behind it. Throws what became of the task if it never went to one.
  std::shared_ptr<Future> send_after(const Pending& task) const;
  /// The same with another request for each of the tasks. Nothing is sent unless all can be.
  static std::shared_ptr<Future> send_each_after(std::span<const Request> requests, const Future& tasks);
};

/// Where the tasks of a view go. A view has one for all its life. Threads: all functions from any.
class Aim : public std::enable_shared_from_this<Aim> {
 public:
  /// At engines with these ids; without ids, at all engines that there are at the time of a call.
  Aim(std::shared_ptr<Engines> engines, std::optional<std::vector<int>> ids)
      : engines_(std::move(engines)), ids_(std::move(ids)) {}
  /// At whichever of these engines is free.
  Aim(std::shared_ptr<Engines> engines, std::optional<std::vector<int>> ids, BalanceOptions balance)
      : engines_(std::move(engines)), ids_(std::move(ids)), balance_(std::move(balance)) {}
  /// At this process.
  Aim();

  /// The same with a fixed list of engines, for a caller that sends more than once. Throws NoEnginesRegistered.
  std::shared_ptr<const Aim> now() const;
  /// Requires: the list is fixed.
  std::span<const int> ids() const { return *ids_; }
  /// Whether tasks leave this process, so that code has to be brought.
  bool travels() const { return engines_ != nullptr; }
  /// `timeout`: the view's, from the engine's admission of each task to its outcome; this process keeps none. Throws
  /// IndexError, TypeError, ValueError, NoEnginesRegistered before anything is sent.
  std::shared_ptr<Future> send(const Request& request, std::optional<Seconds> timeout) const;
  /// Another request for each of ids(). Nothing is sent unless all can be. Requires: the list is fixed.
  std::shared_ptr<Future> send_each(std::span<const Request> requests, std::optional<Seconds> timeout) const;
  /// The call for each of `count` items; as UntypedView::map_call().
  std::shared_ptr<MapFuture> map(const Request& request, std::vector<Value> columns, std::size_t count, bool open,
                                 std::optional<Seconds> timeout) const;
  /// The same engines, with these options. Requires: it is balanced.
  std::shared_ptr<const Aim> balanced(BalanceOptions options) const;
  /// The ids that it is limited to.
  const std::optional<std::vector<int>>& only() const { return ids_; }
  OutputStream stream_output(std::ostream& out, std::ostream& err) const { return {engines_, ids_, out, err}; }

 private:
  Placement placement(std::string_view name, std::optional<Seconds> timeout) const;
  std::shared_ptr<Future> send_balanced(const Request& request, std::optional<Seconds> timeout) const;
  /// A call to fixed engines, with results among its arguments.
  std::shared_ptr<Future> send_with_results(const Request& request, std::optional<Seconds> timeout) const;

  const std::shared_ptr<Engines> engines_;  // null for this process
  const std::optional<std::vector<int>> ids_;
  const std::optional<BalanceOptions> balance_;
};

}  // namespace enginery
