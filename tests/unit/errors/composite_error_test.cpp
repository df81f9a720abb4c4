// tests/unit/errors/composite_error_test.cpp: what is said of many failures.
#include <algorithm>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <enginery/errors.hpp>

namespace enginery {
namespace {

using testing::HasSubstr;

/// The text for engines 0, 1, 2, … that failed so; an empty text is one that did not fail.
std::string words(const std::vector<std::string>& said) {
  std::vector<CompositeError::Failure> failures;
  for (std::size_t i = 0; i < said.size(); ++i)
    if (!said[i].empty()) failures.push_back({static_cast<int>(i), said[i], nullptr});
  return CompositeError(failures, said.size()).what();
}

TEST(CompositeErrorTest, EqualFailuresAreSaidOnce) {
  EXPECT_EQ(words({"a", "a"}), "2 of 2 engines failed:\n  [0, 1] a");
  EXPECT_EQ(words({"a", "b", "a", ""}), "3 of 4 engines failed:\n  [0, 2] a\n  [1] b");
  EXPECT_EQ(words(std::vector<std::string>(400, "a")), "400 of 400 engines failed:\n  [0-399] a");
}

TEST(CompositeErrorTest, WhatDiffersInTheEnginesOwnNumberOnlyIsEqual) {
  EXPECT_EQ(words({"task 'f' on engine 0 was aborted", "task 'f' on engine 1 was aborted"}),
            "2 of 2 engines failed:\n  [0, 1] task 'f' on its engine was aborted");
  EXPECT_EQ(words({"engine 0 died", "engine 0 died"}),
            "2 of 2 engines failed:\n  [0] engine 0 died\n  [1] engine 0 died");
  EXPECT_EQ(words({"", "engine 1 waits for engine 10", "engine 2 waits for engine 10"}),
            "2 of 3 engines failed:\n  [1, 2] its engine waits for engine 10");
}

TEST(CompositeErrorTest, OfManyThatDifferTheFirstFewAreSaidAndTheRestCounted) {
  std::vector<std::string> said;
  for (int i = 0; i < 400; ++i) said.push_back("failed with " + std::to_string(i));
  const std::string text = words(said);
  EXPECT_THAT(text, HasSubstr("400 of 400 engines failed:\n  [0] failed with 0\n  [1] failed with 1\n"));
  EXPECT_THAT(text, HasSubstr("\n  [4] failed with 4\n  and 395 more, otherwise; failures() holds each"));
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 6);
}

TEST(CompositeErrorTest, ManyEnginesThatAreNoNeighboursAreCounted) {
  std::vector<std::string> said(400);
  for (std::size_t i = 0; i < said.size(); i += 2) said[i] = "a";
  EXPECT_EQ(words(said), "200 of 400 engines failed:\n  [0, 2, 4, 6, 8, 10, 12, 14, … (200 engines)] a");
  EXPECT_EQ(words({"a", "a", "a", "", "a", "a"}), "5 of 6 engines failed:\n  [0-2, 4, 5] a");
}

}  // namespace
}  // namespace enginery
