// tests/unit/transport/subscription_test.cpp: what a peer publishes, heard also after a silence.
#include "core/transport/subscription.hpp"

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <optional>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "core/transport/publisher.hpp"
#include "tests/unit/transport/messages.hpp"

namespace enginery::transport {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

class SubscriptionTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "enginery-subscription-XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
    publisher_.emplace(url());
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::string url() const { return "ipc://" + (folder_ / "s").string(); }
  /// Publishes until `count` is more than it was.
  void publish_until_heard(const std::atomic<int>& count) {
    const int before = count;
    const auto give_up = Clock::now() + 20s;
    while (count == before && Clock::now() < give_up) {
      publisher_->publish(message_of("abc:x"));
      std::this_thread::yield();
    }
    EXPECT_GT(count, before);
  }

  std::filesystem::path folder_;
  std::optional<Publisher> publisher_;
};

TEST_F(SubscriptionTest, AfterASilenceItSubscribesOnceMoreAndTellsInAThreadOfItsOwn) {
  std::atomic<int> heard = 0;
  std::promise<std::thread::id> told;
  Subscription subscription(
      url(), "abc:", [&](const Bytes&) { ++heard; },
      Subscription::Silence{3s, [&] { told.set_value(std::this_thread::get_id()); }});
  publish_until_heard(heard);
  const auto start = Clock::now();
  EXPECT_LE(subscription.tick(start), start + 3s);
  subscription.tick(start + 1h);
  EXPECT_NE(told.get_future().get(), std::this_thread::get_id());
  // Both subscriptions hear the same, so one message may count twice.
  const auto give_up = Clock::now() + 20s;
  for (int before = heard; heard < before + 2 && Clock::now() < give_up;) {
    before = heard;
    publisher_->publish(message_of("abc:x"));
    std::this_thread::sleep_for(5ms);  // a rate, not an event
  }
  EXPECT_LT(Clock::now(), give_up);
}

TEST_F(SubscriptionTest, AfterItsEndNothingIsHeard) {
  std::atomic<int> heard = 0, late = 0;
  std::atomic<bool> ended = false;
  std::promise<void> told;
  Subscription subscription(
      url(), "abc:", [&](const Bytes&) { ++(ended ? late : heard); },
      Subscription::Silence{3s, [&] { told.set_value(); }});
  publish_until_heard(heard);
  subscription.end();
  ended = true;
  subscription.tick(Clock::now() + 1h);
  told.get_future().wait();
  std::atomic<int> other = 0;
  const Subscription witness(
      url(), "abc:", [&](const Bytes&) { ++other; }, Subscription::Peer::speaks_at_any_time);
  for (int i = 0; i < 10; ++i) publish_until_heard(other);
  EXPECT_EQ(late, 0);
}

}  // namespace
}  // namespace enginery::transport
