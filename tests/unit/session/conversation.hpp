// tests/unit/session/conversation.hpp: a small language for tests of one side of a session.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "core/session/client_session.hpp"
#include "core/session/engine_sessions.hpp"

namespace enginery::session {

using namespace std::chrono_literals;

inline Uuid named(std::uint8_t byte) {
  Uuid uuid;
  uuid.bytes[0] = byte;
  return uuid;
}
inline const Uuid kEngine = named(1);
inline const Uuid kSession = named(2);

inline Bytes text(const std::string& content) { return Bytes::copy(content); }

/// All actions of one kind, in order.
template <class Action, class Actions>
std::vector<Action> all(const Actions& actions) {
  std::vector<Action> found;
  for (const auto& action : actions)
    if (const auto* one = std::get_if<Action>(&action)) found.push_back(*one);
  return found;
}

inline Reply reply(std::uint64_t x, std::uint64_t admitted, std::vector<Result> results = {},
                   std::uint64_t task_limit = 4096, std::uint64_t byte_limit = 64 << 20) {
  return {Status::ok, x, admitted, task_limit, byte_limit, std::move(results), {}};
}

inline Exchange exchange(std::uint64_t x, std::vector<Task> tasks = {}, std::uint64_t ack = 0, std::uint32_t link = 1,
                         Uuid session = kSession) {
  Exchange made;
  made.engine = kEngine;
  made.session = session;
  made.link = link;
  made.x = x;
  made.open = true;
  made.result_ack = ack;
  made.tasks = std::move(tasks);
  return made;
}

inline Task task(std::uint64_t seq, const std::string& body = "task") { return {seq, false, text(body), {}}; }
inline Task limited(std::uint64_t seq, Time time_limit) { return {seq, false, text("task"), {}, time_limit}; }

}  // namespace enginery::session
