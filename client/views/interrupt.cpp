// client/views/interrupt.cpp: asks the task that runs on an engine to stop.
//
// On the session's line, so that it costs no socket. When that breaks it asks again: to ask twice does no harm.
#include "client/views/interrupt.hpp"

#include <chrono>

#include <fmt/format.h>

#include <enginery/errors.hpp>

#include "client/links/deadline.hpp"
#include "core/wire/control_wire.hpp"

namespace enginery {

bool interrupt(EngineLink& link, Seconds timeout) {
  const auto deadline = deadline_of(timeout);
  const int id = link.engine().id;
  const messages::Message request = wire::encode(wire::InterruptRequest{link.engine().uuid});
  do {
    wire::Interrupted said;
    try {
      said = wire::decode_interrupted(wire::open_frame(
          link.tasks().ask(request, deadline, transport::Line::Repeat::no, [&] { return !link.dead(); }).share()));
    } catch (const TimeoutError&) {
      break;
    } catch (const ConnectionError&) {
      if (link.dead()) throw ConnectionError(fmt::format("engine {} has died; ids() lists those that live", id));
      continue;
    }
    if (said.status == session::Status::ok) return said.asked;
    throw ConnectionError(fmt::format("another engine has the address of engine {} now; connect again", id));
  } while (std::chrono::steady_clock::now() < deadline);
  throw TimeoutError(
      fmt::format("engine {} did not answer within {:g} s; its task may still be asked to stop. Is "
                  "its process stopped? `enginery status` shows it",
                  id, timeout.count()));
}

}  // namespace enginery
