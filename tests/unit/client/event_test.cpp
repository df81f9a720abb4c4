// tests/unit/client/event_test.cpp: what happens once is waited for by threads and followed by continuations.
#include "client/links/event.hpp"

#include <atomic>
#include <memory>
#include <new>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace enginery {
namespace {

using namespace std::chrono_literals;

const auto at_once = [](Continuation work) { work(); };
const tasks::Awaited what = [] { return std::string("this"); };

TEST(Event, WhatFollowsRunsInOrderOnceItHappens) {
  Event event;
  std::vector<int> ran;
  for (const int i : {1, 2, 3}) event.follow([&ran, i] { ran.push_back(i); }, at_once);
  EXPECT_TRUE(ran.empty());
  EXPECT_FALSE(event.has_happened());
  event.happen([&](Continuation work) {
    EXPECT_TRUE(event.has_happened());
    work();
  });
  event.follow([&ran] { ran.push_back(4); }, at_once);
  EXPECT_EQ(ran, (std::vector{1, 2, 3, 4}));
}

TEST(Event, WhatFollowsRunsOnceEvenIfTheEventHappensMeanwhile) {
  constexpr int kRounds = 2000, kThreads = 3;
  std::vector<std::unique_ptr<Event>> events;
  for (int i = 0; i < kRounds; ++i) events.push_back(std::make_unique<Event>());
  std::vector<std::atomic<int>> ran(kRounds);
  std::atomic<int> at = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < kRounds; ++i) {
        while (at < i) std::this_thread::yield();
        events[static_cast<std::size_t>(i)]->follow([&ran, i] { ++ran[static_cast<std::size_t>(i)]; }, at_once);
      }
    });
  for (int i = 0; i < kRounds; ++i) {
    at = i;
    events[static_cast<std::size_t>(i)]->happen(at_once);
  }
  at = kRounds;
  for (std::thread& thread : threads) thread.join();
  for (const auto& count : ran) EXPECT_EQ(count, kThreads);
}

TEST(Event, WhatCannotBePostedDoesNotKeepBackTheRest) {
  const auto held = std::make_shared<int>(1);
  std::vector<int> ran;
  Event event;
  for (const int i : {1, 2, 3}) event.follow([held, &ran, i] { ran.push_back(i); }, at_once);
  int posted = 0;
  const auto fails_once = [&posted](Continuation work) {
    if (++posted == 2) throw std::bad_alloc();
    work();
  };
  EXPECT_THROW(event.happen(fails_once), std::bad_alloc);
  EXPECT_EQ(ran, (std::vector{1, 3}));
  EXPECT_EQ(held.use_count(), 1) << "they are let go of";
}

TEST(Event, WhatNeverHappensLetsGoOfWhatWouldFollow) {
  const auto held = std::make_shared<int>(1);
  {
    Event event;
    event.follow([held] { FAIL() << "it did not happen"; }, at_once);
    event.follow([held] { FAIL() << "it did not happen"; }, at_once);
    EXPECT_EQ(held.use_count(), 3);
  }
  EXPECT_EQ(held.use_count(), 1);
}

TEST(Event, AWaitEndsAtItsDeadlineOrWhenItHappens) {
  Event event;
  const auto now = std::chrono::steady_clock::now();
  EXPECT_FALSE(event.wait_until(now, what));
  EXPECT_FALSE(event.wait_until(now + 20ms, what));
  EXPECT_GE(std::chrono::steady_clock::now(), now + 20ms);
  std::vector<std::thread> waiting;
  for (int i = 0; i < 3; ++i)
    waiting.emplace_back([&, i] {
      EXPECT_TRUE(event.wait_until(i == 0 ? std::nullopt : std::optional(now + 1h), what));
      EXPECT_TRUE(event.has_happened());
    });
  event.happen(at_once);
  for (std::thread& thread : waiting) thread.join();
  EXPECT_TRUE(event.wait_until(now, what));
}

}  // namespace
}  // namespace enginery
