// tests/process/abort_test.cpp: aborted and interrupted tasks, and those of clients that are killed.
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <vector>

#include "client/views/status.hpp"
#include "core/transport/requester.hpp"
#include "core/wire/engine_wire.hpp"
#include "core/wire/hub_wire.hpp"
#include "tests/process/abort_fixture.hpp"

extern char** environ;

namespace enginery {
namespace {

using testing::HasSubstr;

/// Waits by nothing but its token.
std::string wait_on_token(const std::string& begun) {
  std::mutex mutex;
  std::condition_variable_any changed;
  std::unique_lock lock(mutex);
  std::ofstream{begun};
  const std::stop_token token = stop_token();
  changed.wait_for(lock, token, 2 * kLong, [] { return false; });
  return token.stop_requested() ? "asked" : "nobody asked";
}
std::stop_token kept;
void keep_token() { kept = stop_token(); }
bool kept_is_asked() { return kept.stop_requested(); }
/// Is done when it is asked to stop, while a callback of its own still waits for the file `end`.
void stop_with_a_slow_callback(const std::string& begun, const std::string& end) {
  // Not destroyed: that would wait for it.
  static const auto* const callback = new std::stop_callback(stop_token(), [end] { appears(end, 2 * kLong); });
  (void)callback;
  run_until_asked(begun, begun + ".asked");
}

TEST_F(AbortTest, AQueuedTaskIsAbortedAtOnceWhileTheEngineIsBusy) {
  start_engines(1);
  const auto deaf = occupy(on(0));
  const auto queued = on(0).apply_async(note, file("log"), 1);
  const auto kept_waiting = on(0).apply_async(add, 1, 2);
  queued.abort();
  EXPECT_EQ(thrown<TaskAborted>([&] { queued.get(kAtOnce); }),
            "task 'enginery::note' on engine 0 was aborted before it started");
  EXPECT_FALSE(deaf.ready());
  EXPECT_FALSE(kept_waiting.ready());
  EXPECT_EQ(queued.metadata().status, Status::aborted);
  release();
  EXPECT_EQ(deaf.get(kLong), 1);
  EXPECT_EQ(kept_waiting.get(kLong), 3);
  EXPECT_FALSE(exists("log"));
}

TEST_F(AbortTest, OneAbortedTargetMakesTheResultUnsuccessful) {
  start_engines(2);
  const auto deaf = occupy(on(1));
  const AsyncResults<void> result = rc().all().apply_async(note, file("log"), 1);
  ASSERT_TRUE(comes([&] { return result.progress() == 1; }));
  result.abort();
  ASSERT_TRUE(result.wait(kAtOnce));
  EXPECT_FALSE(result.successful());
  try {
    result.get();
    ADD_FAILURE() << "it is not successful";
  } catch (const CompositeError& error) {
    ASSERT_EQ(error.failures().size(), 1u);
    EXPECT_EQ(error.failures()[0].engine_id, 1);
    EXPECT_THROW(std::rethrow_exception(error.failures()[0].error), TaskAborted);
  }
  release();
  deaf.get(kLong);
  EXPECT_EQ(lines("log"), 1u);
}

TEST_F(AbortTest, ACompositeErrorHoldsEveryAbortedTarget) {
  start_engines(2);
  const auto first = occupy(on(0), "first"), second = occupy(on(1), "second");
  const AsyncResults<void> result = rc().all().apply_async(note, file("log"), 1);
  result.abort();
  ASSERT_TRUE(result.wait(kAtOnce));
  try {
    result.get();
    ADD_FAILURE() << "it is not successful";
  } catch (const CompositeError& error) {
    ASSERT_EQ(error.failures().size(), 2u);
    for (const auto& failure : error.failures()) EXPECT_THROW(std::rethrow_exception(failure.error), TaskAborted);
  }
  release("first");
  release("second");
}

TEST_F(AbortTest, AbortReturnsAtOnceThoughTheEngineIsStopped) {
  start_engines(1);
  const std::int64_t engine = pid(0);
  const auto deaf = occupy(on(0));
  std::vector<AsyncResult<void>> tasks;
  {
    const Stopped stopped(engine);
    for (int i = 0; i < 100; ++i) tasks.push_back(on(0).apply_async(note, file("log"), i));
    const auto start = std::chrono::steady_clock::now();
    for (const auto& task : tasks) task.abort();
    EXPECT_LT(std::chrono::steady_clock::now() - start, kAtOnce);
    thrown<TaskAborted>([&] { tasks.back().get(kAtOnce); });
  }
  for (const auto& task : tasks) thrown<TaskAborted>([&] { task.get(kLong); });
  release();
  EXPECT_EQ(deaf.get(kLong), 1);
  EXPECT_EQ(on(0).apply_sync(add, 1, 2), 3);
  EXPECT_FALSE(exists("log"));
}

TEST_F(AbortTest, AbortReturnsAtOnceThoughTheLinkIsDialledAndTheGateIsClosed) {
  start_engines(1);
  const std::int64_t engine = pid(0);
  const Client other;  // has no line to the engine yet, nor brought its code
  other.wait_for_engines(1, kLong);
  const Stopped stopped(engine);
  const auto named = other[0].apply_async<std::int64_t>("testing.add", 1);
  const auto gated = other[0].apply_async(note, file("log"), 1);
  const auto behind = other[0].apply_async<std::int64_t>("testing.add", 2);
  const auto start = std::chrono::steady_clock::now();
  gated.abort();
  behind.abort();
  named.abort();
  EXPECT_LT(std::chrono::steady_clock::now() - start, kAtOnce);
  thrown<TaskAborted>([&] { gated.get(kAtOnce); });
  thrown<TaskAborted>([&] { behind.get(kAtOnce); });
}

TEST_F(AbortTest, AbortReturnsAtOnceThoughTheEngineIsGone) {
  start_engines(1);
  const std::int64_t engine = pid(0);
  const auto deaf = occupy(on(0));
  const auto queued = on(0).apply_async(add, 1, 2);
  send_signal(engine, SIGKILL);
  const auto start = std::chrono::steady_clock::now();
  queued.abort();
  deaf.abort();
  EXPECT_LT(std::chrono::steady_clock::now() - start, kAtOnce);
  thrown<EngineDied>([&] { deaf.get(kLong); });
  EXPECT_TRUE(queued.wait(kLong)) << "aborted or died";
}

TEST_F(AbortTest, ARunningTaskIsAskedToStopAndWhatItReturnsStands) {
  start_engines(1);
  const auto running = on(0).apply_async(run_until_asked, file("begun"), file("asked"));
  const auto next = on(0).apply_async(is_asked);
  ASSERT_TRUE(appears(file("begun")));
  running.abort();
  EXPECT_EQ(running.get(kAtOnce), "asked");
  EXPECT_TRUE(running.successful());
  EXPECT_FALSE(next.get(kLong)) << "only that task was asked";
}

TEST_F(AbortTest, ATokenWakesATaskThatWaits) {
  start_engines(1);
  for (const char* name : {"once", "again"}) {
    const auto waiting = on(0).apply_async(wait_on_token, file(name));
    ASSERT_TRUE(appears(file(name)));
    waiting.abort();
    EXPECT_EQ(waiting.get(kAtOnce), "asked");
    EXPECT_FALSE(on(0).apply_sync(is_asked));
  }
}

TEST_F(AbortTest, ATokenThatATaskLeftBehindIsNotAskedWithLaterTasks) {
  start_engines(1);
  on(0).apply_sync(keep_token);
  const auto running = on(0).apply_async(run_until_asked, file("begun"), file("asked"));
  ASSERT_TRUE(appears(file("begun")));
  running.abort();
  EXPECT_EQ(running.get(kAtOnce), "asked");
  EXPECT_FALSE(on(0).apply_sync(kept_is_asked));
}

TEST_F(AbortTest, ACallbackThatDoesNotReturnHoldsUpNobody) {
  start_engines(1);
  const auto running = on(0).apply_async(stop_with_a_slow_callback, file("begun"), file("end"));
  ASSERT_TRUE(appears(file("begun")));
  running.abort();
  running.get(kAtOnce);
  const auto deaf = occupy(on(0));
  const auto queued = on(0).apply_async(add, 1, 2);
  queued.abort();
  thrown<TaskAborted>([&] { queued.get(kAtOnce); });
  make("end");
  release();
}

TEST_F(AbortTest, AnInterruptReachesTheTaskOfAnotherClient) {
  start_engines(2);
  EXPECT_FALSE(rc().interrupt(0)) << "nothing runs";
  const auto running = on(0).apply_async(run_until_asked, file("begun"), file("asked"));
  const auto elsewhere = on(1).apply_async(run_until_asked, file("begun elsewhere"), file("asked elsewhere"));
  const auto next = on(0).apply_async(is_asked);
  ASSERT_TRUE(appears(file("begun")));
  ASSERT_TRUE(appears(file("begun elsewhere")));
  const Client other;
  other.wait_for_engines(2, kLong);
  EXPECT_TRUE(other.interrupt(0));
  EXPECT_EQ(running.get(kAtOnce), "asked");
  EXPECT_FALSE(next.get(kAtOnce)) << "only that task was asked";
  EXPECT_FALSE(exists("asked elsewhere"));
  EXPECT_EQ(run("interrupt 1"), 0);
  EXPECT_EQ(elsewhere.get(kAtOnce), "asked");
  EXPECT_EQ(run("interrupt 7"), 1) << "there is no engine 7";
}

TEST_F(AbortTest, AnInterruptNamesTheEngineThatDoesNotAnswer) {
  start_engines(1);
  const std::int64_t engine = pid(0);
  const Client stranger;  // without a line to it
  stranger.wait_for_engines(1, kLong);
  {
    const Stopped stopped(engine);
    for (const Client& client : {rc(), stranger})
      EXPECT_THAT(thrown<TimeoutError>([&] { client.interrupt(0, 100ms); }),
                  HasSubstr("engine 0 did not answer within 0.1 s"));
  }
  EXPECT_FALSE(stranger.interrupt(0));
  send_signal(engine, SIGKILL);
  ASSERT_TRUE(comes([&] { return rc().ids().empty(); }));
  EXPECT_THROW(rc().interrupt(0), ConnectionError);
}

TEST_F(AbortTest, AnInterruptForAnotherIncarnationIsRefused) {
  start_engines(1);
  const auto running = on(0).apply_async(run_until_asked, file("begun"), file("asked"));
  ASSERT_TRUE(appears(file("begun")));
  const auto ask = [](const std::string& address, messages::Message message) {
    const auto line = transport::connect(address, kAtOnce.count());
    return wire::open_frame(transport::request(*line, std::move(message), kAtOnce.count()).share());
  };
  const wire::HubReply known =
      wire::decode_hub_reply(ask(Connection::find("").hub.requests, wire::encode(wire::HubRequest{})));
  const wire::Interrupted answer =
      wire::decode_interrupted(ask(known.engines.at(0).endpoint, wire::encode(wire::InterruptRequest{Uuid::random()})));
  EXPECT_EQ(answer.status, session::Status::wrong_engine);
  EXPECT_FALSE(answer.asked);
  EXPECT_TRUE(rc().interrupt(0));
  EXPECT_EQ(running.get(kAtOnce), "asked");
}

/// What the process of a client that is to be killed does.
int be_a_client(const std::string& folder, int queued) {
  const Client rc;
  rc.wait_for_engines(1, kLong);
  const auto running = rc[0].apply_async(run_until_asked, folder + "/begun", folder + "/asked");
  std::vector<AsyncResult<void>> tasks;
  for (int i = 0; i < queued; ++i) tasks.push_back(rc[0].apply_async(note, folder + "/log", i));
  for (const auto& task : tasks) task.wait(2 * kLong);
  return 0;
}

TEST_F(AbortTest, AClientThatIsKilledStopsItsTaskAndItsQueueIsDropped) {
  start_engines(1);
  std::string executable = "/proc/self/exe", client = "--client", folder = folder_.string(), queued = "100";
  char* const arguments[] = {executable.data(), client.data(), folder.data(), queued.data(), nullptr};
  pid_t child = 0;
  ASSERT_EQ(::posix_spawn(&child, executable.c_str(), nullptr, nullptr, arguments, environ), 0);
  EXPECT_TRUE(appears(file("begun")));
  const Connection connection = Connection::find("");
  const auto of_engine = [&] { return query_status(connection, 5s).engines.at(0); };
  EXPECT_TRUE(comes([&] { return of_engine().queued == 100; }));
  const auto mine = on(0).apply_async(is_asked);
  send_signal(child, SIGKILL);
  EXPECT_EQ(::waitpid(child, nullptr, 0), child);
  EXPECT_TRUE(appears(file("asked"), Seconds(3))) << "the engine looks each second";
  EXPECT_FALSE(mine.get(kAtOnce)) << "another's task was not asked";
  EXPECT_EQ(of_engine().queued, 0u);
  EXPECT_EQ(of_engine().sessions, 1u) << "this test's";
  EXPECT_FALSE(exists("log"));
}

}  // namespace
}  // namespace enginery

int main(int argc, char** argv) {
  if (argc == 4 && std::strcmp(argv[1], "--client") == 0) return enginery::be_a_client(argv[2], std::atoi(argv[3]));
  testing::InitGoogleMock(&argc, argv);
  return RUN_ALL_TESTS();
}
