// tests/unit/hub/engine_entry_test.cpp: what an engine says of itself reaches clients unchanged.
#include "hub/registry.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace enginery::hub {
namespace {

using ::testing::ElementsAre;

wire::EngineEntry entry() {
  return {.id = 3,
          .uuid = Uuid{{1}},
          .pid = 100,
          .start = 7,
          .endpoint = "tasks",
          .bulk_endpoint = "bulk",
          .hostname = "host",
          .output_endpoint = "output",
          .boot = "boot",
          .pid_namespace = 9,
          .remote_endpoint = "remote tasks",
          .remote_bulk_endpoint = "remote bulk",
          .remote_output_endpoint = "remote output"};
}

RegisteredEngine in_state(int id, EngineState state, cluster::AfterDeath next = cluster::AfterDeath::nothing) {
  RegisteredEngine engine;
  engine.entry.id = id;
  engine.entry.uuid.bytes[0] = static_cast<std::uint8_t>(id);
  engine.state = state;
  if (state == EngineState::dead) engine.how = "signal 9 (Killed)";
  engine.next = next;
  return engine;
}

TEST(EngineEntryTest, EveryFieldComesBackInItsPlace) {
  Registry registry(Uuid{{9}});
  EXPECT_EQ(registry.register_engine(entry(), 3), 3);
  EXPECT_THAT(to_reply({}, 1, registry.all(), [](int) { return true; }).engines, ElementsAre(entry()));
}

TEST(EngineEntryTest, AReplyListsWhoTakesTasksAndWhoIsAbsent) {
  const std::vector all{in_state(0, EngineState::alive),
                        in_state(1, EngineState::starting),
                        in_state(2, EngineState::awaited),
                        in_state(3, EngineState::dead, cluster::AfterDeath::starts_anew),
                        in_state(4, EngineState::dead, cluster::AfterDeath::gives_up),
                        in_state(5, EngineState::dead),
                        in_state(6, EngineState::dead),
                        in_state(7, EngineState::suspect)};
  const wire::HubReply reply = to_reply(Uuid{{9}}, 5, all, [](int id) { return id == 5; });
  EXPECT_EQ(reply.epoch, Uuid{{9}});
  EXPECT_EQ(reply.number, 5u);
  EXPECT_THAT(reply.engines, ElementsAre(all.front().entry, all.back().entry));
  const auto absent = [](int id, wire::Absence state, const std::string& how) {
    return wire::AbsentEngine{id, Uuid{{static_cast<std::uint8_t>(id)}}, state, how};
  };
  EXPECT_THAT(reply.absent, ElementsAre(absent(1, wire::Absence::starting, ""), absent(2, wire::Absence::awaited, ""),
                                        absent(3, wire::Absence::restarting, "signal 9 (Killed)"),
                                        absent(4, wire::Absence::given_up, "signal 9 (Killed)"),
                                        absent(5, wire::Absence::dead, "signal 9 (Killed)")));
}

}  // namespace
}  // namespace enginery::hub
