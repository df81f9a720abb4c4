// core/transport/line.hpp: one connection to a peer that is always there.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "core/clusters/address.hpp"
#include "core/messages/message.hpp"

namespace enginery::transport {

using cluster::Address;
using messages::Message;

/// Dials when something is to be sent, in a thread of its own, until a peer answers; dials anew once a connection is
/// lost. A former connection is kept until it can be closed. No request is sent twice, except by ask() with
/// Repeat::yes.
///
/// Threads: all functions from any. Callbacks come on NNG's threads, or on the one that dials: they must not block,
/// wait or run user code.
class Line {
 public:
  using Time = std::chrono::steady_clock::time_point;
  /// Given the answer, or an empty message and why there is none.
  using OnAnswer = std::function<void(Message answer, const char* failure)>;
  /// Whether a request may be sent again when its answer does not come.
  enum class Repeat { no, yes };
  /// Called after a dial that failed: whether to wait for the next one.
  using GoOn = std::function<bool()>;

  explicit Line(Address address);
  /// Drops the requests that wait for a connection. Does not wait for answers: end() does.
  ~Line();
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;

  /// Sends now, or once there is a connection. False: the request waits for one, and look() must be called now and
  /// then. A request that the peer does not answer stays open until the connection ends.
  bool send(Message request, OnAnswer on_answer);
  /// Likewise, for large requests: each is made when it is sent, so that it takes no memory while it waits.
  bool send(std::function<Message()> make, OnAnswer on_answer);
  /// Sends if there is a connection, else dials and fails at once.
  void send_if_up(Message request, OnAnswer on_answer);
  /// Sends a request and waits for its answer. Before a request that goes out once, the connection is asked for a sign
  /// of life, and replaced if it gives none. Throws TimeoutError; ConnectionError: no connection came to be, or it
  /// broke; NotOfThisCluster.
  Message ask(const Message& request, Time deadline, Repeat repeat, const GoOn& go_on = {});

  bool up() const;
  /// Whether something waits for a connection. Dials if it could not be dialled before for want of threads.
  bool look();
  /// What this process has lacked for long to make a connection; told once.
  std::optional<std::string> take_lack();
  /// The peer is silent, or its answers make no sense: later requests go over a new connection. Those that are open on
  /// the former one may still be answered.
  void renew();
  /// Drops the requests that wait for a connection; their callbacks are not called.
  void drop();
  /// From now on nothing is sent, and ask() throws. Open requests may still be answered.
  void stop();
  /// stop(), and waits until what was sent has been answered and the connection could be closed.
  void end(Time deadline);

 private:
  struct State;
  const std::shared_ptr<State> state_;
};

}  // namespace enginery::transport
