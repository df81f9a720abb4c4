// client/views/interrupt.cpp: asks the task that runs on an engine to stop.
//
// On the link's own line, so that it costs no socket; while there is none, because it is dialled or broken, it asks
// again. To ask twice does no harm.
#include "client/views/interrupt.hpp"

#include <condition_variable>
#include <exception>
#include <memory>
#include <mutex>

#include <fmt/format.h>

#include <enginery/errors.hpp>

#include "client/links/deadline.hpp"
#include "core/wire/control_wire.hpp"

namespace enginery {
namespace {

constexpr auto kAgain = std::chrono::milliseconds(5);

/// Shared with a callback that may come too late.
struct Answer {
  std::mutex mutex;
  std::condition_variable changed;
  bool there = false;
  std::optional<wire::Interrupted> said;  ///< nothing when the line broke
  std::exception_ptr error;
};

void on_answer(Answer& answer, messages::Message message, const char* failure) {
  const std::lock_guard lock(answer.mutex);
  answer.there = true;
  try {
    if (!failure) answer.said = wire::decode_interrupted(wire::open_frame(std::move(message).share()));
  } catch (const ProtocolError&) {
    answer.error = std::current_exception();
  }
  answer.changed.notify_all();
}

}  // namespace

bool interrupt(EngineLink& link, Seconds timeout) {
  const auto deadline = deadline_of(timeout);
  const int id = link.engine().id;
  for (;;) {
    if (link.dead()) throw ConnectionError(fmt::format("engine {} has died; ids() lists those that live", id));
    const auto answer = std::make_shared<Answer>();
    link.ask(wire::encode(wire::InterruptRequest{link.engine().uuid}),
             [answer](auto message, const char* failure) { on_answer(*answer, std::move(message), failure); });
    std::unique_lock lock(answer->mutex);
    answer->changed.wait_until(lock, deadline, [&] { return answer->there; });
    if (answer->error) std::rethrow_exception(answer->error);
    if (answer->said && answer->said->status == session::Status::ok) return answer->said->asked;
    if (answer->said)
      throw ConnectionError(fmt::format("another engine has the address of engine {} now; connect again", id));
    const auto now = std::chrono::steady_clock::now();
    if (now >= deadline)
      throw TimeoutError(
          fmt::format("engine {} did not answer within {:g} s; its task may still be asked to stop. Is "
                      "its process stopped? `enginery status` shows it",
                      id, timeout.count()));
    answer->changed.wait_until(lock, std::min(deadline, now + kAgain), [] { return false; });
  }
}

}  // namespace enginery
