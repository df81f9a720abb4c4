// tests/chaos/stop_processes_test.cpp: processes are stopped for a while, by a signal or by a debugger.
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <deque>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <enginery/connection.hpp>

#include "tests/chaos/chaos_fixture.hpp"

namespace enginery {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;

constexpr std::int64_t kTasks = 2'000;
constexpr const char* kGdb = "/usr/bin/gdb";

std::string waits_for_ever() {
  for (;;) ::pause();
}
std::vector<double> note_large(const std::string& log, int client, std::int64_t number) {
  return std::vector<double>(10'000, static_cast<double>(note(log, client, number)));
}

/// A client with many tasks outstanding, some of whose results are large. 0 if each came as it should.
int client_main(const std::string& log) {
  const Client rc;
  rc.wait_for_engines(2, Seconds(30));
  std::deque<std::pair<std::int64_t, AsyncResult<std::vector<double>>>> outstanding;
  for (std::int64_t number = 0; number < kTasks || !outstanding.empty();) {
    for (; number < kTasks && outstanding.size() < 200; ++number)
      outstanding.emplace_back(number, rc[0].apply_async(note_large, log, 1, number));
    const auto [expected, result] = std::move(outstanding.front());
    outstanding.pop_front();
    if (result.get() != std::vector<double>(10'000, static_cast<double>(expected))) return 1;
  }
  return 0;
}

class StopProcessesTest : public ChaosTest, public testing::WithParamInterface<const char*> {
 protected:
  void SetUp() override {
    ChaosTest::SetUp();
    if (by_gdb()) {
      if (!std::filesystem::exists(kGdb)) GTEST_SKIP() << kGdb << " is not installed; tools/setup.sh --tests does it";
      const auto words = why_gdb_may_not_attach();
      if (words) GTEST_SKIP() << "gdb may not attach to a process here:\n" << *words;
    }
    start_engines(2, "");
  }
  static bool by_gdb() { return GetParam() == "gdb"s; }
  /// As ps shows it: T is stopped, t by a debugger.
  static char state_of(int pid) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
    std::string stat;
    std::getline(file, stat);
    return stat.at(stat.rfind(')') + 2);
  }
  int process(int id) { return on(id).apply_sync(::getpid); }

  /// A debugger that has stopped a process, until it is told to leave it.
  class Debugger {
   public:
    Debugger(int pid, const std::filesystem::path& folder) : attached_(folder / "attached"), leave_(folder / "leave") {
      if (::mkfifo(leave_.c_str(), 0600) != 0) throw std::runtime_error("there is no fifo for gdb");
      // What it prints stays in its buffer while a command of the shell runs, so a file says where it is.
      command_ =
          std::make_unique<Command>(std::vector<std::string>{"-nx", "-batch", "-p", std::to_string(pid), "-ex",
                                                             "shell touch " + attached_, "-ex", "shell cat " + leave_},
                                    -1, kGdb);
      EXPECT_TRUE(comes([this] { return std::filesystem::exists(attached_) || has_ended(); }));
      has_stopped_ = state_of(pid) == 't';
    }
    ~Debugger() { release(); }
    Debugger(const Debugger&) = delete;
    bool has_stopped() const { return has_stopped_; }
    /// Its exit status.
    int leave() {
      release();
      return command_->finish();
    }
    std::string text() { return command_->text(); }

   private:
    bool has_ended() const { return testing_processes::Watched(command_->pid()).ends_within(0); }
    void release() {
      if (std::exchange(released_, true)) return;
      EXPECT_TRUE(comes([this] {  // its cat reads until we, who write, have gone
        return cluster::Descriptor(::open(leave_.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC)) || has_ended();
      }));
      std::filesystem::remove(attached_);
      std::filesystem::remove(leave_);
    }

    std::string attached_, leave_;
    std::unique_ptr<Command> command_;
    bool has_stopped_ = false, released_ = false;
  };
  /// gdb's words, if a process that is none of its children cannot be debugged here.
  std::optional<std::string> why_gdb_may_not_attach() const {
    const Command sleeper({"600"}, -1, "/bin/sleep");
    Debugger debugger(sleeper.pid(), folder_);
    debugger.leave();
    return debugger.has_stopped() ? std::nullopt : std::optional(debugger.text());
  }

  /// The process stands still while `meanwhile` runs, and at least for as long as it takes links to be given up.
  template <class F>
  void while_stopped(int pid, const F& meanwhile) {
    const auto until = Clock::now() + in_form(4s, 60s);
    std::optional<Debugger> debugger;
    if (by_gdb())
      debugger.emplace(pid, folder_);
    else
      ASSERT_TRUE(send_signal(pid, SIGSTOP));
    EXPECT_TRUE(comes([&] { return state_of(pid) == (by_gdb() ? 't' : 'T'); })) << state_of(pid);
    meanwhile();
    EXPECT_EQ(state_of(pid), by_gdb() ? 't' : 'T') << "it went on too early";
    std::this_thread::sleep_until(until);
    if (debugger)
      EXPECT_EQ(debugger->leave(), 0) << debugger->text();
    else
      ASSERT_TRUE(send_signal(pid, SIGCONT));
  }
};

TEST_P(StopProcessesTest, AStoppedEngineLosesNoTaskAndRunsNoneTwice) {
  std::vector<AsyncResult<std::int64_t>> results;
  const auto submit = [&](std::int64_t count) {
    for (std::int64_t i = 0; i < count; ++i)
      results.push_back(on(0).apply_async(note, log(), 0, static_cast<std::int64_t>(results.size())));
  };
  const int engine = process(0);
  submit(500);
  results[10].get();
  while_stopped(engine, [&] {
    submit(500);
    for (std::int64_t i = 0; i < 100; ++i) EXPECT_EQ(on(1).apply_sync(note, log(), 1, i), i) << "another engine waits";
    EXPECT_THAT(rc().ids(), testing::ElementsAre(0, 1)) << "it was taken for dead";
  });
  for (std::size_t i = 0; i < results.size(); ++i) EXPECT_EQ(results[i].get(Seconds(60)), static_cast<std::int64_t>(i));
  const auto ran = runs();
  EXPECT_EQ(ran.size(), results.size() + 100);
  for (const auto& [task, times] : ran) EXPECT_EQ(times, 1) << task.second;
}

TEST_P(StopProcessesTest, AStoppedClientGetsItsResultsLaterAndHoldsUpNoOther) {
  const auto client = start_client({log()});
  ASSERT_TRUE(comes([&] { return log_size() > 500; }));
  while_stopped(client->pid(), [&] {
    for (std::int64_t i = 0; i < 1000; ++i) EXPECT_EQ(on(0).apply_sync(note, log(), 0, i), i);
  });
  EXPECT_EQ(client->finish(), 0);
  const auto ran = runs();
  EXPECT_EQ(ran.size(), static_cast<std::size_t>(kTasks) + 1000);
  for (const auto& [task, times] : ran) EXPECT_EQ(times, 1) << task.second;
}

TEST_P(StopProcessesTest, AStoppedHubHoldsUpNoCallAndLearnsOfADeathLater) {
  const int engine = process(1);
  const auto running = on(1).apply_async(waits_for_ever);
  while_stopped(Connection::find("").hub.process.pid, [&] {
    for (std::int64_t i = 0; i < 1000; ++i) EXPECT_EQ(on(0).apply_sync(note, log(), 0, i), i);
    EXPECT_THAT(error_of([] { const Client late(ClientOptions{.timeout = 500ms}); }),
                testing::HasSubstr("did not answer within 0.5 s"));
    ASSERT_TRUE(send_signal(engine, SIGKILL));
    EXPECT_THROW(running.get(Seconds(10)), EngineDied) << "the client looks for the process itself";
  });
  EXPECT_TRUE(comes([&] { return rc().ids() == std::vector<int>{0}; }));
  EXPECT_TRUE(comes([] { return Client().ids() == std::vector<int>{0}; })) << "the hub has its news in its own time";
}

INSTANTIATE_TEST_SUITE_P(By, StopProcessesTest, testing::Values("signal", "gdb"),
                         [](const auto& how) { return std::string(how.param); });

}  // namespace
}  // namespace enginery

int main(int argc, char** argv) {
  if (argc == 3 && std::string_view(argv[1]) == "client") return enginery::client_main(argv[2]);
  testing::InitGoogleMock(&argc, argv);
  return RUN_ALL_TESTS();
}
