// tests/unit/engine/output_test.cpp: whose text it is that comes to the descriptors.
#include "engine/output.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <future>
#include <iostream>
#include <thread>

#include <gmock/gmock.h>

#include "tests/unit/engine/captured_task.hpp"

namespace enginery::engine {
namespace {

using testing::HasSubstr;
using testing::Not;

class TextTest : public CapturedTaskTest {
 protected:
  static constexpr const char* kMark = "[enginery: no task ran] ";

  /// A thread of a task that goes on when that has ended, prints, and ends before the next task begins.
  template <class Print>
  void leave_a_thread_that(Print print) {
    std::promise<void> task_has_ended;
    std::thread thread;
    task([&] {
      std::printf("of the task\n");
      thread = std::thread([&] {
        task_has_ended.get_future().wait();
        print();
      });
    });
    task_has_ended.set_value();
    thread.join();
  }
};

TEST_F(TextTest, OfAThreadThatOutlivesItsTaskGoesToTheLog) {
  leave_a_thread_that([] { std::printf("two lines\nof a thread\n"); });
  EXPECT_EQ(task([] { std::printf("mine\n"); }).out, "mine\n");
  EXPECT_EQ(whole_log(0), std::string(kMark) + "two lines\n" + kMark + "of a thread\n");
}

TEST_F(TextTest, InABufferIsNotTheNextTasks) {
  leave_a_thread_that([] { std::cout << "half a "; });
  EXPECT_EQ(task([] { std::cout << "mine\n"; }).out, "mine\n");
  leave_a_thread_that([] { std::printf("line, and more\n"); });
  EXPECT_EQ(task([] { std::cout << "mine\n"; }).out, "mine\n");
  EXPECT_EQ(whole_log(0), std::string(kMark) + "half a line, and more\n");
}

TEST_F(TextTest, OfAChildThatOutlivesItsTaskGoesToTheLog) {
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  pid_t child = 0;
  const Output::Texts printed = task([&] {
    child = ::fork();
    if (child != 0) return;
    char byte;
    [[maybe_unused]] ssize_t done = ::read(ends[0], &byte, 1);
    done = ::write(STDERR_FILENO, "of a child\n", 11);
    ::_exit(0);
  });
  EXPECT_EQ(printed.err, "");
  ASSERT_EQ(::write(ends[1], "x", 1), 1);
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);
  EXPECT_EQ(task([] { std::fprintf(stderr, "mine\n"); }).err, "mine\n");
  EXPECT_EQ(whole_log(1), std::string(kMark) + "of a child\n");
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST_F(TextTest, BeforeTheFirstTaskIsNotMarked) {
  std::printf("the engine's own\n");
  EXPECT_EQ(task([] {}).out, "");
  EXPECT_EQ(whole_log(0), "the engine's own\n");
}

TEST_F(TextTest, OfTheFirstTaskIsCapturedWhateverWasDoneBeforeIt) {
  std::fclose(stdout);
  std::cout << std::hex;
  EXPECT_EQ(task([] { std::cout << 255; }).out, "255");
}

TEST_F(TextTest, DescriptorsAreThoseOfTheBegin) {
  task([] { ::dup2(STDERR_FILENO, STDOUT_FILENO); });
  EXPECT_EQ(task([] { std::printf("out"); }).out, "out");
  task([] { ::fcntl(STDOUT_FILENO, F_SETFL, O_WRONLY | O_NONBLOCK); });
  EXPECT_EQ(::fcntl(STDOUT_FILENO, F_GETFL) & O_NONBLOCK, 0);
  task([] { ::close(STDIN_FILENO); });
  EXPECT_GE(::fcntl(STDIN_FILENO, F_GETFD), 0);
}

}  // namespace
}  // namespace enginery::engine
