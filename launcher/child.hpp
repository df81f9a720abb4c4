// launcher/child.hpp: a process that the launcher started, and when one that died may be started anew.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/clusters/launcher_link.hpp"
#include "core/processes/spawn.hpp"

namespace enginery::tools {

/// Prevents crash loops. The delay doubles with each death, from 0.1 s to 10 s, until the process has lived for a
/// minute. After some deaths in a row without such a minute the process is given up.
///
/// Threads: belongs to one thread.
class RestartPolicy {
 public:
  using Time = std::chrono::steady_clock::time_point;
  static constexpr std::chrono::milliseconds kFirstDelay{100}, kLongestDelay{10'000};
  static constexpr std::chrono::seconds kGoodLife{60};

  /// It is given up at that many deaths in a row; ten take 33 s.
  explicit RestartPolicy(int most_deaths = 10) : most_deaths_(most_deaths) {}
  int most_deaths() const noexcept { return most_deaths_; }

  /// The process was started.
  void began(Time now) { began_ = now; }
  /// It died. When to start it again; nothing if it is given up.
  std::optional<Time> died(Time now) {
    if (now - began_ >= kGoodLife) forget();
    if (++deaths_ >= most_deaths_) return std::nullopt;
    constexpr int kDoublings = 10;  // more than enough, and no overflow
    return now + std::min(kLongestDelay, kFirstDelay * (1 << std::min(deaths_ - 1, kDoublings)));
  }
  /// Earlier deaths do not count any more.
  void forget() { deaths_ = 0; }

 private:
  int most_deaths_;
  Time began_{};
  int deaths_ = 0;  // in a row
};

/// What a child runs.
struct Program {
  std::filesystem::path file;
  /// Without the program's name.
  std::vector<std::string> arguments;
  /// Where its output goes; empty: where the launcher's goes.
  std::filesystem::path log;

  void add(std::initializer_list<std::string> more) { arguments.insert(arguments.end(), more); }
};

/// A running child: leader of a process group of its own, with signals as after a login, empty standard input, its end
/// of the link as descriptor 3, and no other descriptor.
///
/// Threads: belongs to one thread.
class Child {
 public:
  /// Starts it. Throws Error, with the file and the reason.
  explicit Child(const Program& program);
  /// Kills what still runs of its group, and waits for it.
  ~Child();

  int pid() const noexcept { return process_.pid.number(); }
  /// Readable, to poll, once the process ended.
  int pidfd() const noexcept { return process_.pidfd.get(); }
  /// The link; nothing after ask_to_end().
  cluster::LauncherLink* link() noexcept { return link_ ? &*link_ : nullptr; }
  /// True until reap().
  bool running() const noexcept { return running_; }
  /// True if its process runs another program than the one that was started (exec), and so has closed the link.
  bool replaced() const noexcept;
  const std::filesystem::path& log() const noexcept { return log_; }
  /// If somebody removed the log, puts a link in its place, to the file that the child still writes. The link serves
  /// while this lives.
  void restore_log() const noexcept;

  /// Closes the link: its end of file ends the child.
  void ask_to_end() { link_.reset(); }
  /// Kills its process group.
  void kill() noexcept;
  /// Waits for its end, kills what it left in its process group, and says how it ended: "signal 9 (Killed)", "exit
  /// status 3".
  std::string reap() noexcept;

 private:
  using Image = std::pair<std::uint64_t, std::uint64_t>;  // the file that a process runs: device and inode
  /// Nothing while the process ends.
  static std::optional<Image> image_of(int pid) noexcept;

  std::filesystem::path log_;
  cluster::Descriptor output_;  // the log
  cluster::Started process_;
  std::optional<Image> image_;
  bool running_ = true;
  std::optional<cluster::LauncherLink> link_;
};

/// The last lines that a child wrote to its log, to be put behind a message; empty if there are none.
std::string last_words(const std::filesystem::path& log);

}  // namespace enginery::tools
