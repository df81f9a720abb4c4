// core/transport/line.cpp: one connection to a peer that is always there.
//
// A Requester is one connection, and of no use once that connection broke. A Line holds the newest one. When it needs
// the next, a detached thread dials, pauses and dials again as Dialling says, until a peer has answered a ping or
// nobody needs a connection any more. Former connections are left open until NNG can close them: at the next dial,
// question or end.
//
// A caller of send() does not wait: its request waits in State::waiting, and the dialler sends it. A caller of ask()
// waits in await() for the connection itself, so that it can be told why there is none.
#include "core/transport/line.hpp"

#include <algorithm>
#include <condition_variable>
#include <cstring>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "core/transport/closing.hpp"
#include "core/transport/dialling.hpp"
#include "core/transport/failures.hpp"
#include "core/transport/forked.hpp"
#include "core/transport/requester.hpp"

namespace enginery::transport {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using Connection = std::shared_ptr<Requester>;

/// For the first sign of life. A dial over TCP could wait for minutes, over TLS for ever.
constexpr auto kPatience = 1s, kRemotePatience = 5s;
/// For the answer to a request that may be repeated.
constexpr std::chrono::duration<double> kAttempt = 1s;
/// Between attempts to have a thread.
constexpr auto kThread = 50ms;
constexpr auto kUntilQuiet = 2ms;
/// A former connection on which nothing is open is quiet by then. The thread that dialled waits so long to close it;
/// nobody waits for that thread.
constexpr auto kFormerQuiet = 30ms;

/// The last owner may be a callback on NNG's own thread, which must not close the socket.
static void leave_connection_open(Requester* former) {
  if (forked()) return;  // its locks may be held for ever
  leave_open([former] {
    if (!former->quiet()) return false;
    delete former;
    return true;
  });
}

static Message copy_of(const Message& message) {
  Message copy(message.size());
  std::memcpy(copy.data(), message.data(), message.size());
  return copy;
}

struct Line::State : std::enable_shared_from_this<State> {
  struct Waiting {
    std::function<Message()> make;
    OnAnswer on_answer;
  };

  explicit State(Address peer)
      : address(std::move(peer)), dialling(address.ipc_path().empty() ? kRemotePatience : kPatience) {}

  const Address address;
  std::mutex mutex;
  std::condition_variable changed;
  Dialling dialling;
  Connection connection;  // while it is up
  bool in_doubt = false;  // the last ask() over the connection had no answer
  std::vector<Waiting> waiting;
  int asking = 0;       // callers that wait for a connection in ask()
  bool wanted = false;  // by a caller that does not wait
  Lack lack;
  std::exception_ptr failure;  // of the last dial
  std::uint64_t failures = 0;

  // All of these require that mutex is held.

  void let_go() {
    dialling.on_break(Clock::now());
    connection.reset();
  }
  Connection current() {
    if (connection && connection->broken()) let_go();
    return connection;
  }
  bool needed() const { return wanted || asking > 0 || !waiting.empty(); }
  /// Somebody needs a connection; what failed when nobody did is forgotten.
  void begin_need() {
    if (needed()) return;
    lack.clear();
    failure = nullptr;
  }
  void failed(const std::exception& error, std::exception_ptr pointer) {
    lack.note(error, Clock::now());
    failure = std::move(pointer);
    ++failures;
  }
  void want() {
    if (!dialling.want()) return;
    try {
      std::thread([self = shared_from_this()] { self->dial(); }).detach();
    } catch (const std::exception& error) {
      dialling.on_idle();
      wanted = false;
      // Wakes nobody: the callers in await() look again by themselves after a while; woken by each other's failures,
      // they would try again without a pause.
      failed(error, std::make_exception_ptr(no_thread_to_dial(address.url, error)));
    }
  }
  /// True: nothing waits, since nothing is sent any more.
  bool wait(Waiting one) {
    if (dialling.stopped()) return true;
    begin_need();
    waiting.push_back(std::move(one));
    want();
    return false;
  }
  void stop() {
    dialling.stop();
    waiting.clear();
    connection.reset();
    changed.notify_all();
  }

  /// The dialler.
  void dial() {
    std::unique_lock lock(mutex);
    for (;;) {
      changed.wait_until(lock, dialling.next_dial(), [this] { return dialling.stopped() || !needed(); });
      if (dialling.stopped()) return;
      if (!needed()) return dialling.on_idle();
      wanted = false;
      const std::chrono::duration<double> patience = dialling.patience();
      lock.unlock();
      Connection made;
      try {
        made = Connection(connect(address, patience.count()).release(), leave_connection_open);
        lock.lock();
      } catch (const std::exception& error) {
        lock.lock();
        dialling.on_failure(Clock::now());
        failed(error, std::current_exception());
        changed.notify_all();
      }
      if (made) return take(lock, std::move(made));
    }
  }
  void take(std::unique_lock<std::mutex>& lock, Connection made) {
    if (!dialling.on_success(Clock::now())) return;
    lack.clear();
    failure = nullptr;
    connection = made;
    in_doubt = false;
    std::vector<Waiting> ready = std::move(waiting);
    waiting.clear();
    changed.notify_all();
    lock.unlock();
    for (Waiting& one : ready) {
      try {
        made->send(one.make(), one.on_answer);
      } catch (const std::exception& error) {
        one.on_answer({}, error.what());
      }
    }
    made.reset();
    for (const auto until = Clock::now() + kFormerQuiet; close_left_open() > 0 && Clock::now() < until;)
      std::this_thread::sleep_for(kUntilQuiet);
  }

  /// Waits for a connection.
  Connection await(std::unique_lock<std::mutex>& lock, Time deadline, const GoOn& go_on) {
    begin_need();
    ++asking;
    const std::shared_ptr<void> done(nullptr, [this](void*) { --asking; });  // the lock is held then
    for (;;) {
      if (dialling.stopped()) throw ConnectionError(address.url + " is not asked any more; its client has ended");
      if (const Connection up = current()) return up;
      const std::uint64_t before = failures;
      want();
      const std::uint64_t begun = failures;
      changed.wait_until(lock, std::min(deadline, Clock::now() + kThread),
                         [&] { return dialling.stopped() || connection || failures != begun; });
      const bool over = Clock::now() >= deadline;
      if (failure && !connection && (failures != before || over)) judge(lock, over ? [] { return false; } : go_on);
      if (over && !connection)
        throw TimeoutError(
            fmt::format("{} could not be reached in time; its process may be stopped or overloaded", address.url));
    }
  }
  /// Throws the failure of a dial if it is not worth while to wait any more. A time-out is not thrown: the caller's own
  /// deadline decides about silence. Unlocks while it asks `go_on`.
  void judge(std::unique_lock<std::mutex>& lock, const GoOn& go_on) {
    const std::exception_ptr error = failure;
    lock.unlock();
    const bool goes_on = !go_on || go_on();
    lock.lock();
    const bool lacks = lack.is_long(Clock::now());
    try {
      std::rethrow_exception(error);
    } catch (const NotOfThisCluster&) {
      throw;
    } catch (const TimeoutError&) {
      return;
    } catch (const Error&) {
      if (!goes_on || lacks) throw;
    }
  }
  /// A connection for a request. Before a request that goes out once the connection is tested by a ping, and replaced
  /// if it is silent: NNG does not tell of every loss, and such a request would wait for its whole time.
  Connection await_live(Time deadline, Repeat repeat, const GoOn& go_on) {
    for (;;) {
      std::unique_lock lock(mutex);
      Connection up = await(lock, deadline, go_on);
      lock.unlock();
      const std::chrono::duration<double> left = deadline - Clock::now();
      if (repeat == Repeat::yes || left < kAttempt || is_heard(*up, kAttempt.count())) return up;
      renew(up);
    }
  }
  Connection up() {
    const std::lock_guard lock(mutex);
    return current();
  }
  void hear(const Connection& by) {
    const std::lock_guard lock(mutex);
    if (connection == by) in_doubt = false;
  }
  /// A request over the connection had no answer in time. Returns whether the connection was in doubt before.
  bool doubt() {
    const std::lock_guard lock(mutex);
    return std::exchange(in_doubt, true);
  }
  void renew(const Connection& former) {
    const std::lock_guard lock(mutex);
    if (connection == former) let_go();
  }
};

Line::Line(Address address) : state_(std::make_shared<State>(std::move(address))) {}

Line::~Line() {
  if (!forked()) stop();
}

bool Line::send(Message request, OnAnswer on_answer) {
  if (const Connection up = state_->up()) {
    up->send(std::move(request), std::move(on_answer));
    return true;
  }
  return send([one = std::make_shared<Message>(std::move(request))] { return std::move(*one); }, std::move(on_answer));
}

bool Line::send(std::function<Message()> make, OnAnswer on_answer) {
  std::unique_lock lock(state_->mutex);
  const Connection up = state_->current();
  if (!up) return state_->wait({std::move(make), std::move(on_answer)});
  lock.unlock();
  up->send(make(), std::move(on_answer));
  return true;
}

void Line::send_if_up(Message request, OnAnswer on_answer) {
  std::unique_lock lock(state_->mutex);
  const Connection up = state_->current();
  if (!up) {
    state_->begin_need();
    state_->wanted = true;
    state_->want();
  }
  lock.unlock();
  if (up) return up->send(std::move(request), std::move(on_answer));
  on_answer({}, "no connection");
}

Message Line::ask(const Message& message, Time deadline, Repeat repeat, const GoOn& go_on) {
  refuse_if_forked();
  close_left_open();
  for (;;) {
    const Connection up = state_->await_live(deadline, repeat, go_on);
    const std::chrono::duration<double> left = std::max<Clock::duration>(deadline - Clock::now(), 0s);
    try {
      Message answer =
          request(*up, copy_of(message), (repeat == Repeat::yes ? std::min(kAttempt, left) : left).count());
      state_->hear(up);
      return answer;
    } catch (const TimeoutError&) {
      const bool doubted = state_->doubt();
      if (repeat == Repeat::no) throw;
      // A remainder of an attempt may have been too short for a good connection, two hardly.
      if (left >= kAttempt || doubted) state_->renew(up);
      if (Clock::now() >= deadline) throw;
    } catch (const ConnectionError&) {
      state_->renew(up);
      if (repeat == Repeat::no || Clock::now() >= deadline || (go_on && !go_on())) throw;
    }
  }
}

bool Line::up() const { return state_->up() != nullptr; }

bool Line::look() {
  const std::lock_guard lock(state_->mutex);
  if (state_->waiting.empty()) return false;
  state_->want();
  return true;
}

std::optional<std::string> Line::take_lack() {
  const std::lock_guard lock(state_->mutex);
  if (!state_->needed()) return std::nullopt;
  return state_->lack.take(Clock::now());
}

void Line::renew() {
  const std::lock_guard lock(state_->mutex);
  state_->let_go();
}

void Line::drop() {
  const std::lock_guard lock(state_->mutex);
  state_->waiting.clear();
  state_->lack.clear();
}

void Line::stop() {
  const std::lock_guard lock(state_->mutex);
  state_->stop();
}

void Line::end(Time deadline) {
  std::unique_lock lock(state_->mutex);
  Connection last = state_->connection;
  state_->stop();
  lock.unlock();
  while (last && !last->quiet() && Clock::now() < deadline) std::this_thread::sleep_for(kUntilQuiet);
  last.reset();
  close_left_open();
}

}  // namespace enginery::transport
