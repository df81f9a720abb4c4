// launcher/launcher.hpp: starts a hub and engines, watches them, and ends them.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/clusters/runtime_directory.hpp"
#include "launcher/child.hpp"

namespace enginery::tools {

struct LaunchOptions {
  /// Empty: $ENGINERY_CLUSTER, or "default".
  std::string name;
  int engines = 1;
  /// Plugins that every engine imports at start.
  std::vector<std::string> load;
  /// An engine that dies is started anew, under its id, until it died so often in a row; 0: never.
  int restart = 0;
  /// Where hub and engines listen for other hosts: "HOST" or "HOST:PORT"; empty: they do not.
  std::string listen;
  /// Listen in the clear, without asking who comes.
  bool insecure = false;
  /// Bytes that the tasks of an engine may take; 0: as much as there is.
  std::uint64_t memory_limit = 0;
  /// How long the start may take, until all engines take tasks.
  std::chrono::milliseconds timeout{60'000};
  /// The command `enginery`, which the children run.
  std::filesystem::path command;
  /// True: the children's output goes to files in the runtime folder.
  bool logs = false;
  /// A pipe or socket of the process that wants the cluster: when its other end is closed, the cluster ends. -1: none.
  int owner_fd = -1;
  /// True: the owner counts only until all is ready.
  bool owner_lets_go = false;
  /// Called once, when all engines take tasks.
  std::function<void(const Connection&)> on_ready;
  /// Called when somebody removed launcher.log from the runtime folder. Only with `logs`.
  std::function<void(const Connection&)> on_lost_log;
};

/// One cluster of this host, from start to end. It never touches NNG, since NNG and new processes do not mix.
///
/// Threads: belongs to one thread, which blocks SIGINT, SIGTERM and SIGHUP from then on.
class Launcher {
 public:
  /// Takes the runtime folder. Throws ConnectionError (a cluster of that name runs) or ValueError (no name).
  explicit Launcher(LaunchOptions options);
  /// Ends what still runs, then removes the runtime folder.
  ~Launcher();

  /// Runs the cluster until a signal or its owner ends it. Progress goes to stdout, troubles to stderr. Returns 0 after
  /// a stop that was asked for, 128 + the signal that came before all engines were ready, 1 if the start failed or the
  /// hub died again and again.
  int run();
  const std::filesystem::path& directory() const noexcept { return directory_.path(); }
  /// Why run() gave 1; empty if it did not, or has thrown.
  const std::string& failure() const noexcept { return failure_; }

 private:
  using Clock = std::chrono::steady_clock;
  /// How long children have to end before they are killed; an engine takes five seconds at most.
  static constexpr std::chrono::seconds kGrace{7};
  /// How often the folder is looked after.
  static constexpr std::chrono::seconds kLookInterval{1};
  struct Engine {
    Engine(Program what, int deaths) : program(std::move(what)), policy(deaths) {}
    Program program;
    /// None between a death and the next start, and after it was given up.
    std::optional<Child> process{};
    /// That of the process, once it takes tasks.
    std::optional<Uuid> uuid{};
    RestartPolicy policy;
    /// When it is to be started anew.
    std::optional<Clock::time_point> start_at{};
    /// When it is killed if it has not ended as asked.
    std::optional<Clock::time_point> kill_at{};
    /// Why it was ended on request, in the words for its death; empty if it was not.
    std::string asked{};
    /// Its process was found to run another program.
    bool replaced = false;
    /// Its process has closed its end of the link, which is not polled any more.
    bool unlinked = false;
    /// The last death, for a hub that starts after it.
    std::optional<cluster::Died> death{};
  };

  // The hub.
  void start_hub();
  /// Starts a hub that follows one that died.
  void restart_hub();
  void hear_hub();
  void on(const cluster::Listening& listening);
  void on(const cluster::Registered& registered);
  void on(const cluster::Died& died);
  void on(const cluster::Restart& restart);
  void on(const cluster::Spawned&) {}  // only the launcher sends this
  void on(const cluster::Resumed&) {}  // likewise
  void hub_ended();
  /// Tells a hub what the former one knew.
  void resume(cluster::LauncherLink& link);
  void tell_hub(const cluster::LauncherMessage& message);

  // The engines.
  void add_engines();
  void start_engine(int id);
  void engine_ended(int id);
  /// Its link came to its end: it is ending, or a task has replaced its program by one that answers nobody.
  void engine_unlinked(int id);
  /// Starts and kills what is due.
  void serve_engines(Clock::time_point now);

  /// Puts back what somebody removed of the runtime folder, or ends the cluster.
  void look_after_folder();

  /// Waits for the next event, and handles all there are.
  void turn();
  int patience() const;
  void ready_if_all_are();
  void too_late();
  /// The number of a signal that came, or 0.
  int take_signal();
  void fail(const std::string& words);
  void end_children();
  std::filesystem::path log_of(const std::string& child) const;

  LaunchOptions options_;
  cluster::RuntimeDirectory directory_;
  cluster::Descriptor signals_;
  Connection connection_;
  Clock::time_point started_, next_look_;
  bool ready_ = false;
  /// The status to end with, once the end has begun.
  std::optional<int> outcome_;
  std::string failure_;
  std::optional<Child> hub_;
  bool hub_listens_ = false;
  RestartPolicy hub_policy_{6};  // within 4 s
  std::optional<Clock::time_point> hub_start_at_;
  std::map<int, Engine> engines_;
  /// What the hub said of each engine that is there, also of those that joined by themselves.
  std::map<int, cluster::Registered> registered_;
  int next_id_ = 0;
};

/// Runs a Launcher in a process and session of its own. Returns twice: to the command, 0 once all engines are ready or
/// 1 after the words of the failure; in the launcher's process at the end of the cluster, with the status to exit with.
/// If the command is killed before the cluster is ready, the cluster ends. Requires: one thread.
int start_in_background(LaunchOptions options);

/// From now on, what this process writes goes to the launcher's log in the cluster's folder.
void turn_to_log(const Connection& connection);

/// How many cores this process may use by its affinity, and by the quota of its control group and of those around it:
/// whole cores, at least one. `root`: in place of "/", for tests.
int allowed_cores(const std::filesystem::path& root = "/");

/// What the launcher says of its progress, to stdout.
void say(const std::string& words);
/// And of troubles, to stderr.
void warn(const std::string& words);

}  // namespace enginery::tools
