// client/views/cluster.cpp: a launcher as a child process, held by a socketpair.
//
// Only this process has the other end of the launcher's socketpair. At its end of file the launcher ends the cluster.
// So this process stops the cluster by closing its end, and when it is killed, the kernel closes it. When all engines
// are ready, the launcher writes the connection file's path to the socketpair. If it fails, the reason is what it wrote
// to stderr, which is a pipe to this process. A launcher that is ready closes the pipe, so nobody has to read it for
// ever.
#include <enginery/cluster.hpp>

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <enginery/errors.hpp>
#include <enginery/uuid.hpp>

#include "client/views/command_file.hpp"
#include "core/clusters/runtime_directory.hpp"
#include "core/processes/descriptor.hpp"
#include "core/processes/pid.hpp"
#include "core/processes/spawn.hpp"

namespace enginery {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

/// How much longer than its own time limit the launcher gets: to give up by itself, or to end its children.
constexpr auto kGrace = 15s;
/// What the command takes at most.
constexpr std::chrono::milliseconds kLongestTimeout = 1'000'000s;

/// Waits until one of them is ready; false at the deadline.
template <std::size_t N>
bool wait_for(pollfd (&waits)[N], Clock::time_point deadline) {
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
    const int came = ::poll(waits, N, static_cast<int>(std::clamp<std::int64_t>(left, 0, 1'000'000'000)));
    if (came > 0) return true;
    if (came == 0 && left <= 0) return false;
    if (came < 0 && errno != EINTR) return false;
  }
}

/// Appends what has come to `text`; false at the end of file.
bool read_more(int fd, std::string& text) {
  char buffer[4096];
  const ssize_t got = ::read(fd, buffer, sizeof buffer);
  if (got > 0) text.append(buffer, static_cast<std::size_t>(got));
  return got > 0 || (got < 0 && errno == EINTR);
}

Error no_descriptors() {
  return Error("OSError",
               fmt::format("no descriptors for a cluster: {}. `ulimit -n` shows the limit", std::strerror(errno)));
}

std::chrono::milliseconds limit_of(const ClusterOptions& options) { return std::min(options.timeout, kLongestTimeout); }

std::vector<std::string> words_of(const ClusterOptions& options, const std::string& name) {
  std::vector<std::string> words{
      "start", "--fd", "3", "--name", name, "--timeout", fmt::format("{:.3f}", Seconds(limit_of(options)).count())};
  if (options.n) words.insert(words.end(), {"-n", std::to_string(*options.n)});
  if (!options.load.empty()) words.insert(words.end(), {"--load", fmt::format("{}", fmt::join(options.load, ","))});
  if (options.restart) words.push_back("--restart");
  return words;
}

void check(const ClusterOptions& options) {
  if (options.n && (*options.n < 0 || *options.n > 4096))
    throw ValueError(fmt::format("a cluster cannot have {} engines; ClusterOptions::n is 0 to 4096", *options.n));
  if (options.timeout <= 0ms)
    throw ValueError(
        fmt::format("no cluster starts within {} ms; give ClusterOptions::timeout more", options.timeout.count()));
}

}  // namespace

/// The child process `enginery start`.
class Cluster::Launcher {
 public:
  /// Returns when the cluster is ready. Throws ConnectionError with the child's words, and leaves nothing, if it fails.
  Launcher(const ClusterOptions& options, const std::string& name) {
    const cluster::Descriptor nothing(::open("/dev/null", O_WRONLY | O_CLOEXEC));
    cluster::Pipe err = cluster::Pipe::open();
    if (!nothing || !err) throw no_descriptors();
    process_ =
        cluster::spawn({command_file(options.command), words_of(options, name), nothing.get(), err.writing.get()});
    err.writing.reset();
    try {
      wait_until_ready(err.reading.get(), Clock::now() + limit_of(options) + kGrace, name);
    } catch (...) {
      end();
      throw;
    }
  }
  ~Launcher() { end(); }

  const std::filesystem::path& connection_file() const { return connection_file_; }

 private:
  void wait_until_ready(int words, Clock::time_point deadline, const std::string& name) {
    std::string said, path;
    bool speaks = true, holds = true;
    while (holds && !path.ends_with('\n')) {
      pollfd waits[]{{process_->link.get(), POLLIN, 0}, {speaks ? words : -1, POLLIN, 0}};
      if (!wait_for(waits, deadline)) break;
      if (waits[0].revents) holds = read_more(process_->link.get(), path);
      if (waits[1].revents) speaks = read_more(words, said);
    }
    if (path.ends_with('\n')) {
      path.pop_back();
      connection_file_ = path;
      return;
    }
    const bool ended = !holds;
    end(ended ? kGrace : Clock::duration(0));  // who does not answer has had it
    while (ended && speaks) speaks = read_more(words, said);
    constexpr std::string_view kPrefix = "enginery: ";
    if (said.starts_with(kPrefix)) said.erase(0, kPrefix.size());
    said.erase(said.find_last_not_of('\n') + 1);
    if (said.empty()) said = ended ? "its launcher ended without a word" : "its launcher does not answer";
    throw ConnectionError(fmt::format("cluster '{}' did not start: {}", name, said));
  }

  /// A SIGCHLD handler of the user's may already have taken the child's exit status. The pidfd never names another
  /// process.
  void end(Clock::duration grace = kGrace) noexcept {
    if (!process_) return;
    if (owner_ != ::getpid()) return process_.reset();  // in a forked child: the launcher belongs to the parent
    ::shutdown(process_->link.get(), SHUT_RDWR);        // also closes copies that forked children have
    pollfd ended[]{{process_->pidfd.get(), POLLIN, 0}};
    if (!wait_for(ended, Clock::now() + grace)) cluster::pidfd_send_signal(process_->pidfd.get(), SIGKILL);
    siginfo_t how;
    const auto pidfd = static_cast<id_t>(process_->pidfd.get());
    while (::waitid(cluster::kByPidfd, pidfd, &how, WEXITED) != 0 && errno == EINTR) {}
    process_.reset();
  }

  std::optional<cluster::Started> process_;
  const pid_t owner_ = ::getpid();
  std::filesystem::path connection_file_;
};

Cluster::Cluster(const ClusterOptions& options) {
  check(options);
  name_ = options.name.empty() ? fmt::format("own-{}-{}", ::getpid(), Uuid::random().text().substr(0, 8))
                               : cluster::cluster_name(options.name);
  launcher_ = std::make_unique<Launcher>(options, name_);
  connection_file_ = launcher_->connection_file();
}

Cluster::~Cluster() = default;
Cluster::Cluster(Cluster&&) noexcept = default;
Cluster& Cluster::operator=(Cluster&&) noexcept = default;

Client Cluster::client() const {
  if (!launcher_) throw ConnectionError(fmt::format("cluster '{}' is stopped; make a new enginery::Cluster", name_));
  return Client(ClientOptions{.file = connection_file_});
}

void Cluster::stop() noexcept { launcher_.reset(); }

}  // namespace enginery
