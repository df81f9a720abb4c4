// tests/unit/session/client_session_fixture.hpp: one client's session, and an engine that answers by hand.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "conversation.hpp"

namespace enginery::session {

class ClientSessionTest : public testing::Test {
 protected:
  std::uint64_t submit(const std::string& body = "task", std::vector<Bytes> bulk = {}) {
    return client.submit(text(body), std::move(bulk), now, out);
  }
  void answer(Reply reply, std::uint32_t link = 1) { client.on_reply(link, std::move(reply), now, out); }
  /// What was sent since the last look.
  std::vector<Exchange> sent() {
    std::vector<Exchange> exchanges;
    for (const SendExchange& action : all<SendExchange>(out)) exchanges.push_back(action.exchange);
    out.clear();
    return exchanges;
  }
  void restart(const Limits& limits) { client = ClientSession(kEngine, kSession, limits); }
  void advance(Time by) { client.tick(now += by, out); }

  Time now = 1h;
  ClientActions out;
  ClientSession client{kEngine, kSession, Limits{}};
};

}  // namespace enginery::session
