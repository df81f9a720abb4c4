// tests/unit/hub/registry_test.cpp: who gets which id, who is refused, and how the changes are numbered.
#include "hub/registry.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <enginery/errors.hpp>

namespace enginery::hub {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

wire::EngineEntry engine(std::uint8_t number, std::uint64_t pid = 0) {
  wire::EngineEntry entry;
  entry.uuid.bytes[0] = number;
  entry.pid = pid;
  entry.endpoint = "ipc:///tmp/engine";
  return entry;
}

class RegistryTest : public ::testing::Test {
 protected:
  std::string refusal(const wire::EngineEntry& entry, std::optional<int> wanted) {
    try {
      registry.register_engine(entry, wanted);
    } catch (const ValueError& error) {
      return error.what();
    }
    return "taken";
  }
  std::vector<int> ids() const {
    std::vector<int> ids;
    for (const auto& engine : registry.all())
      if (engine.takes_tasks()) ids.push_back(engine.id());
    return ids;
  }
  std::vector<wire::Change> take_changes() {
    std::vector<wire::Change> changes;
    for (; registry.untold(); registry.told()) changes.push_back(*registry.untold());
    return changes;
  }

  Uuid epoch{{7}};
  Registry registry{epoch};
};

TEST_F(RegistryTest, IdsCountFromZeroInTheOrderOfRegistration) {
  EXPECT_EQ(registry.register_engine(engine(1), {}), 0);
  EXPECT_EQ(registry.register_engine(engine(2), {}), 1);
  EXPECT_EQ(ids(), (std::vector{0, 1}));
}

TEST_F(RegistryTest, AnEngineGetsTheIdItWantsAndLaterOnesCountOn) {
  EXPECT_EQ(registry.register_engine(engine(1), 5), 5);
  EXPECT_EQ(registry.register_engine(engine(2), {}), 6);
}

TEST_F(RegistryTest, ASpawnedEnginesIdIsNotGivenToAStranger) {
  registry.spawned(0, 100);
  registry.spawned(1, 101);
  EXPECT_EQ(registry.register_engine(engine(9), {}), 2);
  EXPECT_EQ(registry.register_engine(engine(1, 100), 0), 0);
  EXPECT_EQ(ids(), (std::vector{0, 2}));
}

TEST_F(RegistryTest, ASpawnedEnginesIdIsKeptForItsProcess) {
  registry.spawned(0, 100);
  EXPECT_THAT(refusal(engine(9, 200), 0), HasSubstr("id 0 is kept for the process 100, which the launcher started"));
  EXPECT_EQ(registry.register_engine(engine(1, 100), 0), 0);
}

TEST_F(RegistryTest, AnEnginesUuidIsItsOwn) {
  registry.register_engine(engine(1, 100), {});
  EXPECT_THAT(refusal(engine(1, 200), {}), HasSubstr("is registered already, by pid 100"));
  wire::EngineEntry elsewhere = engine(1, 100);
  elsewhere.remote_endpoint = "tls+tcp://10.0.0.9:1";
  EXPECT_THAT(refusal(elsewhere, 0), HasSubstr("this is another; start a new one"));
  EXPECT_EQ(registry.register_engine(engine(1, 100), {}), 0) << "the same registration again";
}

TEST_F(RegistryTest, TheIdOfADeadEngineIsNotGivenAway) {
  registry.register_engine(engine(1), {});
  EXPECT_TRUE(registry.died(0, "signal 9 (Killed)"));
  EXPECT_EQ(registry.register_engine(engine(2), {}), 1);
  EXPECT_EQ(ids(), (std::vector{1}));
}

TEST_F(RegistryTest, ARestartKeepsItsIdUnderANewUuid) {
  registry.register_engine(engine(1, 100), 0);
  registry.died(0, "signal 9 (Killed)");
  registry.spawned(0, 200);
  EXPECT_EQ(registry.find(0)->state, EngineState::starting);
  EXPECT_EQ(registry.register_engine(engine(2, 200), 0), 0);
  EXPECT_EQ(registry.find(0)->entry.uuid, engine(2).uuid);
  EXPECT_EQ(registry.number(), 3u);
}

TEST_F(RegistryTest, AnIdThatLivesUnderAnotherUuidIsRefusedWithWords) {
  registry.register_engine(engine(1, 100), 0);
  EXPECT_THAT(refusal(engine(2), 0), HasSubstr("id 0 is taken by engine 01"));
  EXPECT_THAT(refusal(engine(2), 0), HasSubstr("pid 100"));
  EXPECT_EQ(registry.find(0)->entry.uuid, engine(1).uuid);
}

TEST_F(RegistryTest, TheSameRegistrationAgainIsNoChange) {
  EXPECT_EQ(registry.register_engine(engine(1), 0), 0);
  EXPECT_EQ(registry.register_engine(engine(1), 0), 0);
  EXPECT_EQ(registry.register_engine(engine(1), {}), 0);
  EXPECT_EQ(registry.number(), 1u);
  EXPECT_THAT(refusal(engine(1), 3), HasSubstr("is registered as 0 and asks for id 3"));
}

TEST_F(RegistryTest, AnIncarnationThatWasDeclaredDeadNeverComesBack) {
  registry.register_engine(engine(1), 0);
  registry.died(0, "silent for 15 s");
  EXPECT_THAT(refusal(engine(1), 0), HasSubstr("declared dead (silent for 15 s)"));
  registry.spawned(0, 200);
  EXPECT_THAT(refusal(engine(1), 0), HasSubstr("declared dead"));
}

TEST_F(RegistryTest, AnEngineWithoutAUuidOrWithANegativeIdIsRefused) {
  EXPECT_THAT(refusal({}, 0), HasSubstr("without a uuid"));
  EXPECT_THAT(refusal(engine(1), -1), HasSubstr("ids count from 0"));
  EXPECT_THAT(registry.all(), IsEmpty());
}

TEST_F(RegistryTest, DeathIsNewsOnceAndTheFirstWordOnHowStands) {
  registry.register_engine(engine(1, 100), {});
  EXPECT_TRUE(registry.died(0, "signal 9 (Killed)"));
  EXPECT_FALSE(registry.died(0, "silent for 15 s"));
  EXPECT_FALSE(registry.died(17, "unknown"));
  EXPECT_EQ(registry.find(0)->how, "signal 9 (Killed)");
  EXPECT_EQ(registry.number(), 2u);
}

TEST_F(RegistryTest, LateNewsOfAFormerIncarnationHarmsNobody) {
  registry.register_engine(engine(1), 0);
  registry.died(0, "signal 9 (Killed)");
  registry.register_engine(engine(2), 0);
  EXPECT_FALSE(registry.died(0, "signal 9 (Killed)", engine(1).uuid));
  EXPECT_EQ(ids(), (std::vector{0}));
  EXPECT_TRUE(registry.died(0, "signal 9 (Killed)", engine(2).uuid));
}

TEST_F(RegistryTest, AnEngineThatDiesBeforeItRegistersIsNoChange) {
  registry.spawned(0, 100);
  EXPECT_TRUE(registry.died(0, "exit status 2"));
  EXPECT_EQ(registry.number(), 0u);
  EXPECT_THAT(registry.all(), SizeIs(1));
}

TEST_F(RegistryTest, ASpawnedEnginesIdIsNotForAProcessThatClaimsIt) {
  registry.spawned(0, 100);
  EXPECT_THAT(refusal(engine(9, 200), 0), HasSubstr("id 0 is kept for the process 100, which the launcher started"));
  EXPECT_EQ(refusal(engine(1, 100), 0), "taken");
}

TEST_F(RegistryTest, AnEngineOfAFormerHubIsAwaitedAndRegistersAgainAsItWas) {
  registry.await(3, engine(1).uuid, {100, 0});
  EXPECT_EQ(registry.find(3)->state, EngineState::awaited);
  EXPECT_THAT(ids(), IsEmpty()) << "nobody knows where it takes tasks";
  EXPECT_THAT(refusal(engine(2, 200), 3), HasSubstr("id 3 is taken by engine 01"));
  EXPECT_EQ(registry.register_engine(engine(2, 200), {}), 4) << "a new one gets another id";
  EXPECT_THAT(refusal(engine(1, 101), 3), HasSubstr("is registered already, by pid 100")) << "another process";
  EXPECT_EQ(registry.register_engine(engine(1, 100), 3), 3);
  EXPECT_EQ(ids(), (std::vector{3, 4}));
}

TEST_F(RegistryTest, AnAwaitedEngineThatDiesIsAChange) {
  registry.await(3, engine(1).uuid, {100, 7});
  EXPECT_TRUE(registry.died(3, "signal 9 (Killed)", engine(1).uuid, cluster::AfterDeath::starts_anew));
  const std::vector<wire::Change> changes = take_changes();
  ASSERT_THAT(changes, SizeIs(1));
  EXPECT_EQ(changes.front().engine.uuid, engine(1).uuid);
  EXPECT_EQ(registry.find(3)->next, cluster::AfterDeath::starts_anew);
  EXPECT_THAT(refusal(engine(1, 100), 3), HasSubstr("declared dead"));
}

TEST_F(RegistryTest, TheLaunchersWordOnAnAwaitedEngineLeavesItAwaited) {
  registry.await(3, engine(1).uuid, {100, 7});
  registry.spawned(3, 100);
  EXPECT_EQ(registry.find(3)->state, EngineState::awaited);
  registry.spawned(3, 200);
  EXPECT_EQ(registry.find(3)->state, EngineState::starting) << "it was restarted meanwhile";
  EXPECT_EQ(registry.number(), 1u) << "the former incarnation has left";
}

TEST_F(RegistryTest, ReservedIdsAreNotGivenAway) {
  registry.reserve(6);
  EXPECT_EQ(registry.register_engine(engine(1), {}), 6);
  EXPECT_EQ(registry.register_engine(engine(2), 2), 2) << "but to who had it";
  EXPECT_EQ(registry.register_engine(engine(3), {}), 7);
}

TEST_F(RegistryTest, AnEngineThatRegistersBeforeTheLaunchersWordStaysRegistered) {
  registry.register_engine(engine(1, 100), 0);
  registry.spawned(0, 100);
  EXPECT_EQ(registry.find(0)->state, EngineState::alive);
}

TEST_F(RegistryTest, ASuspectEngineIsStillAMember) {
  registry.register_engine(engine(1), {});
  EXPECT_TRUE(registry.set_suspect(0, true));
  EXPECT_EQ(registry.find(0)->state, EngineState::suspect);
  EXPECT_EQ(ids(), (std::vector{0}));
  EXPECT_TRUE(registry.set_suspect(0, false));
  EXPECT_FALSE(registry.set_suspect(1, true));
  EXPECT_EQ(registry.number(), 1u);
}

TEST_F(RegistryTest, ChangesAreNumberedWithoutGapsAndLeadFromOneSnapshotToTheNext) {
  registry.register_engine(engine(1), {});
  take_changes();
  const std::uint64_t before = registry.number();
  registry.register_engine(engine(2), {});
  registry.died(0, "signal 9 (Killed)");
  const std::vector<wire::Change> changes = take_changes();
  ASSERT_THAT(changes, SizeIs(2));
  EXPECT_EQ(changes[0].epoch, epoch);
  EXPECT_EQ(changes[0].number, before + 1);
  EXPECT_EQ(changes[0].event, wire::ChangeEvent::joined);
  EXPECT_EQ(changes[1].epoch, epoch);
  EXPECT_EQ(changes[1].number, before + 2);
  EXPECT_EQ(changes[1].event, wire::ChangeEvent::left);
  EXPECT_EQ(changes[1].engine.id, 0);
  EXPECT_EQ(changes[1].how, "signal 9 (Killed)");
  EXPECT_EQ(changes[1].number, registry.number());
  EXPECT_THAT(take_changes(), IsEmpty()) << "they are taken once";
}

TEST_F(RegistryTest, AChangeIsThereUntilItHasBeenTold) {
  registry.register_engine(engine(1), {});
  registry.register_engine(engine(2), {});
  for (int look = 0; look < 2; ++look) EXPECT_EQ(registry.untold()->engine.id, 0);
  registry.told();
  registry.died(0, "left");
  EXPECT_EQ(registry.untold()->engine.id, 1);
  EXPECT_THAT(take_changes(), SizeIs(2));
  EXPECT_EQ(registry.untold(), nullptr);
}

}  // namespace
}  // namespace enginery::hub
