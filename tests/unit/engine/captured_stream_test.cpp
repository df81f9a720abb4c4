// tests/unit/engine/captured_stream_test.cpp: what is written to a descriptor, and the log that it had before.
#include "engine/captured_stream.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <string>

#include <gtest/gtest.h>

namespace enginery::engine {
namespace {

std::string read_all(int fd) {
  std::string text;
  char buffer[4096];
  for (ssize_t got; (got = ::read(fd, buffer, sizeof buffer)) > 0;) text.append(buffer, static_cast<std::size_t>(got));
  return text;
}

TEST(CapturedStreamTest, ALogThatTakesNothingIsNotWaitedForAndLearnsWhatItMissed) {
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
  {
    CapturedStream stream(ends[1]);  // the pipe is its log
    const std::string piece(CapturedStream::kPiece, 'x');
    for (int i = 0; i < 100; ++i) stream.write_log(piece);  // nobody reads; more than any pipe holds
    const std::string taken = read_all(ends[0]);
    EXPECT_LT(taken.size(), 100 * piece.size());
    stream.write_log("again\n");
    EXPECT_EQ(read_all(ends[0]), "\n[enginery: the log took nothing, " +
                                     std::to_string(100 * piece.size() - taken.size()) +
                                     " bytes are missing]\nagain\n");
    stream.write_log("and again\n");
    EXPECT_EQ(read_all(ends[0]), "and again\n");
  }
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST(CapturedStreamTest, WhatIsSpilledIsToldByNobodyElse) {
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
  {
    CapturedStream stream(ends[1]);  // and its log
    ASSERT_EQ(::write(ends[1], "one\n", 4), 4);
    while (stream.read(4) == 0) continue;
    ASSERT_TRUE(stream.tells());
    stream.told();
    ASSERT_EQ(::write(ends[1], "two\n", 4), 4);
    while (stream.read(4) == 0) continue;
    std::string spilled;
    stream.spill([&](std::string_view text) { spilled += text; });
    EXPECT_EQ(spilled, "two\n");
    EXPECT_FALSE(stream.tells()) << "the reader, which goes on beside a crash, would tell it again";
  }
  ::close(ends[0]);
  ::close(ends[1]);
}

}  // namespace
}  // namespace enginery::engine
