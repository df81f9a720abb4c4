// tests/process/own_cluster_test.cpp: a cluster that a program starts ends with it, and nothing is left.
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <enginery/cluster.hpp>

#include "launcher/launcher.hpp"
#include "tests/process/launcher_fixture.hpp"

namespace enginery::testing_processes {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// A runtime folder of its own for every test, and no environment that would choose another command.
class OwnClusterTest : public ::testing::Test {
 protected:
  OwnClusterTest() {
    char path[] = "/tmp/own-cluster-XXXXXX";
    base_ = ::mkdtemp(path);
    ::setenv("XDG_RUNTIME_DIR", base_.c_str(), 1);
    ::setenv("ENGINERY_CACHE", (base_ / "cache").c_str(), 1);
    ::setenv("ENGINERY_PLUGIN_PATH", FIXTURE_PLUGINS, 1);
    ::unsetenv("ENGINERY_CLUSTER");
    ::unsetenv("ENGINERY_COMMAND");
  }
  ~OwnClusterTest() override { fs::remove_all(base_); }

  /// The launcher of a running cluster, its hub and its engines.
  static std::vector<Watched> processes_of(const Cluster& cluster) {
    return processes_of(Connection::load(cluster.folder() / cluster::kConnectionFile).launcher.pid);
  }
  static std::vector<Watched> processes_of(int launcher) {
    std::vector<Watched> processes = children_of(launcher);
    processes.emplace_back(launcher);
    return processes;
  }
  void expect_nothing_left(const std::vector<Watched>& processes) const {
    for (const Watched& process : processes) EXPECT_FALSE(process.running()) << "pid " << process.pid() << " is left";
    EXPECT_THAT(folders(), IsEmpty());
    EXPECT_THAT(children_of(::getpid()), IsEmpty());
  }
  std::vector<std::string> folders() const {
    std::vector<std::string> names;
    std::error_code none_yet;
    for (const auto& entry : fs::directory_iterator(base_ / "enginery", none_yet))
      names.push_back(entry.path().filename());
    return names;
  }
  template <class F>
  static std::string error_of(const F& start) {
    try {
      start();
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  }

  fs::path base_;
};

std::int64_t pid_of(const Client& rc, int id) { return rc[id].apply_sync<std::int64_t>("system.getpid"); }

TEST_F(OwnClusterTest, IsReadyWhenItIsThereAndGoneWhenItIsNot) {
  std::vector<Watched> processes;
  {
    Cluster cluster{{.n = 2, .load = {"testing", "system"}}};
    auto rc = cluster.client();
    EXPECT_THAT(rc.ids(), ElementsAre(0, 1));
    EXPECT_NE(pid_of(rc, 0), pid_of(rc, 1));
    EXPECT_THAT(folders(), ElementsAre(cluster.name()));
    processes = processes_of(cluster);
    EXPECT_THAT(processes, SizeIs(4));
  }
  expect_nothing_left(processes);
}

TEST_F(OwnClusterTest, HasOneEnginePerCoreUnlessToldOtherwise) {
  EXPECT_EQ(Cluster().client().size(), static_cast<std::size_t>(tools::allowed_cores()));
  EXPECT_EQ(Cluster({.n = 0}).client().size(), 0u);
}

TEST_F(OwnClusterTest, StopEndsItOnceAndForAll) {
  Cluster cluster{{.n = 1}};
  const auto processes = processes_of(cluster);
  cluster.stop();
  expect_nothing_left(processes);
  cluster.stop();
  EXPECT_THAT(error_of([&] { cluster.client(); }), HasSubstr("'" + cluster.name() + "' is stopped"));
}

TEST_F(OwnClusterTest, AnExceptionThatFliesEndsIt) {
  std::vector<Watched> processes;
  try {
    Cluster cluster{{.n = 1}};
    processes = processes_of(cluster);
    auto rc = cluster.client();
    rc[0].apply_sync("testing.no_such_task");
    FAIL() << "nothing was thrown";
  } catch (const RemoteError&) {}
  expect_nothing_left(processes);
}

TEST_F(OwnClusterTest, TwoDoNotDisturbEachOther) {
  Cluster first{{.n = 1, .load = {"system"}}}, second{{.n = 1, .load = {"system"}}};
  EXPECT_NE(first.name(), second.name());
  auto of_first = first.client(), of_second = second.client();
  EXPECT_NE(pid_of(of_first, 0), pid_of(of_second, 0));
  first.stop();
  EXPECT_GT(pid_of(of_second, 0), 0);
}

TEST_F(OwnClusterTest, MovesWithItsOwner) {
  Cluster first{{.n = 1, .load = {"system"}}};
  const auto processes = processes_of(first);
  Cluster owner = std::move(first);
  EXPECT_GT(pid_of(owner.client(), 0), 0);
  Cluster other{{.n = 1, .name = "other"}};
  owner = std::move(other);
  EXPECT_EQ(owner.name(), "other");
  EXPECT_THAT(folders(), ElementsAre("other"));
  for (const Watched& process : processes) EXPECT_FALSE(process.running());
  owner.stop();
  expect_nothing_left(processes);
}

TEST_F(OwnClusterTest, ATaskThatRunsDoesNotHoldUpItsEnd) {
  Cluster cluster{{.n = 1, .load = {"system"}}};
  const auto processes = processes_of(cluster);
  auto rc = cluster.client();
  auto nap = rc[0].apply_async("system.sleep", 600.0);
  cluster.stop();
  expect_nothing_left(processes);
  EXPECT_TRUE(nap.wait(std::chrono::seconds(20))) << "it ends with its engine, or before, since it is asked to stop";
}

TEST_F(OwnClusterTest, EndsThoughItsProcessesAreStopped) {
  for (const bool launcher_too : {false, true}) {
    Cluster cluster{{.n = 1}};
    const auto processes = processes_of(cluster);  // the launcher is the last
    for (const Watched& process : processes)
      if (launcher_too || process.pid() != processes.back().pid()) cluster::send_signal(process.pid(), SIGSTOP);
    const auto start = std::chrono::steady_clock::now();
    cluster.stop();
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(25));
    EXPECT_FALSE(processes.back().running());
    for (const Watched& process : processes) {
      cluster::send_signal(process.pid(), SIGCONT);  // what nobody is left to end sees the end of its link
      EXPECT_TRUE(process.ends()) << launcher_too << process.pid();
    }
  }
}

TEST_F(OwnClusterTest, APluginThatCannotBeLoadedIsNamed) {
  const std::string text = error_of([] { Cluster({.n = 1, .name = "mine", .load = {"system", "nroms"}}); });
  EXPECT_THAT(text, HasSubstr("cluster 'mine' did not start: engine 0 (pid "));
  EXPECT_THAT(text, HasSubstr("no plugin named 'nroms'"));
  EXPECT_THAT(text, HasSubstr("Did you mean 'norms'?"));
  expect_nothing_left({});
}

TEST_F(OwnClusterTest, ANameThatIsTakenIsRefused) {
  Cluster first{{.n = 1, .name = "mine"}};
  EXPECT_THAT(error_of([] { Cluster({.n = 1, .name = "mine"}); }), HasSubstr("cluster 'mine' is running already"));
  EXPECT_EQ(first.client().size(), 1u);
  EXPECT_THAT(error_of([] { Cluster({.n = 1, .name = "a/b"}); }), HasSubstr("'a/b' cannot be a cluster's name"));
}

TEST_F(OwnClusterTest, AsMuchTimeAsTheCallerLikes) {
  Cluster cluster{{.n = 1, .timeout = std::chrono::milliseconds::max()}};
  EXPECT_EQ(cluster.client().size(), 1u);
}

TEST_F(OwnClusterTest, AStartThatTakesTooLongLeavesNothing) {
  EXPECT_THAT(error_of([] { Cluster({.n = 1, .timeout = std::chrono::milliseconds(1)}); }),
              HasSubstr("within 0.001 s"));
  expect_nothing_left({});
}

TEST_F(OwnClusterTest, AStartWhoseLauncherIsStoppedEndsAndLeavesNothing) {
  const fs::path stopped = base_ / "stopped";
  std::ofstream(stopped) << "#!/bin/sh\nkill -STOP $$\n";
  fs::permissions(stopped, fs::perms::owner_all);
  const auto start = std::chrono::steady_clock::now();
  EXPECT_THAT(error_of([&] { Cluster({.n = 1, .timeout = std::chrono::milliseconds(100), .command = stopped}); }),
              HasSubstr("its launcher does not answer"));
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(25));
  expect_nothing_left({});
}

TEST_F(OwnClusterTest, ACommandThatIsNotThereIsSaid) {
  EXPECT_THAT(error_of([] { Cluster({.n = 1, .command = "/no/enginery"}); }),
              HasSubstr("ClusterOptions::command names /no/enginery, which is not an executable file"));
  ::setenv("ENGINERY_COMMAND", "/nor/enginery", 1);
  EXPECT_THAT(error_of([] { Cluster({.n = 1}); }), HasSubstr("$ENGINERY_COMMAND names /nor/enginery"));
  EXPECT_THAT(error_of([] { Cluster({.n = 1, .command = "/bin/false"}); }),
              HasSubstr("did not start: its launcher ended without a word"));
  expect_nothing_left({});
}

TEST_F(OwnClusterTest, TheCommandIsSoughtBesideTheLibraryAndThenInThePath) {
  // A library that was moved away from its command, for a program that has no cluster yet.
  fs::create_directories(base_ / "moved" / "lib");
  fs::copy_file(CLIENT_LIBRARY, base_ / "moved" / "lib" / fs::path(CLIENT_LIBRARY).filename());
  ::setenv("LD_LIBRARY_PATH", (base_ / "moved" / "lib").c_str(), 1);
  const std::string path = std::getenv("PATH"), self = fs::read_symlink("/proc/self/exe");
  ::setenv("PATH", (base_ / "bin").c_str(), 1);
  Command without({"owner", "0"}, -1, self);
  EXPECT_EQ(without.finish(), 1);
  EXPECT_THAT(without.text(),
              HasSubstr("is in none of these places: " + (base_ / "moved/bin/enginery").string() + ", " +
                        (base_ / "bin/enginery").string() + ", " + (base_ / "bin/enginery").string()));
  EXPECT_THAT(without.text(), HasSubstr("name it in $ENGINERY_COMMAND or ClusterOptions::command"));

  fs::create_directory(base_ / "bin");
  fs::create_symlink(ENGINERY_COMMAND, base_ / "bin" / "enginery");
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  Descriptor its_input(ends[0]), input(ends[1]);
  Command with({"owner", std::to_string(its_input.get())}, its_input.get(), self);
  ::unsetenv("LD_LIBRARY_PATH");
  ::setenv("PATH", path.c_str(), 1);
  EXPECT_TRUE(with.writes("\n"));
  input = Descriptor();
  EXPECT_EQ(with.finish(), 0) << with.text();
}

TEST_F(OwnClusterTest, AChildOfTheProgramsOwnIsLeftToTheProgram) {
  const Command child({"-c", "exit 7"}, -1, "/bin/sh");
  ASSERT_TRUE(Watched(child.pid()).ends());
  Cluster({.n = 1}).stop();
  int status = 0;
  ASSERT_EQ(::waitpid(child.pid(), &status, 0), child.pid());
  EXPECT_EQ(WEXITSTATUS(status), 7);
}

TEST_F(OwnClusterTest, AProgramMayTakeTheExitStatusOfAllItsChildren) {
  Cluster cluster{{.n = 1}};
  const auto processes = processes_of(cluster);
  send_signal(processes.back().pid(), SIGKILL);
  int status = 0;
  EXPECT_EQ(::waitpid(-1, &status, 0), processes.back().pid());
  cluster.stop();
  for (const Watched& process : processes) EXPECT_TRUE(process.ends());
  const auto ignored = std::signal(SIGCHLD, SIG_IGN);
  Cluster({.n = 1}).stop();
  std::signal(SIGCHLD, ignored);
  expect_nothing_left({});
}

/// A program with a cluster (this very test, see main), which does as it is told.
class Program : public OwnClusterTest {
 protected:
  Program() {
    int ends[2];
    EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    const Descriptor its_input(ends[0]);
    input_ = Descriptor(ends[1]);
    command_ = std::make_unique<Command>(std::vector<std::string>{"owner", std::to_string(its_input.get())},
                                         its_input.get(), fs::read_symlink("/proc/self/exe"));
    int launcher = 0;
    if (!command_->writes("\n") || std::sscanf(command_->text_so_far().c_str(), "%d\n", &launcher) != 1)
      throw std::runtime_error("the program has no cluster: " + command_->text_so_far());
    processes_ = processes_of(launcher);
    EXPECT_THAT(processes_, SizeIs(4));
  }
  void tell(const std::string& words) { EXPECT_GT(::write(input_.get(), (words + "\n").data(), words.size() + 1), 0); }
  void expect_end_within_two_seconds() {
    const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(2);
    for (const Watched& process : processes_) EXPECT_TRUE(process.ends());
    EXPECT_LT(std::chrono::steady_clock::now(), limit);
    EXPECT_THAT(folders(), IsEmpty());
  }

  Descriptor input_;
  std::unique_ptr<Command> command_;
  std::vector<Watched> processes_;
};

TEST_F(Program, ThatIsKilledLeavesNothing) {
  command_->signal(SIGKILL);
  expect_end_within_two_seconds();
}

TEST_F(Program, ThatExitsWithoutDestructorsLeavesNothing) {
  tell("exit");
  EXPECT_EQ(command_->finish(), 3);
  expect_end_within_two_seconds();
}

TEST_F(Program, ThatHandlesCtrlCKeepsItsCluster) {
  signal_group(command_->pid(), SIGINT);  // as a terminal does: to the whole process group
  ASSERT_TRUE(command_->writes("interrupted"));
  tell("ask");
  EXPECT_TRUE(command_->writes("2 engines")) << command_->text_so_far();
  for (const Watched& process : processes_) EXPECT_TRUE(process.running());
  tell("leave");
  EXPECT_EQ(command_->finish(), 0);
  for (const Watched& process : processes_) EXPECT_FALSE(process.running());
}

/// The program: says its launcher's pid, then does what its input says.
int owner(int input) try {
  ::setpgid(0, 0);
  struct sigaction interrupted {};
  interrupted.sa_handler = [](int) { [[maybe_unused]] const ssize_t written = ::write(1, "interrupted\n", 12); };
  ::sigaction(SIGINT, &interrupted, nullptr);
  Cluster cluster{{.n = 2, .load = {"testing"}}};
  const auto connection = Connection::load(cluster.folder() / cluster::kConnectionFile);
  std::cout << connection.launcher.pid << std::endl;
  FILE* words = ::fdopen(input, "r");
  for (char word[16];;) {
    errno = 0;
    if (std::fscanf(words, "%15s", word) != 1) {
      if (errno != EINTR) break;
      std::clearerr(words);  // a thread sanitizer runs the handler only when the read has ended
      continue;
    }
    if (word == std::string("exit")) ::_exit(3);
    if (word == std::string("leave")) break;
    auto rc = cluster.client();
    rc.all().apply_sync<std::int64_t>("testing.add", 1, 2);
    std::cout << rc.size() << " engines" << std::endl;
  }
  return 0;
} catch (const Error& error) {
  std::cout << error.what() << std::endl;
  return 1;
}

}  // namespace
}  // namespace enginery::testing_processes

int main(int argc, char** argv) {
  if (argc > 2 && argv[1] == std::string("owner")) return enginery::testing_processes::owner(std::stoi(argv[2]));
  ::testing::InitGoogleMock(&argc, argv);
  return RUN_ALL_TESTS();
}
