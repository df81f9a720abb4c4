// tests/unit/client/delivery_turn_test.cpp: one delivery of a file to a host at a time, but nobody waits for ever.
#include "client/links/module_delivery.hpp"

#include <atomic>
#include <chrono>
#include <optional>
#include <thread>

#include <gtest/gtest.h>

namespace enginery {
namespace {

using namespace std::chrono_literals;

const GoOn wanted = [](std::chrono::milliseconds time) {
  std::this_thread::yield();
  return time.count() < 1'000'000;
};
const modules::ContentHash hash{{1}};

TEST(DeliveryTurn, AnotherHostOrFileNeedsNoTurn) {
  const DeliveryTurn turn("host", hash, wanted);
  EXPECT_FALSE(turn.waited());
  EXPECT_FALSE(DeliveryTurn("another", hash, wanted).waited());
  EXPECT_FALSE(DeliveryTurn("host", {{2}}, wanted).waited());
}

TEST(DeliveryTurn, TheSecondGetsItWhenTheFirstHasEnded) {
  std::optional<DeliveryTurn> first(std::in_place, "host", hash, wanted);
  std::atomic<bool> looked = false, ended = false;
  std::thread second([&] {
    const DeliveryTurn turn("host", hash, [&](std::chrono::milliseconds) { return looked = true; });
    EXPECT_TRUE(turn.waited());
    EXPECT_TRUE(ended);
  });
  while (!looked) std::this_thread::yield();
  ended = true;
  first.reset();
  second.join();
  EXPECT_FALSE(DeliveryTurn("host", hash, wanted).waited());
}

TEST(DeliveryTurn, OneThatMovesNothingForTwoSecondsLosesIt) {
  DeliveryTurn hung("host", hash, wanted);
  const auto start = std::chrono::steady_clock::now();
  const DeliveryTurn next("host", hash, wanted);
  EXPECT_TRUE(next.waited());
  EXPECT_GE(std::chrono::steady_clock::now() - start, 1900ms);
  hung.moved();  // it has no say any more
}

TEST(DeliveryTurn, WhatNobodyWantsDoesNotWait) {
  const DeliveryTurn first("host", hash, wanted);
  const DeliveryTurn second("host", hash, [](std::chrono::milliseconds) { return false; });
  EXPECT_TRUE(second.waited());
}

}  // namespace
}  // namespace enginery
