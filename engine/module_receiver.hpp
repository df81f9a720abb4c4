// engine/module_receiver.hpp: the end at which code arrives.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <tuple>
#include <variant>
#include <vector>

#include <enginery/uuid.hpp>

#include "core/delivery/module_cache.hpp"
#include "core/transport/responder.hpp"
#include "core/wire/module_wire.hpp"

namespace enginery::engine {

/// Answers which files of a module this host has, writes those that come into the module cache, and tells
/// BroughtModules of each module that is complete.
///
/// Threads: one of its own does all work with files, so that code arrives while the main thread runs a task, and NNG's
/// threads wait for no disk; receive() only hands over. The number of waiting requests is bounded; more are answered
/// `busy`.
class ModuleReceiver {
 public:
  using Request = std::variant<wire::ModuleQuery, wire::ModuleChunk>;
  /// Sends the answer of a request, from any thread.
  using OnAnswer = std::function<void(transport::Responder::Ticket, const wire::ModuleAnswer&)>;

  /// A transfer that gets no chunk for `idle` is given up.
  ModuleReceiver(const Uuid& engine, std::shared_ptr<modules::BroughtModules> brought, OnAnswer on_answer,
                 std::chrono::milliseconds idle = std::chrono::seconds(30));
  ~ModuleReceiver();

  /// Answered exactly once, unless the receiver ends.
  void receive(transport::Responder::Ticket ticket, Request request);
  /// Waits for the request at work; those behind it get no answer. Called by one thread.
  void stop();

  /// Bytes of code that came.
  std::uint64_t received_bytes() const { return received_bytes_.load(std::memory_order_relaxed); }

 private:
  using Clock = std::chrono::steady_clock;
  struct Job {
    transport::Responder::Ticket ticket;
    Request request;
  };
  /// A file of which chunks came, in any order.
  struct Transfer {
    std::unique_ptr<modules::IncomingFile> file;
    std::vector<bool> here;  // by chunk
    std::size_t missing;
    Clock::time_point last;
  };
  using Key = std::tuple<modules::ContentHash, BuildId, std::string, std::uint64_t>;

  void run();
  wire::ModuleAnswer answer(const Request& request);
  wire::ModuleAnswer on(const wire::ModuleQuery& query);
  wire::ModuleAnswer on(const wire::ModuleChunk& chunk);
  /// Null if there are too many.
  Transfer* transfer_of(const Key& key, const wire::ModuleChunk& chunk);
  modules::ModuleCache& cache();

  const Uuid engine_;
  const std::shared_ptr<modules::BroughtModules> brought_;
  const OnAnswer on_answer_;
  const std::chrono::milliseconds idle_;
  std::atomic<std::uint64_t> received_bytes_{0};

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Job> jobs_;
  bool stop_ = false;

  // The thread's own.
  std::optional<modules::ModuleCache> cache_;  // made when the first code comes
  std::map<Key, Transfer> transfers_;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace enginery::engine
