// tests/unit/clusters/launcher_link_test.cpp: what launcher and hub tell each other, whole and in pieces.
#include "core/clusters/launcher_link.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <enginery/errors.hpp>

namespace enginery::cluster {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const Uuid kUuid{{1, 2, 3}};

class LauncherLinkTest : public ::testing::Test {
 protected:
  LauncherLinkTest() {
    int ends[2];
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    near_.emplace(ends[0]);
    far_.emplace(ends[1]);
  }
  void write_raw(const std::string& text) const {
    EXPECT_EQ(::write(near_->fd(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }

  std::optional<LauncherLink> near_, far_;
};

TEST_F(LauncherLinkTest, EveryMessageArrivesAsItWasSent) {
  const std::vector<LauncherMessage> messages{Spawned{3, 77},
                                              Died{3, 77, std::nullopt, "exit status 3"},
                                              Died{3, 77, kUuid, "signal 9 (Killed)", AfterDeath::starts_anew},
                                              Died{3, 77, kUuid, "exit status 1", AfterDeath::gives_up},
                                              Listening{{"ipc:///a", "ipc:///b", kUuid, {77, 123456789012345}}},
                                              Registered{3, kUuid, {77, 123456789012345}, false},
                                              Resumed{4},
                                              Restart{3, true}};
  for (const LauncherMessage& message : messages) near_->send(message);
  EXPECT_EQ(far_->receive(), messages);
  EXPECT_THAT(far_->receive(), IsEmpty());
  EXPECT_FALSE(far_->closed());
}

TEST_F(LauncherLinkTest, AMessageIsALineOfJson) {
  EXPECT_EQ(to_line(Spawned{0, 7}), R"({"event":"spawned","id":0,"pid":7})");
  EXPECT_THAT(to_line(Died{0, 7, std::nullopt, "bad \xff"}), HasSubstr("\"how\":\"bad "));
}

TEST_F(LauncherLinkTest, ALineMayComeInPieces) {
  const std::string line = to_line(Spawned{1, 2}) + "\n";
  write_raw(line.substr(0, 5));
  EXPECT_THAT(far_->receive(), IsEmpty());
  write_raw(line.substr(5) + line + line.substr(0, 1));
  EXPECT_THAT(far_->receive(), ElementsAre(Spawned{1, 2}, Spawned{1, 2}));
}

TEST_F(LauncherLinkTest, WhatCameBeforeTheEndOfFileCounts) {
  near_->send(Registered{1, kUuid});
  near_.reset();
  EXPECT_THAT(far_->receive(), ElementsAre(Registered{1, kUuid}));
  EXPECT_TRUE(far_->closed());
  far_->send(Spawned{1, 2});
  EXPECT_FALSE(far_->wants_write());
}

TEST_F(LauncherLinkTest, WhatTheSocketDoesNotTakeGoesLater) {
  constexpr int kMany = 2'000;
  for (int i = 0; i < kMany; ++i) near_->send(Spawned{i, i});
  ASSERT_TRUE(near_->wants_write());
  std::vector<LauncherMessage> received;
  while (received.size() < kMany) {
    near_->flush();
    const auto messages = far_->receive();
    ASSERT_FALSE(messages.empty());
    received.insert(received.end(), messages.begin(), messages.end());
  }
  for (int i = 0; i < kMany; ++i) ASSERT_EQ(received[static_cast<std::size_t>(i)], LauncherMessage(Spawned{i, i}));
  EXPECT_FALSE(near_->wants_write());
}

TEST_F(LauncherLinkTest, WhatIsNoMessageIsRefusedWithWords) {
  const auto words = [](const std::string& line) -> std::string {
    try {
      parse_line(line);
    } catch (const ProtocolError& error) {
      return error.what();
    }
    return "taken";
  };
  EXPECT_THAT(words("hello"), HasSubstr("'hello' is not a message between launcher and hub"));
  EXPECT_THAT(words(R"({"event":"dance"})"), HasSubstr("the event 'dance' is unknown"));
  EXPECT_THAT(words(R"({"event":"spawned","id":1})"), HasSubstr("pid"));
  EXPECT_THAT(words(R"({"event":"spawned","id":1,"pid":1e99})"), HasSubstr("'pid' is no number in range: 1e+99"));
  EXPECT_THAT(words(R"({"event":"spawned","id":-9999999999,"pid":1})"), HasSubstr("'id' is no number in range"));
  EXPECT_THAT(words(R"({"event":"spawned","id":1,"pid":18446744073709551615})"), HasSubstr("'pid' is no number"));
  write_raw(std::string(60'000, 'x'));
  EXPECT_THAT(far_->receive(), IsEmpty());
}

}  // namespace
}  // namespace enginery::cluster
