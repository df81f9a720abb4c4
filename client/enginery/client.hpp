// client/enginery/client.hpp: what a program that uses engines includes.
#pragma once

#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <iosfwd>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <enginery/arguments.hpp>
#include <enginery/async_result.hpp>
#include <enginery/codec.hpp>
#include <enginery/durations.hpp>
#include <enginery/errors.hpp>
#include <enginery/load_balanced_view.hpp>
#include <enginery/namespace.hpp>
#include <enginery/output_stream.hpp>
#include <enginery/random.hpp>
#include <enginery/reference.hpp>
#include <enginery/staying_result.hpp>
#include <enginery/view.hpp>
#include <enginery/wait.hpp>

namespace enginery {

/// Which cluster a client connects to.
struct ClientOptions {
  std::string name{};                         ///< of the cluster; empty: $ENGINERY_CLUSTER, else "default"
  std::string file{};                         ///< a connection file, instead of a name
  std::chrono::milliseconds timeout{10'000};  ///< for the hub's first answer
};

/// How an engine is started anew.
struct RestartOptions {
  Seconds timeout = Seconds(60);  ///< until it takes tasks again
  bool keep = false;              ///< the variables whose values can travel
};

class ViewIterator;

/// A connection to a cluster. A handle: copies and views share it; the last of them says good-bye to the engines.
///
/// Threads: all functions from any. In a forked child of a process that has a Client, a handle does nothing at its end,
/// and every call and every new Client throws ConnectionError.
class ENGINERY_API Client {
 public:
  /// The default cluster's. Throws ConnectionError, which says how to start one; TimeoutError.
  Client();
  explicit Client(const ClientOptions& options);

  /// The engines that take tasks, sorted; always current, without a round trip.
  std::vector<int> ids() const;
  std::size_t size() const;
  /// Waits until there are `count` engines. Throws TimeoutError; ConnectionError once the cluster has ended, within a
  /// second on its host, or its hub was silent for 15 s; NoEnginesRegistered when all engines that were started have
  /// died and are not started anew.
  void wait_for_engines(std::size_t count, std::optional<Seconds> timeout = std::nullopt) const;

  /// A view of one engine, by id; negative ones count from the end of ids(). Throws IndexError, NoEnginesRegistered.
  template <std::integral I>
  DirectView operator[](I id) const {
    return std::in_range<int>(id) ? direct(static_cast<int>(id)) : refuse(std::to_string(id));
  }
  /// A frozen view of some engines, in this order. Throws IndexError.
  MultiView operator[](std::initializer_list<int> ids) const;
  MultiView view(std::vector<int> ids) const;
  /// A view of all engines, evaluated anew at each call.
  MultiView all() const;
  /// A view that sends each task to an engine that is free: of all, also of those that come later, or of some. Throws
  /// IndexError.
  LoadBalancedView load_balanced() const;
  LoadBalancedView load_balanced(std::vector<int> ids) const;
  LoadBalancedView load_balanced(std::initializer_list<int> ids) const { return load_balanced(std::vector<int>(ids)); }

  /// `for (auto view : rc)`: a DirectView of each engine that there is when the loop begins.
  inline ViewIterator begin() const;
  std::default_sentinel_t end() const noexcept { return {}; }
  /// Ends engine `id` and starts it anew, also one that died: the same id, a new process, nothing in its namespace; the
  /// plugins that it had imported are imported again. Tasks that it had not finished fail as EngineDied; a running one
  /// is not waited for. Returns when it takes tasks again. Throws IndexError; ValueError if it joined by itself, so
  /// that nobody could start it; EngineDied if the new process died before it took tasks, too often; TimeoutError;
  /// ConnectionError.
  void restart(int id, Seconds timeout = Seconds(60)) const;
  /// The same. With `keep`, the variables come to this client first, and go back when the engine is there again: those
  /// whose values can travel, each by itself (two names of one list are two lists then). Waits first for
  /// the tasks that run or wait on the engine. If that takes longer than the timeout, throws TimeoutError and restarts
  /// nothing. Returns the names of the variables that are lost: opaque objects, functions. Results that stay are lost,
  /// too.
  std::vector<std::string> restart(int id, const RestartOptions& options) const;
  /// The same with SIGKILL, at once. An engine that joined by itself is gone then, and nobody starts it.
  void kill(int id, Seconds timeout = Seconds(60)) const;
  /// Asks the task that engine `id` runs to stop, whichever client it belongs to. From then on stop_requested() is true
  /// in the task, and what it then returns is its result. Waits for the engine's answer: false if no task ran. Throws
  /// IndexError, ConnectionError when the engine has died, TimeoutError when it did not answer.
  bool interrupt(int id, Seconds timeout = Seconds(5)) const;
  /// Prints what this client's tasks on the engines print, while they run, as long as the result lives.
  OutputStream stream_output(std::ostream& out, std::ostream& err) const;
  OutputStream stream_output(std::ostream& out) const;
  OutputStream stream_output() const;

 private:
  DirectView direct(int id) const;
  [[noreturn]] static DirectView refuse(const std::string& id);
  std::shared_ptr<Engines> engines_;
};

/// An input iterator over a client's engines. `*` throws IndexError when the engine has left since the loop began.
class ViewIterator {
 public:
  using iterator_concept = std::input_iterator_tag;
  using iterator_category = std::input_iterator_tag;
  using value_type = DirectView;
  using difference_type = std::ptrdiff_t;
  using pointer = void;
  using reference = DirectView;

  explicit ViewIterator(const Client& client) : client_(client), ids_(client.ids()) {}
  DirectView operator*() const { return client_[ids_[at_]]; }
  ViewIterator& operator++() {
    ++at_;
    return *this;
  }
  void operator++(int) { ++at_; }
  friend bool operator==(const ViewIterator& iterator, std::default_sentinel_t) {
    return iterator.at_ == iterator.ids_.size();
  }

 private:
  Client client_;
  std::vector<int> ids_;
  std::size_t at_ = 0;
};

ViewIterator Client::begin() const { return ViewIterator(*this); }

}  // namespace enginery
