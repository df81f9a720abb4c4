// tests/process/forks_test.cpp: forked children of clients, and of tasks.
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <functional>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include <enginery/cluster.hpp>
#include <enginery/stop.hpp>

#include "tests/process/cluster_fixture.hpp"
#include "tests/sanitized.hpp"

namespace enginery {

/// What a forked child wrote into a pipe, and its status; killed after 20 s.
struct Child {
  std::string words;
  int status = 0;
};
static Child fork_to(const std::function<void(int words)>& child) {
  int ends[2];
  if (::pipe(ends) != 0) throw std::runtime_error("no pipe");
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::alarm(20);
    child(ends[1]);
    ::_exit(0);
  }
  ::close(ends[1]);
  Child ended;
  char buffer[4096];
  for (ssize_t got = 0; (got = ::read(ends[0], buffer, sizeof buffer)) > 0;)
    ended.words.append(buffer, static_cast<std::size_t>(got));
  ::close(ends[0]);
  ::waitpid(pid, &ended.status, 0);
  return ended;
}
static void say(int words, const std::string& text) {
  if (::write(words, text.data(), text.size()) < 0) ::_exit(9);
}

static std::int64_t twice(std::int64_t x) { return 2 * x; }
static std::int64_t loop_until_asked() {
  while (!stop_requested()) std::this_thread::yield();
  return 1;
}
/// Its child returns from the task, too.
static std::string fork_and_return(bool throws) {
  int status = -1;
  if (const pid_t pid = ::fork()) {
    ::waitpid(pid, &status, 0);
    return WIFEXITED(status) ? "exit status " + std::to_string(WEXITSTATUS(status)) : "killed";
  }
  ::alarm(20);
  if (throws) throw ValueError("in the child");
  return "in the child";
}
static std::string fork_and_exit() {
  const Child child = fork_to([](int) { std::exit(3); });
  return WIFEXITED(child.status) ? "exit status " + std::to_string(WEXITSTATUS(child.status)) : "killed";
}
static std::string fork_a_client() {
  return fork_to([](int words) { say(words, error_of([] { Client(); })); }).words;
}

namespace {

using testing::HasSubstr;

class ForksTest : public ClusterTest {};

TEST_F(ForksTest, AChildsHandlesDoNothingAtTheirEnd) {
  start_engines(1, "");
  struct Handles {
    Client client;
    DirectView e0 = client[0];
    AsyncResult<std::int64_t> ready = e0.apply_async(twice, 1), open = e0.apply_async(loop_until_asked);
    StayingResult<std::int64_t> kept = e0.apply(stays(twice), 3);
    std::ostringstream text;
    OutputStream output = client.stream_output(text, text);
    Cluster own{{.n = 1, .command = ENGINERY_COMMAND}};
    Client of_own = own.client();
  };
  auto handles = std::make_unique<Handles>();
  const Child child = fork_to([&](int words) {
    handles.reset();
    client_.reset();
    say(words, "ended");
    if (kSanitized) ::_exit(7);  // a leak checker does not find what threads hold that are not there
    std::exit(7);                // as a child that returns from main
  });
  EXPECT_EQ(child.words, "ended");
  ASSERT_TRUE(WIFEXITED(child.status)) << child.status;
  EXPECT_EQ(WEXITSTATUS(child.status), 7);
  EXPECT_EQ(handles->ready.get(Seconds(30)), 2);
  while (!handles->client.interrupt(0)) {}
  EXPECT_EQ(handles->open.get(Seconds(30)), 1);
  EXPECT_EQ(handles->e0.apply_sync(twice, handles->kept.reference()), 12);
  EXPECT_EQ(handles->of_own[0].apply_sync(twice, 5), 10);
}

TEST_F(ForksTest, CallsInAChildSayThatItIsForked) {
  start_engines(1, "");
  const DirectView e0 = on(0);
  const AsyncResult<std::int64_t> ready = e0.apply_async(twice, 21);
  ASSERT_TRUE(ready.wait(Seconds(30)));
  const AsyncResult<std::int64_t> open = e0.apply_async(loop_until_asked);
  const std::vector<std::function<void()>> calls{
      [&] { rc().ids(); },
      [&] { rc()[0]; },
      [&] { rc().all().apply_sync(twice, 1); },
      [&] { e0.apply_sync(twice, 1); },
      [&] { e0.apply_async(twice, 1); },
      [&] { e0["x"] = 1; },
      [&] { e0.execute("1"); },
      [&] { open.get(); },
      [&] { open.wait(Seconds(0.1)); },
      [&] { open.abort(); },
      [&] { open.then([](const auto&) {}); },
      [&] { rc().wait_for_engines(1); },
      [&] { rc().restart(0); },
      [&] { rc().interrupt(0); },
      [&] { rc().stream_output(); },
      [&] { Client(); },
  };
  const Child child = fork_to([&](int words) {
    for (std::size_t i = 0; i < calls.size(); ++i) {
      const std::string error = error_of(calls[i]);
      if (!error.starts_with("this process was forked")) say(words, std::to_string(i) + ": " + error + "\n");
    }
    if (ready.get() != 42) say(words, "what was ready is not\n");
  });
  EXPECT_EQ(child.words, "");
  EXPECT_EQ(child.status, 0);
  while (!rc().interrupt(0)) {}
  EXPECT_EQ(open.get(Seconds(30)), 1);
  EXPECT_EQ(e0.apply_sync(twice, 4), 8);
}

TEST_F(ForksTest, ATaskThatForksIsSafe) {
  start_engines(1, "");
  EXPECT_EQ(on(0).apply_sync(fork_and_return, false), "exit status 0");
  EXPECT_EQ(on(0).apply_sync(fork_and_return, true), "exit status 1");
  EXPECT_EQ(on(0).apply_sync(fork_and_exit), "exit status 3");
  EXPECT_THAT(on(0).apply_sync(fork_a_client), HasSubstr("this process was forked"));
  EXPECT_EQ(on(0).apply_sync(twice, 4), 8);
}

}  // namespace
}  // namespace enginery
