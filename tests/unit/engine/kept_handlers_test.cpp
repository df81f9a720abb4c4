// tests/unit/engine/kept_handlers_test.cpp: what tasks do to signals does not outlive them.
#include "engine/kept_handlers.hpp"

#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <exception>

#include <gtest/gtest.h>

#include <enginery/signals.hpp>

namespace enginery::engine {
namespace {

bool is_ignored(int number) {
  struct sigaction now {};
  ::sigaction(number, nullptr, &now);
  return now.sa_handler == SIG_IGN;
}

TEST(KeptHandlersTest, ActionsAndMaskAreThoseOfTheBegin) {
  const std::terminate_handler at_the_end = std::get_terminate();
  KeptHandlers handlers(ImportWatch::Own::counts);
  for (const int number : {SIGCHLD, SIGTERM, SIGINT, SIGUSR1, SIGALRM, SIGRTMIN + 1}) ::signal(number, SIG_IGN);
  sigset_t all;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, nullptr);
  std::set_terminate([] { std::_Exit(1); });

  handlers.put_back();
  EXPECT_EQ(std::get_terminate(), at_the_end);
  for (const int number : {SIGCHLD, SIGTERM, SIGINT, SIGUSR1, SIGALRM, SIGRTMIN + 1})
    EXPECT_FALSE(is_ignored(number)) << number;
  sigset_t blocked;
  ::pthread_sigmask(SIG_BLOCK, nullptr, &blocked);
  EXPECT_EQ(::sigismember(&blocked, SIGTERM), 0);
  const int status = std::system("kill -TERM $$");
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM) << status;
}

TEST(KeptHandlersTest, AHandlerIsThatOfTheBegin) {
  const auto before = [](int) {};
  ::signal(SIGUSR2, before);
  KeptHandlers handlers(ImportWatch::Own::counts);
  ::signal(SIGUSR2, [](int) { std::abort(); });
  handlers.put_back();
  EXPECT_EQ(::signal(SIGUSR2, SIG_DFL), +before);
}

TEST(KeptHandlersTest, HandlersThatAreToStayDoAndNoOthers) {
  const auto runtimes = [](int) {};
  KeptHandlers handlers(ImportWatch::Own::counts);
  ::signal(SIGUSR2, runtimes);
  ::alarm(1000);
  keep_signal_handlers();
  handlers.put_back();
  ::signal(SIGUSR1, SIG_IGN);
  ::signal(SIGUSR2, SIG_IGN);
  handlers.put_back();
  EXPECT_EQ(::signal(SIGUSR2, SIG_DFL), +runtimes);
  EXPECT_FALSE(is_ignored(SIGUSR1));
  EXPECT_GT(::alarm(0), 0u);
}

TEST(KeptHandlersTest, NoTimerAndNoOtherStackIsLeft) {
  KeptHandlers handlers(ImportWatch::Own::counts);
  stack_t before{};
  ::sigaltstack(nullptr, &before);
  ::signal(SIGALRM, [](int) {});
  ::alarm(1000);
  const std::size_t size = 1 << 16;
  void* const memory = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  const stack_t other{memory, 0, size};
  ASSERT_EQ(::sigaltstack(&other, nullptr), 0);

  handlers.put_back();
  stack_t now{};
  ::sigaltstack(nullptr, &now);
  EXPECT_EQ(now.ss_sp, before.ss_sp);
  EXPECT_EQ(::alarm(0), 0u);
  ::munmap(memory, size);
}

}  // namespace
}  // namespace enginery::engine
