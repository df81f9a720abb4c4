// tests/chaos/few_descriptors_test.cpp: a process that has no descriptor left refuses or waits, and works again later.
#include <fcntl.h>
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <iterator>
#include <sstream>
#include <thread>
#include <vector>

#include <enginery/cluster.hpp>
#include <enginery/stop.hpp>

#include "tests/chaos/chaos_fixture.hpp"
#include "tests/sanitized.hpp"

namespace enginery {
namespace {

using testing::AllOf;
using testing::AnyOf;
using testing::HasSubstr;
using FewDescriptorsTest = ChaosTest;

TEST_F(FewDescriptorsTest, WhoFindsNoneLeftIsRefusedSoonAndOthersGoOn) {
  // Hub and engine may have no more than 48 each, and have 30 before the first client comes.
  start_cluster("start --daemon -n 1", "ulimit -n 48 && ");
  client_.emplace();
  const pid_t engine = on(0).apply_sync(::getpid);
  std::vector<Client> clients;
  std::vector<AsyncResult<pid_t>> answers;
  int refused = 0;
  for (int i = 0; i < 24; ++i) {
    try {
      clients.emplace_back(ClientOptions{.timeout = std::chrono::milliseconds(500)});
      answers.push_back(clients.back()[0].apply_async(::getpid));
    } catch (const TimeoutError& error) {
      ++refused;
      EXPECT_THAT(error.what(), testing::HasSubstr("descriptors left"));
    }
  }
  EXPECT_GT(refused, 0) << "there are enough, and nothing is tested";
  EXPECT_GT(answers.size(), 5u);
  for (const auto& answer : answers) EXPECT_EQ(answer.get(Seconds(30)), engine);
  EXPECT_EQ(on(0).apply_sync(::getpid), engine) << "who was there before";
  clients.clear();
  EXPECT_EQ(Client()[0].apply_sync(::getpid), engine) << "those that left have given theirs back";
}

/// Takes what it can get, and keeps it.
int take_all() {
  int taken = 0;
  while (::open("/dev/null", O_RDONLY) >= 0) ++taken;
  return taken;
}
void take_all_until_asked() {
  while (!stop_requested()) {
    take_all();
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
  }
}

TEST_F(FewDescriptorsTest, AnEngineWhoseTasksTakeAllAnswersNewClients) {
  start_cluster("start --daemon -n 1", "ulimit -n 512 && ");
  const Client first;
  EXPECT_GT(first[0].apply_sync(take_all), 300);
  for (const auto end = Clock::now() + std::chrono::seconds(3); Clock::now() < end;) first[0].apply_sync(take_all);
  for (int i = 0; i < 3; ++i) EXPECT_GT(Client()[0].apply(::getpid).get(Seconds(30)), 0) << i;
  const auto running = first[0].apply_async(take_all_until_asked);
  EXPECT_TRUE(comes([&] {
    try {
      return Client().interrupt(0);
    } catch (const Error&) {
      return false;  // it had no moment for us yet
    }
  })) << "while one runs";
  running.get(Seconds(30));
}

/// All that this process may have, until its end.
class AllDescriptors {
 public:
  AllDescriptors() {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    rlimit few = before_;
    few.rlim_cur = 256;
    ::setrlimit(RLIMIT_NOFILE, &few);
    take();
    taker_ = std::thread([this] {  // also those that others give back
      while (!done_) take();
    });
  }
  ~AllDescriptors() {
    done_ = true;
    taker_.join();
    for (const int fd : taken_) ::close(fd);
    ::setrlimit(RLIMIT_NOFILE, &before_);
  }
  AllDescriptors(const AllDescriptors&) = delete;
  AllDescriptors& operator=(const AllDescriptors&) = delete;

 private:
  void take() {
    for (int fd; (fd = ::open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0;) taken_.push_back(fd);
    ::sched_yield();
  }

  rlimit before_{};
  std::vector<int> taken_;
  std::atomic<bool> done_ = false;
  std::thread taker_;
};

TEST_F(FewDescriptorsTest, AClientThatHasNoneLeftIsToldSo) {
  if (kSanitized)
    GTEST_SKIP() << "a sanitizer asks by a pipe whether memory is there, and takes a failure for an error";
  constexpr int kEngines = 6;
  start_cluster("start --daemon -n " + std::to_string(kEngines));
  client_.emplace();
  on(0).apply_sync(::getpid);
  int lacking = 1;
  {
    const AllDescriptors all;
    // A line may have what this process gives back before we do; then it keeps it, and its engine answers.
    std::string error;
    for (; error.empty() && lacking < kEngines; ++lacking)
      error = error_of([&] { on(lacking).apply_async(::getpid).get(Seconds(20)); });
    --lacking;
    const std::string words = "this process cannot reach engine " + std::to_string(lacking);
    EXPECT_THAT(error, AllOf(HasSubstr(words), HasSubstr("has no descriptors left")));
    EXPECT_THAT(error_of([&] { on(lacking).execute("1").get(Seconds(20)); }), HasSubstr(words)) << "without code";
    EXPECT_THAT(error_of([] { Client(); }), HasSubstr("Too many open files"));
    EXPECT_GT(on(0).apply_sync(::getpid), 0) << "what is there goes on";
  }
  EXPECT_GT(on(lacking).apply(::getpid).get(Seconds(30)), 0);
}

TEST_F(FewDescriptorsTest, EveryWaitOfAClientThatHasNoneLeftEnds) {
  if (kSanitized)
    GTEST_SKIP() << "a sanitizer asks by a pipe whether memory is there, and takes a failure for an error";
  start_cluster("start --daemon -n 2");
  client_.emplace();
  on(1).apply_sync(::getpid);  // the code of this program has been read
  // What this process has given back a line may have before we do; then the call is answered.
  const auto lacks = AnyOf("", HasSubstr("descriptors left"));
  const auto start = Clock::now();
  {
    const AllDescriptors all;
    EXPECT_THAT(error_of([&] { on(0).apply_sync(::getpid); }), lacks);
    EXPECT_THAT(error_of([&] { on(0).push({{"x", 1}}).get(); }), lacks);
    EXPECT_THAT(error_of([&] { on(0)["x"].operator Value(); }), lacks);
    EXPECT_THAT(error_of([&] { on(0).sync_imports({"norms"}); }), AnyOf("", HasSubstr("Too many open files")));
    EXPECT_THAT(error_of([&] { on(0).run(FIXTURE_PLUGINS "/myscript.so").get(); }), HasSubstr("myscript.so"));
    EXPECT_THAT(error_of([&] { rc().restart(0); }), lacks);
    EXPECT_THAT(error_of([&] { rc().wait_for_engines(3, Seconds(1)); }), HasSubstr("2 of 3 engines"));
    EXPECT_THAT(error_of([] { Cluster(); }), HasSubstr("no descriptors for a cluster"));
    EXPECT_LT(Clock::now() - start, Seconds(40)) << "two seconds each";
  }
  EXPECT_GT(on(0).apply(::getpid).get(Seconds(30)), 0);
}

TEST_F(FewDescriptorsTest, StreamsOfShortLivedClientsLeaveNone) {
  start_cluster("start --daemon -n 2");
  const auto mine = [] {
    return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), std::filesystem::directory_iterator());
  };
  const auto use = [] {
    std::ostringstream text;
    const Client client;
    const OutputStream stream = client.stream_output(text, text);
    client.all().apply_sync([] { std::puts("seen"); });
  };
  use();
  const auto before = mine();
  for (int i = 0; i < 20; ++i) use();
  EXPECT_TRUE(comes([&] {
    Client();
    return mine() <= before + 8;
  })) << mine()
      << " instead of " << before;
}

TEST_F(FewDescriptorsTest, HubAndEnginesMayHaveAllThatTheirUserMayHave) {
  start_cluster("start --daemon -n 1", "ulimit -Sn 48 && ");
  std::vector<Client> clients(24);
  std::vector<AsyncResult<pid_t>> answers;
  for (const Client& client : clients) answers.push_back(client[0].apply_async(::getpid));
  for (const auto& answer : answers) EXPECT_GT(answer.get(Seconds(30)), 0);
}

}  // namespace
}  // namespace enginery

int main(int argc, char** argv) {
  testing::InitGoogleMock(&argc, argv);
  return RUN_ALL_TESTS();
}
