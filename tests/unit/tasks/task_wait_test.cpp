// tests/unit/tasks/task_wait_test.cpp: which waits a task may begin, and what ends them.
#include "core/tasks/task_wait.hpp"

#include <future>
#include <thread>

#include <gmock/gmock.h>

#include <enginery/errors.hpp>
#include <enginery/stop.hpp>

namespace enginery::tasks {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class TaskWaitTest : public testing::Test {
 protected:
  TaskWaitTest() { begin_stoppable_task(); }
  ~TaskWaitTest() override { begin_stoppable_task(); }

  static std::string refusal(const Uuid& engine) {
    try {
      check_wait(engine, [] { return std::string("'f' on engine 1"); });
    } catch (const DeadlockError& error) {
      return error.what();
    }
    return "";
  }

  const Uuid own_ = Uuid::random(), caller_ = Uuid::random(), its_caller_ = Uuid::random(), other_ = Uuid::random();
};

TEST_F(TaskWaitTest, OutsideOfTasksNothingIsRefused) {
  EXPECT_THAT(engines_waiting_for_this_task(), IsEmpty());
  EXPECT_EQ(refusal(own_), "");
}

TEST_F(TaskWaitTest, ATaskMayWaitForNoEngineThatWaitsForIt) {
  const RunningTask task(own_, {caller_, its_caller_});
  EXPECT_THAT(refusal(own_), HasSubstr("would wait for 'f' on engine 1, the one that it runs on"));
  EXPECT_THAT(refusal(caller_), HasSubstr("whose task has asked for this one"));
  EXPECT_THAT(refusal(its_caller_), HasSubstr("whose task has asked for this one"));
  EXPECT_EQ(refusal(other_), "");
}

TEST_F(TaskWaitTest, WhatItCallsIsWaitedForByItsEngineAndByThoseThatWaitForIt) {
  {
    const RunningTask task(own_, {caller_, own_, its_caller_});
    EXPECT_THAT(engines_waiting_for_this_task(), ElementsAre(own_, caller_, its_caller_)) << "each engine once";
    std::thread([] { EXPECT_THAT(engines_waiting_for_this_task(), IsEmpty()); }).join();
  }
  EXPECT_THAT(engines_waiting_for_this_task(), IsEmpty());
}

TEST_F(TaskWaitTest, ATaskOfAProcessThatIsNoEngineChangesNothing) {
  const RunningTask task(own_, {});
  {
    const RunningTask local(Uuid(), {other_});
    EXPECT_THAT(engines_waiting_for_this_task(), ElementsAre(own_));
  }
  EXPECT_THAT(engines_waiting_for_this_task(), ElementsAre(own_));
}

TEST_F(TaskWaitTest, AWaitIsWokenWhenTheTaskIsAskedToStop) {
  const RunningTask task(own_, {});
  std::promise<void> woken;
  const StoppableWait wait([&] { woken.set_value(); });
  EXPECT_NO_THROW(wait.check([] { return std::string("it"); }));
  request_stop();
  EXPECT_EQ(woken.get_future().wait_for(std::chrono::seconds(10)), std::future_status::ready);
  EXPECT_THAT([&] { wait.check([] { return std::string("'f' on engine 1"); }); },
              testing::ThrowsMessage<TaskAborted>(
                  "this task was asked to stop while it waited for 'f' on engine 1, which goes on"));
}

TEST_F(TaskWaitTest, WithoutATaskNobodyEndsAWait) {
  bool woken = false;
  {
    const StoppableWait wait([&] { woken = true; });
    request_stop();
    EXPECT_FALSE(wait.must_end());
  }
  EXPECT_FALSE(woken);
}

}  // namespace
}  // namespace enginery::tasks
