// engine/engine_main.cpp: what the process of an engine does.
//
// Order of the start: listen, load plugins, register. The hub announces an engine only when it takes tasks, so a client
// never meets a door that is not open. An engine that takes another's place first imports again what that one had
// imported. The end: the launcher's socketpair comes to its end of file, or a signal; then
// the sockets' files are removed and the process ends with _exit, because closing NNG's sockets under traffic can hang.
#include "engine/engine_main.hpp"

#include <cxxabi.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include <fmt/format.h>

#include <enginery/connection.hpp>
#include <enginery/errors.hpp>

#include "core/cluster/descriptor.hpp"
#include "core/cluster/descriptor_limit.hpp"
#include "core/cluster/flight_recorder.hpp"
#include "core/cluster/hostname.hpp"
#include "core/cluster/pidfd.hpp"
#include "core/cluster/runtime_directory.hpp"
#include "core/modules/crash_stack.hpp"
#include "core/modules/loader.hpp"
#include "core/tasks/executor.hpp"
#include "engine/import_list.hpp"
#include "engine/last_words.hpp"
#include "engine/live_output.hpp"
#include "engine/output.hpp"
#include "engine/presence.hpp"
#include "engine/session_server.hpp"

namespace enginery::engine {
namespace {

/// The files in the runtime folder, which are gone when the engine has ended in order.
struct Sockets {
  std::string directory, tasks, bulk, printed, record;

  explicit Sockets(const std::filesystem::path& folder, const Uuid& uuid)
      : directory(folder.string()),
        tasks("e-" + uuid.text()),
        bulk("b-" + uuid.text()),
        printed("o-" + uuid.text()),
        record(cluster::FlightRecorder::place("", uuid)) {}
  SessionServer::Addresses addresses() const {
    return {cluster::ipc_address(directory, tasks), cluster::ipc_address(directory, bulk)};
  }
  std::string output_address() const { return cluster::ipc_address(directory, printed); }
  void remove() const {
    for (const std::string* name : {&tasks, &bulk, &printed, &record}) ::unlink((directory + "/" + *name).c_str());
  }
};

/// Waits until the launcher is gone, or without one the cluster's, or until a signal to end has come.
void wait_for_the_end(int launcher_fd, const ProcessId& cluster, const sigset_t& ending) {
  const cluster::Descriptor process(launcher_fd < 0 ? ::pidfd_open(cluster.pid, 0) : -1);
  const cluster::Descriptor signals(launcher_fd < 0 ? ::signalfd(-1, &ending, SFD_CLOEXEC) : -1);
  // End of file, or anything else from the launcher, which never speaks to engines, is the end.
  pollfd watched[] = {{launcher_fd, POLLIN, 0}, {process.get(), POLLIN, 0}, {signals.get(), POLLIN, 0}};
  while (::poll(watched, 3, -1) < 0 && errno == EINTR) {}
}

/// What a former engine of this id had imported: the file as it is now, or where that cannot be seen the copy of it.
void import_again(const ImportList::Import& plugin, modules::Loader& loader, ImportList& imports) {
  std::error_code none;
  const auto module = loader.import_file(std::filesystem::exists(plugin.file, none) ? plugin.file : plugin.copy);
  globals().set(module->name, modules::as_value(module));
  imports.add({module->name, module->file, module->copy});
}

/// A task that ends its thread ends this process: no other thread runs tasks, and none would answer for it.
wire::Outcome run(tasks::Executor& executor, const session::Running& task) try {
  return executor.run(task.body, task.bulk, task.session);
} catch (const abi::__forced_unwind&) {
  fmt::print(stderr,
             "enginery engine: a task ended the main thread (pthread_exit?), which ends the engine; return from "
             "the task instead\n");
  std::abort();
}

}  // namespace

int engine_main(const EngineOptions& options) try {
  cluster::raise_descriptor_limit();
  sigset_t ending;
  sigemptyset(&ending);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&ending, signal);
  if (options.launcher_fd < 0) pthread_sigmask(SIG_BLOCK, &ending, nullptr);
  // A task that writes to a pipe or socket whose other end is gone gets EPIPE, and does not end the engine. Caught and
  // not ignored: what a task starts gets the default back.
  ::signal(SIGPIPE, [](int) {});

  const Connection connection = Connection::load(options.connection_file);
  const Uuid uuid = Uuid::random();
  const Sockets sockets(connection.directory, uuid);
  LiveOutput live(uuid, sockets.output_address());
  cluster::FlightRecorder recorder(sockets.directory + "/" + sockets.record);
  Output output([&](const Output::Piece& piece) {
    if (piece.stream == wire::Stream::err) recorder.add(piece.text);
    live.publish(piece);
  });
  modules::prepare_crash_stack();
  const LastWords last_words([&](LastWords::By by) {
    output.spill([&](wire::Stream stream, std::string_view text) {
      if (stream == wire::Stream::err) recorder.add(text);
    });
    if (by == LastWords::By::signal) recorder.crashed();
  });
  const auto brought = std::make_shared<modules::BroughtModules>();
  const std::string self = std::filesystem::read_symlink("/proc/self/exe").string();
  modules::Loader loader(modules::Probe{.command = {self, "probe"}}, brought);
  std::optional<ImportList> imports;  // of an engine that can be started anew, once it has begun
  tasks::Executor executor(
      globals(), loader, [&](std::string_view name) { recorder.task_is(name); },
      [&](const ModuleNamespace& plugin) {
        if (imports) imports->add({plugin.name, plugin.file, plugin.copy});
      });
  SessionServer server(
      uuid, sockets.addresses(), session::Limits{}, brought,
      [&](const Uuid& mark) { output.catch_up([&] { live.mark(mark); }); },
      [&](const Uuid& session) { executor.forget(session); });

  std::atomic<bool> ends = false;
  std::atomic<const Presence*> present = nullptr;
  std::thread([&] {
    wait_for_the_end(options.launcher_fd, connection.launcher, ending);
    ends = true;
    const Presence* const presence = present;
    if (presence && options.launcher_fd < 0) presence->leave();
    sockets.remove();
    std::fflush(nullptr);
    // Launched engines lead a process group: what their tasks started ends with them.
    if (options.launcher_fd >= 0) ::kill(0, SIGKILL);
    ::_exit(0);
  }).detach();

  for (const std::string& plugin : options.load) executor.import(plugin);
  if (options.launcher_fd >= 0 && options.id) {
    imports.emplace(ImportList::place(sockets.directory, *options.id));
    imports->restore([&](const ImportList::Import& plugin) { import_again(plugin, loader, *imports); },
                     [](const std::string& words) {
                       fmt::print(stderr, "enginery engine: a plugin is not imported again: {}\n", words);
                     });
  }

  const ProcessId process = ProcessId::self();
  const SessionServer::Addresses addresses = sockets.addresses();
  Presence presence(connection.hub.requests,
                    {options.id.value_or(-1), uuid, static_cast<std::uint64_t>(process.pid), process.start,
                     addresses.tasks, addresses.bulk, cluster::own_hostname(), sockets.output_address()});
  server.set_id(presence.id());
  present = &presence;
  presence.keep([&](const std::string& words) {
    if (ends) return;
    fmt::print(stderr, "enginery engine: {}; this engine ends\n", words);
    sockets.remove();
    std::fflush(nullptr);
    ::_exit(1);
  });

  std::optional<session::Running> task = server.next();
  while (task) {
    output.begin(task->session, task->seq);
    recorder.task_begins(task->session, task->seq);
    wire::Outcome outcome = run(executor, *task);
    recorder.task_ends();
    Output::Texts printed = output.end();
    outcome.out = std::move(printed.out);
    outcome.err = std::move(printed.err);
    wire::Packed packed = tasks::pack(outcome, server.limits().inline_bytes);
    task.reset();
    task = server.finish_and_next(std::move(packed.body), std::move(packed.bulk));
  }
  return 0;
} catch (const std::exception& error) {
  fmt::print(stderr, "enginery engine: {}\n", error.what());
  std::fflush(nullptr);
  ::_exit(1);
}

}  // namespace enginery::engine
