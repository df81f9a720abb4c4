// tests/process/launcher_fixture.hpp: commands and clusters as processes, watched by their ends.
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <exception>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <enginery/connection.hpp>

#include "core/clusters/runtime_directory.hpp"
#include "core/processes/descriptor.hpp"
#include "core/processes/pid.hpp"

namespace enginery::testing_processes {

namespace fs = std::filesystem;
using cluster::Descriptor;
using cluster::Pid;
using cluster::send_signal;
using cluster::signal_group;

/// The longest any single event is waited for, in milliseconds.
inline constexpr int kPatience = 30'000;

/// Waits until there is something to read; false if nothing comes.
inline bool readable(int fd) {
  pollfd wait{fd, POLLIN, 0};
  return ::poll(&wait, 1, kPatience) == 1;
}

/// A running process, and the moment of its end.
class Watched {
 public:
  explicit Watched(Pid pid) : pid_(pid), handle_(cluster::pidfd_open(pid.number())) {}
  int pid() const { return pid_.number(); }
  bool running() const { return ProcessId::of(pid()).has_value(); }
  /// Waits for it; false if it goes on.
  bool ends() const { return ends_within(kPatience); }
  bool ends_within(int milliseconds) const {
    pollfd wait{handle_.get(), POLLIN, 0};
    return !handle_ || ::poll(&wait, 1, milliseconds) == 1;
  }

 private:
  Pid pid_;
  Descriptor handle_;
};

/// The processes whose parent is `parent`, zombies too.
inline std::vector<Watched> children_of(int parent) {
  std::vector<Watched> children;
  for (const auto& entry : fs::directory_iterator("/proc")) {
    std::ifstream file(entry.path() / "stat");
    std::string stat;
    std::getline(file, stat);
    const auto name_end = stat.rfind(')');
    if (name_end == std::string::npos) continue;
    std::istringstream fields(stat.substr(name_end + 1));
    std::string state;
    int its_parent = 0;
    fields >> state >> its_parent;
    if (its_parent == parent) children.emplace_back(std::stoi(entry.path().filename()));
  }
  return children;
}

/// A command that runs, with its output.
class Command {
 public:
  /// Throws what fails the test, with the file and the reason, if it does not start.
  explicit Command(std::vector<std::string> words, int given_fd = -1, const std::string& file = ENGINERY_COMMAND)
      : pid_(start(std::move(words), given_fd, file, output_)) {}
  ~Command() {
    if (!running_) return;
    signal(SIGTERM);
    finish();
  }
  Command(const Command&) = delete;

  int pid() const { return pid_.number(); }
  void signal(int number) const {
    if (!running_) throw std::logic_error("its end was waited for, so its pid may be another's: no signal goes there");
    send_signal(pid_, number);
  }
  /// Waits until it has written this; false if its output ends first.
  bool writes(const std::string& words) {
    char buffer[4096];
    while (text_.find(words) == std::string::npos) {
      const ssize_t got = readable(output_.get()) ? ::read(output_.get(), buffer, sizeof buffer) : 0;
      if (got <= 0) return false;
      text_.append(buffer, static_cast<std::size_t>(got));
    }
    return true;
  }
  /// Waits for its end; its exit status, or 128 + the signal.
  int finish() {
    if (!Watched(pid_).ends()) signal(SIGKILL);
    int status = 0;
    ::waitpid(pid(), &status, 0);
    running_ = false;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
  /// All it, and those who inherited its output, wrote. Waits until they are gone.
  std::string text() {
    writes("\n\n no command writes this");
    return text_;
  }
  const std::string& text_so_far() const { return text_; }

 private:
  static Pid start(std::vector<std::string> words, int given_fd, const std::string& file, Descriptor& output) {
    int out[2];
    if (::pipe2(out, O_CLOEXEC) != 0) throw not_started(file, errno);
    output = Descriptor(out[0]);
    const Descriptor write_end(out[1]);
    posix_spawn_file_actions_t files;
    ::posix_spawn_file_actions_init(&files);
    ::posix_spawn_file_actions_adddup2(&files, write_end.get(), 1);
    ::posix_spawn_file_actions_adddup2(&files, write_end.get(), 2);
    if (given_fd >= 0) ::posix_spawn_file_actions_adddup2(&files, given_fd, given_fd);
    std::vector<char*> argv;
    words.insert(words.begin(), file);
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    pid_t pid = 0;
    const int error = ::posix_spawn(&pid, file.c_str(), &files, nullptr, argv.data(), environ);
    ::posix_spawn_file_actions_destroy(&files);
    if (error != 0) throw not_started(file, error);
    return pid;
  }
  static std::runtime_error not_started(const std::string& file, int error) {
    return std::runtime_error("could not start " + file + ": " + std::strerror(error));
  }

  Descriptor output_;
  Pid pid_;
  bool running_ = true;
  std::string text_;
};

/// A runtime folder of its own for every test, and commands that start clusters in it.
class LauncherTest : public ::testing::Test {
 protected:
  LauncherTest() {
    char path[] = "/tmp/launcher-test-XXXXXX";
    base_ = ::mkdtemp(path);
    ::setenv("XDG_RUNTIME_DIR", base_.c_str(), 1);
    ::unsetenv("ENGINERY_CLUSTER");
    ::unsetenv("FAKE");
  }
  ~LauncherTest() override {
    try {
      // Without the folder, clusters are looked for elsewhere, where there may be other tests' and the user's own.
      fs::create_directory(base_);
      for (const std::string& name : cluster::running_clusters()) run({"stop", "--name", name});
      fs::remove_all(base_);
    } catch (const std::exception& error) {
      ADD_FAILURE() << "what the test leaves is not removed: " << error.what();
    }
  }

  static void misbehave(const char* how) { ::setenv("FAKE", how, 1); }
  std::unique_ptr<Command> start(std::vector<std::string> words = {}, int given_fd = -1) {
    words.insert(words.begin(), "start");
    if (fake_) words.insert(words.end(), {"--child", fs::read_symlink("/proc/self/exe")});
    return std::make_unique<Command>(words, given_fd);
  }
  /// Throws what fails the test, with the command's words, if its cluster does not start.
  std::unique_ptr<Command> start_ready(std::vector<std::string> words = {"-n", "2"}, int given_fd = -1) {
    auto command = start(std::move(words), given_fd);
    if (!command->writes("ready (")) throw std::runtime_error("no cluster has started:\n" + command->text_so_far());
    return command;
  }
  /// Runs a command to its end.
  static std::pair<int, std::string> run(const std::vector<std::string>& words) {
    Command command(words);
    const int status = command.finish();
    return {status, command.text()};
  }
  fs::path folder(const std::string& name = "default") const { return base_ / "enginery" / name; }
  void expect_nothing_left(const std::vector<Watched>& processes) const {
    for (const Watched& process : processes) EXPECT_TRUE(process.ends()) << "pid " << process.pid() << " is left";
    EXPECT_FALSE(fs::exists(folder())) << "files are left";
  }

  fs::path base_;
  bool fake_ = true;
};

}  // namespace enginery::testing_processes
