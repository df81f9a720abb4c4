// tests/process/abort_fixture.hpp: tasks that say by files what they do, and tests that wait for that.
#pragma once

#include <signal.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <thread>

#include <enginery/stop.hpp>

#include "tests/process/cluster_fixture.hpp"

namespace enginery {

using namespace std::chrono_literals;

/// The longest that anything here takes when all is well, and much more.
inline constexpr Seconds kLong{30};
/// What is there at once comes within.
inline constexpr Seconds kAtOnce{5};

/// Whether a task, or a test, has made the file.
inline bool appears(const std::string& file, Seconds timeout = kLong) {
  return comes([&] { return std::filesystem::exists(file); }, timeout);
}

// Tasks. Each makes the file `begun` when it runs.

/// Never looks whether it is asked to stop; returns once the file `end` is there.
inline int run_deaf(const std::string& begun, const std::string& end) {
  std::ofstream{begun};
  appears(end, 2 * kLong);
  return 1;
}
/// Returns once it is asked to stop, and makes the file `asked`.
inline std::string run_until_asked(const std::string& begun, const std::string& asked) {
  std::ofstream{begun};
  if (!comes([] { return stop_requested(); }, 2 * kLong)) return "nobody asked";
  std::ofstream{asked};
  return "asked";
}
/// Appends a line to a log that is outside of all processes.
inline void note(const std::string& log, int number) { std::ofstream(log, std::ios::app) << number << '\n'; }
inline bool is_asked() { return stop_requested() || stop_token().stop_requested(); }
inline int add(int a, int b) { return a + b; }

class AbortTest : public ClusterTest {
 protected:
  std::string file(const std::string& name) const { return (folder_ / name).string(); }
  bool exists(const std::string& name) const { return std::filesystem::exists(file(name)); }
  void make(const std::string& name) const { std::ofstream{file(name)}; }
  std::size_t lines(const std::string& name) const {
    std::ifstream stream(file(name));
    std::size_t count = 0;
    for (std::string line; std::getline(stream, line);) ++count;
    return count;
  }

  /// A task that runs until make(name + ".end"), and is deaf. It has begun.
  AsyncResult<int> occupy(const DirectView& view, const std::string& name = "deaf") {
    auto task = view.apply_async(run_deaf, file(name), file(name + ".end"));
    EXPECT_TRUE(appears(file(name)));
    return task;
  }
  void release(const std::string& name = "deaf") const { make(name + ".end"); }

  /// What an engine does goes on only once this is destroyed.
  class Stopped {
   public:
    explicit Stopped(cluster::Pid pid) : pid_(pid) {
      send_signal(pid_, SIGSTOP);
      EXPECT_TRUE(comes([this] { return stands_still(); }));
    }
    ~Stopped() { send_signal(pid_, SIGCONT); }
    Stopped(const Stopped&) = delete;
    Stopped& operator=(const Stopped&) = delete;

   private:
    /// A signal comes to each thread in its own time.
    bool stands_still() const {
      const std::filesystem::directory_iterator threads("/proc/" + std::to_string(pid_.number()) + "/task");
      return std::ranges::all_of(threads, [](const auto& thread) {
        std::ifstream stream(thread.path() / "stat");
        const std::string stat{std::istreambuf_iterator<char>(stream), {}};
        const std::size_t name_end = stat.rfind(')');
        return name_end != stat.npos && stat.compare(name_end, 3, ") T") == 0;
      });
    }
    cluster::Pid pid_;
  };

  /// That it threw an E, and what that says.
  template <class E, class F>
  static std::string thrown(const F& call) {
    try {
      call();
    } catch (const E& error) {
      return error.what();
    } catch (const std::exception& error) {
      ADD_FAILURE() << "another error: " << error.what();
      return "";
    }
    ADD_FAILURE() << "no error";
    return "";
  }
};

}  // namespace enginery
