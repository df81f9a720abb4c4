// core/modules/probe.cpp: opening a plugin in a process that may die of it.
//
// dlopen runs static constructors, which may abort, throw, exit, hang, or write anywhere. So a build that is new to a
// host is first opened by a process of its own, the probe. The probe says "opened" by an exit status that no
// constructor gives by chance; every other end is a refusal. A pidfd tells when the probe has ended, so the program
// keeps its SIGCHLD and its timers. The probe's stderr is read until that end, not until the pipe is closed: a
// grandchild may keep the pipe open. A program that ignores SIGCHLD gets no exit status; there the last byte on the
// probe's link says the same. The link is read all the time: a socket holds only a few hundred single bytes, and a full
// one would stop the probe.
//
// Code that registers itself, as protobuf's generated files do, may come into a process once; the second time it ends
// the process. So the probe first opens what this process has loaded of the user's own, and writes a byte after each. A
// file that cannot be opened twice on a host, such as a library that locks a file, is left out. If the new module then
// ends the probe, but can be opened alone, a binary search finds how many of the loaded files it takes: the last of
// them is the one that the module collides with.
#include "core/modules/probe.hpp"

#include <dlfcn.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <enginery/errors.hpp>

#include "core/modules/shared_object.hpp"
#include "core/processes/descriptor.hpp"
#include "core/processes/pid.hpp"
#include "core/processes/spawn.hpp"

namespace enginery::modules {
namespace {

constexpr int kOpened = 83, kRefused = 84;
/// The link of spawn(). The probe writes kTried to it for each file that it has tried, and its exit status at the end.
constexpr int kProgress = STDERR_FILENO + 1;
constexpr char kTried = '+';
constexpr const char* kSearchVariable = "LD_LIBRARY_PATH";
/// So many of the loaded files are left out one by one when the probe cannot open them; then all are.
constexpr int kMostLeftOut = 8;

[[noreturn]] void refuse(const std::string& file, const std::string& problem, const std::string& remedy) {
  throw PluginLoadError(LoadStage::dlopen, file, problem, remedy);
}

/// This process's, with `folders` before what LD_LIBRARY_PATH holds.
std::vector<std::string> environment(const std::vector<std::string>& folders) {
  std::vector<std::string> variables;
  const std::string prefix = std::string(kSearchVariable) + '=';
  for (char** variable = environ; *variable; ++variable)
    if (folders.empty() || !std::string_view(*variable).starts_with(prefix)) variables.emplace_back(*variable);
  if (!folders.empty()) {
    const char* before = std::getenv(kSearchVariable);
    variables.push_back(
        fmt::format("{}{}{}{}", prefix, fmt::join(folders, ":"), before ? ":" : "", before ? before : ""));
  }
  return variables;
}

/// What a process last wrote: the end of it, read as it comes.
class LastWords {
 public:
  explicit LastWords(int from) : from_(from) { fcntl(from_, F_SETFL, O_NONBLOCK); }

  /// Takes what is there, without waiting. False when nothing will come any more.
  bool collect() {
    char buffer[4096];
    for (;;) {
      const ssize_t got = read(from_, buffer, sizeof buffer);
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) return got < 0 && errno == EAGAIN;
      text_.append(buffer, static_cast<std::size_t>(got));
      if (text_.size() > 2 * kKept) text_.erase(0, text_.size() - kKept);
    }
  }

  int from() const { return from_; }
  /// What is kept.
  std::string_view text() const { return text_; }

  std::string last_line() const {
    const std::size_t end = text_.find_last_not_of(" \n\r\t");
    if (end == std::string::npos) return {};
    const std::size_t before = text_.find_last_of('\n', end);
    const std::size_t start = text_.find_first_not_of(" \t", before == std::string::npos ? 0 : before + 1);
    return text_.substr(start, end + 1 - start);
  }

 private:
  static constexpr std::size_t kKept = 8192;
  int from_;
  std::string text_;
};

/// Waits for the end of a process, at most `limit`; collects `words` and `steps` meanwhile, so that none of them stops
/// it. False when the time is over.
bool wait_for_end(const cluster::Descriptor& process, std::chrono::milliseconds limit, LastWords& words,
                  LastWords& steps) {
  using Clock = std::chrono::steady_clock;
  const Clock::time_point deadline = Clock::now() + limit;
  pollfd events[] = {{process.get(), POLLIN, 0}, {words.from(), POLLIN, 0}, {steps.from(), POLLIN, 0}};
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
    if (left <= 0) return false;
    const int ready = poll(events, std::size(events), static_cast<int>(left));
    if (ready < 0 && errno != EINTR) return false;
    if (ready <= 0) continue;
    if (events[1].revents && !words.collect()) events[1].fd = -1;  // poll skips negative ones
    if (events[2].revents && !steps.collect()) events[2].fd = -1;
    if (events[0].revents) {
      words.collect();
      return true;
    }
  }
}

/// What became of a process that was to open files.
struct Tried {
  bool opened = false;
  bool late = false;       ///< it was killed when its time was over
  bool refused = false;    ///< by the dynamic linker, whose words these are
  std::size_t beside = 0;  ///< how many of the files before the last were tried
  std::string how;         ///< it ended: "killed the probe process by SIGABRT (Aborted)"
  std::string words;

  std::string saying() const { return words.empty() ? "" : fmt::format(", saying \"{}\"", words); }
};

constexpr const char* kConstructors =
    "Its static constructors, which run when it is loaded, do this: move that work into ENGINERY_PLUGIN's body, a "
    "program's main, or a task";

using Beside = std::span<const LoadedFile>;

/// Opens the same file each time, after others.
struct Trial {
  const Probe& probe;
  const std::string& file;
  const std::string& loaded;
  const std::vector<std::string>& folders;

  Tried operator()(Beside beside) const {
    cluster::Pipe err = cluster::Pipe::open();
    const cluster::Started process = start(beside, err.writing.get());
    err.writing.reset();

    LastWords words(err.reading.get()), steps(process.link.get());
    const bool ended = wait_for_end(process.pidfd, probe.time_limit, words, steps);
    if (!ended) cluster::signal_group(process.pid, SIGKILL);
    const int status = cluster::reap(process.pid);
    steps.collect();
    const auto beside_it = static_cast<std::size_t>(std::ranges::count(steps.text(), kTried));
    Tried tried{.late = !ended, .beside = beside_it, .how = {}, .words = words.last_line()};
    if (!ended)
      tried.how = fmt::format("did not end within {} s", std::chrono::duration<double>(probe.time_limit).count());
    else if (status == -1)
      tried.how = "ended the probe process (SIGCHLD is ignored in this process, so it is not told how)";
    else if (WIFSIGNALED(status))
      tried.how = fmt::format("killed the probe process by SIG{} ({})", sigabbrev_np(WTERMSIG(status)),
                              sigdescr_np(WTERMSIG(status)));
    else
      tried.how = fmt::format("ended the probe process (exit status {})", WEXITSTATUS(status));
    const auto says = [&](int exit_status) {
      if (status == -1) return steps.text().ends_with(static_cast<char>(exit_status));
      return WIFEXITED(status) && WEXITSTATUS(status) == exit_status;
    };
    tried.opened = ended && says(kOpened);
    tried.refused = ended && says(kRefused);
    return tried;
  }

  cluster::Started start(Beside beside, int err) const try {
    const cluster::Descriptor nothing(open("/dev/null", O_WRONLY | O_CLOEXEC));
    if (err < 0 || !nothing) throw Error("OSError", std::strerror(errno));
    std::vector<std::string> arguments(probe.command.begin() + 1, probe.command.end());
    for (const LoadedFile& one : beside) arguments.push_back(one.path);
    arguments.push_back(loaded);
    return cluster::spawn({.file = probe.command.front(),
                           .arguments = std::move(arguments),
                           .out = nothing.get(),
                           .err = err,
                           .name = probe.command.front(),
                           .environment = environment(folders)});
  } catch (const Error& error) {
    refuse(file, fmt::format("cannot start the probe process: {}", error.what()),
           "Install enginery completely, the command `enginery` opens new plugins first, and close some files");
  }
};

[[noreturn]] void refuse(const std::string& file, const std::string& loaded, const Tried& tried) {
  if (tried.refused) throw_dl_error(file, loaded, tried.words);
  refuse(file, fmt::format("loading it {}{}", tried.how, tried.saying()), kConstructors);
}

[[noreturn]] void refuse_beside(const std::string& file, const LoadedFile& other, const Tried& tried) {
  if (tried.refused)
    refuse(file,
           fmt::format("the dynamic linker cannot have it beside {}, which this process has loaded: {}", other.file,
                       tried.words),
           "Alone it can be loaded: use an engine that has not loaded the other one");
  const bool older = std::filesystem::path(other.file).filename() == std::filesystem::path(file).filename();
  refuse(file,
         fmt::format("loading it beside {}{}, which this process has loaded, {}{}; alone it can be loaded",
                     older ? "an older build of it, " : "", other.file, tried.how, tried.saying()),
         std::string("Both hold code that registers itself when it is loaded, which a process takes once, such as a "
                     ".pb.cc file or flags: put that code into a shared library of its own, which both link") +
             (older ? ". Or restart the engine: rc.restart(id, {.keep = true}) and `enginery restart ID --keep` import "
                      "its plugins again and keep the variables that can travel"
                    : ""));
}

}  // namespace

void Probe::open(const std::string& file, const std::string& loaded, const std::vector<std::string>& folders,
                 std::span<const LoadedFile> beside) const {
  const Trial trial{*this, file, loaded, folders};
  std::vector<LoadedFile> others(beside.begin(), beside.end());
  Tried tried = trial(others);
  for (int left = kMostLeftOut; !tried.opened && tried.beside < others.size(); tried = trial(others)) {
    if (left-- > 0 && !tried.late)
      others.erase(others.begin() + static_cast<std::ptrdiff_t>(tried.beside));
    else
      others.clear();
  }
  if (tried.opened) return;
  if (others.empty()) refuse(file, loaded, tried);
  if (const Tried alone = trial({}); !alone.opened) refuse(file, loaded, alone);
  std::size_t fits = 0, collides = others.size();
  while (collides - fits > 1) {
    const std::size_t middle = fits + (collides - fits) / 2;
    const Tried some = trial(Beside(others).first(middle));
    some.opened ? fits = middle : collides = middle;
    if (!some.opened) tried = some;
  }
  refuse_beside(file, others[collides - 1], tried);
}

}  // namespace enginery::modules

int enginery::probe_main(std::span<const std::string> files) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
  fcntl(modules::kProgress, F_SETFD, FD_CLOEXEC);
  for (const std::string& file : files.first(files.size() - 1)) {
    dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);  // what this process cannot have is left out
    [[maybe_unused]] const ssize_t said = write(modules::kProgress, &modules::kTried, 1);
  }
  int status = modules::kOpened;
  if (!dlopen(files.back().c_str(), RTLD_NOW | RTLD_LOCAL)) {
    std::fprintf(stderr, "\n%s\n", dlerror());
    std::fflush(stderr);
    status = modules::kRefused;
  }
  const auto last = static_cast<char>(status);
  [[maybe_unused]] const ssize_t said = write(modules::kProgress, &last, 1);
  _exit(status);
}
