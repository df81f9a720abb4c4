// tests/chaos/cut_link_test.cpp: an engine on what it takes for another host, whose network is cut.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "core/clusters/runtime_directory.hpp"
#include "tests/chaos/chaos_fixture.hpp"

namespace enginery {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

std::int64_t note_slowly(const std::string& log, std::int64_t number) {
  std::this_thread::sleep_for(20ms);
  return note(log, 0, number);
}

/// The hub and this client on one side of a cable, an engine on the other: a network namespace, with names and pids of
/// its own.
class CutLinkTest : public ChaosTest {
 protected:
  void SetUp() override {
    ChaosTest::SetUp();
    space_ = "enginery-" + std::to_string(::getpid());
    const int nth = ::getpid() % 250;
    near_ = "10.213." + std::to_string(nth) + ".1";
    far_ = "10.213." + std::to_string(nth) + ".2";
    const std::string cable = "eng" + std::to_string(::getpid()) + "n", end = "eng" + std::to_string(::getpid()) + "f";
    cable_ = cable;
    for (const std::string& step :
         {"ip netns add " + space_, "ip link add " + cable + " type veth peer name " + end + " netns " + space_,
          "ip addr add " + near_ + "/24 dev " + cable, "ip link set " + cable + " up",
          "ip -n " + space_ + " addr add " + far_ + "/24 dev " + end, "ip -n " + space_ + " link set " + end + " up",
          "ip -n " + space_ + " link set lo up", "ip netns exec " + space_ + " " + elsewhere() + " true"})
      if (std::system((step + " 2>/dev/null").c_str()) != 0)
        GTEST_SKIP() << "no network can be made here (it needs root and iproute2): " << step;
    start_engines(0, "--listen " + near_);
    const std::filesystem::path file = cluster::runtime_path(name_) / cluster::kConnectionFile;
    engine_ = std::make_unique<Command>(
        std::vector<std::string>{"-c", "exec ip netns exec " + space_ + " " + elsewhere() +
                                           " " ENGINERY_COMMAND " engine --connection " + file.string()},
        -1, "/bin/sh");
    rc().wait_for_engines(1, Seconds(30));
  }
  void TearDown() override {
    if (engine_) engine_->signal(SIGKILL);
    engine_.reset();
    ChaosTest::TearDown();
    [[maybe_unused]] int gone = 0;
    for (const std::string& rule : rules_) gone = std::system(("ip rule del " + rule).c_str());
    gone = std::system(("ip link del " + cable_ + " 2>/dev/null").c_str());
    gone = std::system(("ip netns del " + space_ + " 2>/dev/null").c_str());
  }
  /// What runs a command with another host's name, and pids of its own.
  static std::string elsewhere() {
    return "unshare --uts --pid --fork --kill-child --mount-proc sh -c 'hostname elsewhere && exec \"$@\"' sh";
  }
  void cut() const { ASSERT_EQ(std::system(("ip link set " + cable_ + " down").c_str()), 0); }
  void heal() const { ASSERT_EQ(std::system(("ip link set " + cable_ + " up").c_str()), 0); }

  /// Cuts the link for so long under load, and expects every task to have run once and every result to come.
  void survives(std::chrono::seconds length) {
    constexpr std::int64_t kTasks = 300;  // six seconds of work
    std::vector<AsyncResult<std::int64_t>> results;
    for (std::int64_t i = 0; i < kTasks; ++i) results.push_back(on(0).apply_async(note_slowly, log(), i));
    ASSERT_TRUE(comes([&] { return log_size() > 0; }));
    cut();
    std::this_thread::sleep_for(length);
    heal();
    const auto healed = Clock::now();
    for (std::int64_t i = 0; i < kTasks; ++i) EXPECT_EQ(results[static_cast<std::size_t>(i)].get(60s), i);
    RecordProperty("seconds_after_the_cut", std::to_string(Seconds(Clock::now() - healed).count()));
    std::printf("cut for %lld s; all was there %.1f s later\n", static_cast<long long>(length.count()),
                Seconds(Clock::now() - healed).count());
    const auto ran = runs();
    EXPECT_EQ(ran.size(), static_cast<std::size_t>(kTasks));
    for (const auto& [task, times] : ran) EXPECT_EQ(times, 1) << task.second;
    EXPECT_THAT(rc().ids(), ElementsAre(0));
  }

  /// From here on the network swallows what this process sends over the connections to the engine that it has now.
  void swallow() {
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
      const int fd = std::stoi(entry.path().filename());
      sockaddr_in self{}, peer{};
      socklen_t size = sizeof self;
      if (::getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &size) != 0 || peer.sin_family != AF_INET) continue;
      char text[INET_ADDRSTRLEN];
      if (::inet_ntop(AF_INET, &peer.sin_addr, text, sizeof text) != far_) continue;
      size = sizeof self;
      ASSERT_EQ(::getsockname(fd, reinterpret_cast<sockaddr*>(&self), &size), 0);
      rules_.push_back("ipproto tcp sport " + std::to_string(ntohs(self.sin_port)) + " blackhole");
      if (std::system(("ip rule add " + rules_.back()).c_str()) != 0) GTEST_SKIP() << "no rules for packets here";
    }
  }

  std::string space_, near_, far_, cable_;
  std::vector<std::string> rules_;
  std::unique_ptr<Command> engine_;
};

TEST_F(CutLinkTest, ForTwoSecondsNobodyNotices) { survives(2s); }
TEST_F(CutLinkTest, ForTenSecondsNothingIsLost) { survives(10s); }

TEST_F(CutLinkTest, ConnectionsThatSwallowEverythingAreMadeAnew) {
  const std::vector<double> large(300'000, 1.0);
  on(0)["a"] = large;
  swallow();
  if (IsSkipped()) return;
  ASSERT_GE(rules_.size(), 2u) << "one for tasks, one for what is large";
  const auto begin = Clock::now();
  on(0).push({{"b", Value(large)}}).get(120s);
  std::printf("the payload had come after %.1f s\n", Seconds(Clock::now() - begin).count());
  EXPECT_EQ(on(0).pull<std::vector<double>>("b").size(), large.size());
}

TEST_F(CutLinkTest, ForGoodItIsDeadAndItsCallsFail) {
  EXPECT_EQ(on(0).apply_sync(note, log(), 0, std::int64_t{1}), 1);
  const auto running = on(0).apply_async([] { std::this_thread::sleep_for(1h); });
  cut();
  const auto begin = Clock::now();
  try {
    running.get(60s);
    FAIL() << "it answers";
  } catch (const EngineDied& died) {
    EXPECT_THAT(died.how(), HasSubstr("it is on another host, and was silent for too long"));
  }
  const Seconds taken = Clock::now() - begin;
  std::printf("dead after %.1f s\n", taken.count());
  EXPECT_GT(taken, 14s);
  EXPECT_LT(taken, 25s);
  EXPECT_THAT(rc().ids(), ElementsAre());
}

}  // namespace
}  // namespace enginery

int main(int argc, char** argv) {
  testing::InitGoogleMock(&argc, argv);
  return RUN_ALL_TESTS();
}
