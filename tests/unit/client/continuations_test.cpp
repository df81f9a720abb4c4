// tests/unit/client/continuations_test.cpp: the thread that continuations run in may fail to start.
#include "client/links/client_threads.hpp"

#include <pthread.h>

#include <system_error>

#include <gtest/gtest.h>

namespace enginery {
namespace {

/// While it lives no thread can start: no stack is as large as it asks for.
class NoThreads {
 public:
  NoThreads() {
    pthread_getattr_default_np(&before_);
    pthread_attr_t huge = before_;
    pthread_attr_setstacksize(&huge, std::size_t{1} << 50);
    pthread_setattr_default_np(&huge);
  }
  ~NoThreads() { pthread_setattr_default_np(&before_); }

 private:
  pthread_attr_t before_;
};

TEST(Continuations, WhereItsThreadCannotStartThePosterIsToldAndTheNextPostTriesAgain) {
  Continuations continuations;
  int ran = 0;
  {
    const NoThreads scope;
    EXPECT_THROW(continuations.post([&] { ran += 1; }), std::system_error);
  }
  continuations.post([&] { ran += 10; });
  continuations.finish();
  EXPECT_EQ(ran, 10);
}

TEST(Continuations, AfterAThreadThatCouldNotStartTheyFinish) {
  Continuations continuations;
  const NoThreads scope;
  EXPECT_THROW(continuations.post([] {}), std::system_error);
  continuations.finish();
}

}  // namespace
}  // namespace enginery
