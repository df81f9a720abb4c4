// tests/process/timeout_test.cpp: views with a timeout, whose tasks' time engines keep.
#include <limits>

#include "tests/process/abort_fixture.hpp"

namespace enginery {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class TimeoutTest : public AbortTest {
 protected:
  DirectView limited(int id, Seconds timeout) {
    DirectView view = on(id);
    view.timeout = timeout;
    return view;
  }
};

TEST_F(TimeoutTest, AQueuedTaskWhoseTimeIsOverDoesNotRun) {
  start_engines(1);
  const auto deaf = occupy(on(0));
  const auto queued = limited(0, 50ms).apply_async(note, file("log"), 1);
  const auto patient = on(0).apply_async(note, file("log"), 2);
  EXPECT_THAT(thrown<TaskTimeout>([&] { queued.get(kAtOnce); }),
              HasSubstr("task 'enginery::note' on engine 0 had not started when its time limit of 0.05 s was over, and "
                        "does not run"));
  EXPECT_FALSE(deaf.ready());
  EXPECT_EQ(queued.metadata().status, Status::error);
  release();
  patient.get(kLong);
  EXPECT_EQ(lines("log"), 1u);
}

TEST_F(TimeoutTest, ATaskThatNeverLooksDoesNotHoldUpItsCaller) {
  start_engines(1);
  on(0).apply_sync(add, 0, 0);  // the code is there
  const auto deaf = limited(0, 1s).apply_async(run_deaf, file("deaf"), file("deaf.end"));
  EXPECT_THAT(thrown<TaskTimeout>([&] { deaf.get(kAtOnce); }),
              AllOf(HasSubstr("task 'enginery::run_deaf' on engine 0 was running when its time limit of 1 s was over"),
                    HasSubstr("asked to stop and still runs"), HasSubstr("rc.kill(0)")));
  EXPECT_TRUE(exists("deaf"));
  const auto next = on(0).apply_async(add, 1, 2);
  EXPECT_TRUE(rc().interrupt(0)) << "it still runs";
  EXPECT_FALSE(next.ready());
  release();
  EXPECT_EQ(next.get(kLong), 3) << "the engine goes on when the function has returned";
  EXPECT_FALSE(on(0).apply_sync(is_asked));
  thrown<TaskTimeout>([&] { deaf.get(); });
}

TEST_F(TimeoutTest, ATaskThatLooksIsAskedToStopWhenItsTimeIsOver) {
  start_engines(1);
  on(0).apply_sync(add, 0, 0);
  const auto running = limited(0, 1s).apply_async(run_until_asked, file("begun"), file("asked"));
  EXPECT_THAT(thrown<TaskTimeout>([&] { running.get(kAtOnce); }), HasSubstr("was running"));
  EXPECT_TRUE(appears(file("asked"), kAtOnce));
}

TEST_F(TimeoutTest, ATaskThatIsDoneInTimeKnowsNothingOfIt) {
  start_engines(2);
  EXPECT_EQ(limited(0, kLong).apply_sync(add, 1, 2), 3);
  MultiView all = rc().all();
  all.timeout = kLong;
  EXPECT_THAT(all.apply_sync(add, 1, 2), testing::ElementsAre(3, 3));
}

TEST_F(TimeoutTest, EachTargetHasItsOwnTime) {
  start_engines(2);
  const auto deaf = occupy(on(1));
  MultiView all = rc().all();
  all.timeout = 300ms;
  const AsyncResults<int> result = all.apply_async(add, 1, 2);
  try {
    result.get(kAtOnce);
    ADD_FAILURE() << "engine 1 is busy";
  } catch (const CompositeError& error) {
    ASSERT_EQ(error.failures().size(), 1u);
    EXPECT_EQ(error.failures()[0].engine_id, 1);
    EXPECT_THROW(std::rethrow_exception(error.failures()[0].error), TaskTimeout);
  }
  release();
}

TEST_F(TimeoutTest, WhateverAViewIsAskedForHasItsTime) {
  start_engines(1);
  on(0)["a"] = 6;
  const auto deaf = occupy(on(0));
  DirectView view = limited(0, 50ms);
  thrown<TaskTimeout>([&] { view.pull("a").get(kAtOnce); });
  thrown<TaskTimeout>([&] { view.push({{"a", 7}}).get(kAtOnce); });
  thrown<TaskTimeout>([&] { view.execute("a = 7").get(kAtOnce); });
  thrown<TaskTimeout>([&] { view.apply_sync("testing.add", 1); });
  thrown<TaskTimeout>([&] { view.keys(); });
  release();
  deaf.get(kLong);
  EXPECT_EQ(Value(on(0)["a"]), Value(6));
}

TEST_F(TimeoutTest, ATimeoutMayBeSetForAWhile) {
  start_engines(1);
  const auto deaf = occupy(on(0));
  DirectView view = on(0);
  {
    const auto flags = view.temp_flags({.timeout = 50ms});
    thrown<TaskTimeout>([&] { view.apply_sync(add, 1, 2); });
  }
  EXPECT_FALSE(view.timeout);
  const auto patient = view.apply_async(add, 1, 2);
  release();
  EXPECT_EQ(patient.get(kLong), 3);
}

TEST_F(TimeoutTest, ATimeoutThatIsNoTimeIsRefused) {
  start_engines(1);
  for (const Seconds timeout : {Seconds(0), Seconds(-1), Seconds(std::numeric_limits<double>::quiet_NaN())})
    EXPECT_THAT(thrown<ValueError>([&] { limited(0, timeout).apply_sync(add, 1, 2); }),
                HasSubstr("a view's timeout cannot be"));
  EXPECT_EQ(limited(0, Seconds(std::numeric_limits<double>::infinity())).apply_sync(add, 1, 2), 3);
}

}  // namespace
}  // namespace enginery
