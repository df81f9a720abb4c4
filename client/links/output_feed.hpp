// client/links/output_feed.hpp: what engines publish of their tasks' output, brought to the streams of a client.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include <enginery/uuid.hpp>

#include "client/links/engine_link.hpp"
#include "core/transport/subscription.hpp"
#include "core/wire/engine_wire.hpp"

namespace enginery {

/// Subscribes to an engine for the first stream that asks, and stays subscribed, since streams may come and go often.
///
/// Threads: all functions from any.
class OutputFeed {
 public:
  /// Its functions are called on NNG's threads, one at a time for each engine, and must not block.
  class Listener {
   public:
    virtual ~Listener() = default;
    /// Text of one of this client's tasks.
    virtual void on_text(int engine, const wire::Printed& printed) = 0;
    virtual void on_mark(const Uuid& mark) = 0;
    /// So many messages of this engine were lost, before the next one.
    virtual void on_loss(int engine, std::uint64_t messages) = 0;
    /// An engine joined or left.
    virtual void on_engines_changed() = 0;
  };

  /// Must not be called on NNG's threads.
  void subscribe(const std::shared_ptr<EngineLink>& link);
  void attach(std::shared_ptr<Listener> listener);
  void detach(const std::shared_ptr<Listener>& listener);
  void engines_changed();

 private:
  struct Source {
    std::shared_ptr<EngineLink> link;
    std::uint64_t number = 0;  // of the last message; only its own callback touches it
    std::unique_ptr<transport::Subscription> subscription;
  };

  void on_message(Source& from, const Bytes& message);
  std::vector<std::shared_ptr<Listener>> listeners() const;

  std::mutex subscribing_;  // so that nobody subscribes twice; never taken by a callback
  mutable std::mutex mutex_;
  std::vector<std::shared_ptr<Listener>> listeners_;
  std::map<Uuid, std::shared_ptr<Source>> sources_;  // by engine
};

/// PUB/SUB acknowledges nothing. So the client asks each engine, by request, to publish a mark. When the mark comes,
/// the subscription works, and everything that was published before has come or is lost. If the request is answered and
/// no mark comes, the mark was published before the subscription, or is lost; the client asks for another.
///
/// Threads: meet() from one; arrived() from any.
class OutputMarks : public std::enable_shared_from_this<OutputMarks> {
 public:
  /// Waits for the marks of all living engines. False if some did not come in time.
  bool meet(const std::vector<std::shared_ptr<EngineLink>>& links, std::chrono::milliseconds timeout);
  void arrived(const Uuid& mark);

 private:
  struct Awaited {
    std::shared_ptr<EngineLink> link;
    bool asking = false;
  };
  void ask(const Uuid& mark, const std::shared_ptr<EngineLink>& link);

  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<Uuid, Awaited> awaited_;
};

}  // namespace enginery
