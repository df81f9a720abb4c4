// tests/unit/client/tree_reduction_test.cpp: in which order a map's results are combined.
#include <enginery/tree_reduction.hpp>

#include <memory>
#include <string>
#include <utility>

#include <gtest/gtest.h>

namespace enginery::detail {
namespace {

/// How so many items are combined: "((0 1) 2)".
std::string order_of(int items) {
  TreeReduction<std::string, std::string (*)(std::string, std::string)> tree(
      [](std::string left, std::string right) { return "(" + left + " " + right + ")"; });
  for (int i = 0; i < items; ++i) tree.add(std::to_string(i));
  return std::move(tree).result();
}

TEST(TreeReduction, CombinesNeighboursThenNeighbouringPairs) {
  EXPECT_EQ(order_of(1), "0");
  EXPECT_EQ(order_of(2), "(0 1)");
  EXPECT_EQ(order_of(4), "((0 1) (2 3))");
  EXPECT_EQ(order_of(8), "(((0 1) (2 3)) ((4 5) (6 7)))");
}

TEST(TreeReduction, WhatHasNoPartnerGoesUpAlone) {
  EXPECT_EQ(order_of(3), "((0 1) 2)");
  EXPECT_EQ(order_of(5), "(((0 1) (2 3)) 4)");
  EXPECT_EQ(order_of(7), "(((0 1) (2 3)) ((4 5) 6))");
}

TEST(TreeReduction, OfNothingIsAValueError) { EXPECT_THROW(order_of(0), ValueError); }

TEST(TreeReduction, MovesWhatCannotBeCopied) {
  const auto sum = [](std::unique_ptr<int> a, std::unique_ptr<int> b) { return std::make_unique<int>(*a + *b); };
  TreeReduction<std::unique_ptr<int>, decltype(sum)> tree(sum);
  for (int i = 1; i <= 100; ++i) tree.add(std::make_unique<int>(i));
  EXPECT_EQ(*std::move(tree).result(), 5050);
}

}  // namespace
}  // namespace enginery::detail
