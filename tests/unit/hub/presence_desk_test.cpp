// tests/unit/hub/presence_desk_test.cpp: engines' open requests are held, and each is given back once.
#include "hub/presence_desk.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace enginery::hub {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const Uuid kOne{{1}}, kOther{{2}};
const PresenceDesk::Time kStart{1h};

TEST(PresenceDeskTest, ARequestIsHeldForItsTimeAndGivenBackOnce) {
  PresenceDesk desk;
  EXPECT_EQ(desk.take(kOne, 7, kStart), std::nullopt);
  EXPECT_THAT(desk.due(kStart + 499ms, 500ms), IsEmpty());
  EXPECT_THAT(desk.due(kStart + 500ms, 500ms), ElementsAre(7));
  EXPECT_THAT(desk.due(kStart + 1h, 500ms), IsEmpty());
  EXPECT_EQ(desk.size(), 0u);
}

TEST(PresenceDeskTest, AnEnginesNewRequestTakesThePlaceOfItsOldOne) {
  PresenceDesk desk;
  desk.take(kOne, 7, kStart);
  EXPECT_EQ(desk.take(kOne, 8, kStart + 400ms), 7u);
  EXPECT_EQ(desk.size(), 1u);
  EXPECT_THAT(desk.due(kStart + 800ms, 500ms), IsEmpty()) << "the new one has its own time";
  EXPECT_THAT(desk.due(kStart + 900ms, 500ms), ElementsAre(8));
}

TEST(PresenceDeskTest, EachEnginesRequestIsItsOwn) {
  PresenceDesk desk;
  desk.take(kOne, 7, kStart);
  EXPECT_EQ(desk.take(kOther, 8, kStart), std::nullopt);
  EXPECT_EQ(desk.dismiss(kOne), 7u);
  EXPECT_EQ(desk.dismiss(kOne), std::nullopt);
  EXPECT_THAT(desk.due(kStart + 500ms, 500ms), ElementsAre(8));
}

}  // namespace
}  // namespace enginery::hub
