// engine/engine_main.cpp: what the process of an engine does.
//
// Order of the start: listen, load plugins, register. The hub announces an engine only when it takes tasks, so a client
// never meets a door that is not open. An engine that takes another's place first imports again what that one had
// imported. The end (ending.cpp): the launcher's socketpair comes to its end of file, or a signal; then no task begins
// any more, the user's objects are dropped, and the process leaves by exit(). The sockets are never closed, because
// closing NNG's under traffic can hang.
#include "engine/engine_main.hpp"

#include <cxxabi.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include <fmt/format.h>

#include <enginery/connection.hpp>
#include <enginery/errors.hpp>

#include "core/clusters/hub_addresses.hpp"
#include "core/diagnosis/crash_stack.hpp"
#include "core/diagnosis/flight_recorder.hpp"
#include "core/diagnosis/log.hpp"
#include "core/loading/loader.hpp"
#include "core/processes/descriptor.hpp"
#include "core/processes/descriptor_limit.hpp"
#include "core/processes/floating_point_scope.hpp"
#include "core/processes/host.hpp"
#include "core/processes/pid.hpp"
#include "core/processes/pidfd.hpp"
#include "core/tasks/executor.hpp"
#include "core/transport/forked.hpp"
#include "engine/descriptor_reserve.hpp"
#include "engine/ending.hpp"
#include "engine/ending_signals.hpp"
#include "engine/import_list.hpp"
#include "engine/kept_handlers.hpp"
#include "engine/last_words.hpp"
#include "engine/live_output.hpp"
#include "engine/memory_limit.hpp"
#include "engine/output.hpp"
#include "engine/presence.hpp"
#include "engine/session_server.hpp"
#include "engine/sockets.hpp"

namespace enginery::engine {
namespace {

/// Milliseconds in which somebody must read what an engine that joined by itself says.
constexpr int kPatienceWithReaders = 100;

/// Waits until the launcher is gone, or without one the cluster's (where its pid is known), or until there is a signal
/// to be read.
void wait_for_the_end(int launcher_fd, const std::optional<ProcessId>& cluster, int signals) {
  const cluster::Descriptor process(launcher_fd < 0 && cluster ? cluster::pidfd_open(cluster->pid) : -1);
  if (launcher_fd < 0 && cluster && !cluster->alive()) return;  // a later process may have its pid
  // End of file, or anything else from the launcher, which never speaks to engines, is the end.
  pollfd watched[] = {{launcher_fd, POLLIN, 0}, {process.get(), POLLIN, 0}, {signals, POLLIN, 0}};
  while (::poll(watched, 3, -1) < 0 && errno == EINTR) {}
}

/// What a former engine of this id had imported: the file as it is now, or where that cannot be seen the copy of it.
void import_again(const ImportList::Import& plugin, modules::Loader& loader, tasks::Executor& executor) {
  std::error_code none;
  const auto module = loader.import_file(std::filesystem::exists(plugin.file, none) ? plugin.file : plugin.copy);
  executor.import(module->name, module);
}

/// What clients must know of this engine. Begins to listen for other hosts.
wire::EngineEntry entry_of(const EngineOptions& options, const Uuid& uuid, const Sockets& sockets,
                           SessionServer& server, LiveOutput& live) {
  const ProcessId process = ProcessId::self();
  const cluster::Host& host = cluster::Host::self();
  wire::EngineEntry entry;
  entry.id = options.id.value_or(-1);
  entry.uuid = uuid;
  entry.pid = static_cast<std::uint64_t>(process.pid);
  entry.start = process.start;
  entry.hostname = host.name;
  entry.boot = host.boot;
  entry.pid_namespace = host.pids;
  if (sockets.has_folder()) {
    entry.endpoint = sockets.local().tasks.url;
    entry.bulk_endpoint = sockets.local().bulk.url;
    entry.output_endpoint = sockets.local().output.url;
  }
  if (const auto& remote = sockets.remote()) {
    const SessionServer::Addresses bound = server.listen(remote->tasks, remote->bulk);
    entry.remote_endpoint = bound.tasks;
    entry.remote_bulk_endpoint = bound.bulk;
    entry.remote_output_endpoint = live.listen(remote->output);
  }
  return entry;
}

/// A task that ends its thread ends this process: no other thread runs tasks, and none would answer for it.
wire::Outcome run(tasks::Executor& executor, const session::Running& task) try {
  wire::Outcome outcome = executor.run(task.body, task.bulk, task.session);
  if (transport::forked()) {
    // A child that the task forked and that returned from it: only the parent is an engine.
    std::fflush(nullptr);
    ::_exit(outcome.failure ? 1 : 0);
  }
  return outcome;
} catch (const abi::__forced_unwind&) {
  fmt::print(stderr,
             "enginery engine: a task ended the main thread (pthread_exit?), which ends the engine; return from "
             "the task instead\n");
  std::abort();
}

/// No argument is larger than all that its task could have.
session::Limits limits_of(const EngineOptions& options) {
  session::Limits limits;
  limits.standstill = std::chrono::seconds(3);  // the server looks each second
  const auto machine =
      static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES)) * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  limits.largest_task = options.memory_limit > 0 ? std::min(options.memory_limit, machine) : machine;
  return limits;
}

[[noreturn]] void fail(const std::exception& error) {
  fmt::print(stderr, "enginery engine: {}\n", error.what());
  std::fflush(nullptr);
  ::_exit(1);
}

}  // namespace

int engine_main(const EngineOptions& options) try {
  cluster::raise_descriptor_limit();
  std::optional<EndingSignals> ending;
  if (options.launcher_fd < 0) ending.emplace();
  // What a task starts does not hold it, and a program that replaces this one closes it: so the launcher knows.
  if (options.launcher_fd >= 0) ::fcntl(options.launcher_fd, F_SETFD, FD_CLOEXEC);
  DescriptorReserve descriptors;
  // A task that writes to a pipe or socket whose other end is gone gets EPIPE, and does not end the engine. Caught and
  // not ignored: what a task starts gets the default back.
  ::signal(SIGPIPE, [](int) {});

  const Connection connection = Connection::load(options.connection_file);
  if (options.launcher_fd < 0)
    if (const std::string remark = cluster::remark_on_clear_text(connection); !remark.empty())
      fmt::print(stderr, "enginery: {}\n", remark);
  connection.make_own(options.connection_file);  // Client{} in a task is a client of this engine's cluster
  const Uuid uuid = Uuid::random();
  // Before tasks get descriptors 1 and 2.
  const cluster::Descriptor out(::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
  const auto say = [&out](const std::string& words) {
    write_all(out.get(), fmt::format("enginery: {}\n", words), kPatienceWithReaders);
  };
  cluster::Log log(options.id ? fmt::format("engine {}", *options.id) : fmt::format("engine of pid {}", ::getpid()));
  const Sockets sockets(connection, uuid, options.listen);
  LiveOutput live(uuid, sockets.local().output.url);
  cluster::FlightRecorder recorder(sockets.record());
  if (!sockets.has_folder()) sockets.remove();  // nobody else could read what was recorded
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
  KeptHandlers handlers;
  const auto brought = std::make_shared<modules::BroughtModules>();
  const std::string self = std::filesystem::read_symlink("/proc/self/exe").string();
  modules::Loader loader(modules::Probe{.command = {self, "probe"}}, brought);
  std::optional<ImportList> imports;  // of an engine that can be started anew, once it has begun
  tasks::Executor executor(
      globals(), loader, uuid,
      [&](std::string_view name) {
        recorder.task_is(name);
        log.debug("it runs {}", name);
      },
      [&](const ModuleNamespace& plugin) {
        if (imports) imports->add({plugin.name, plugin.file, plugin.copy});
      });
  SessionServer server(
      uuid, {sockets.local().tasks.url, sockets.local().bulk.url}, limits_of(options), brought,
      [&](const Uuid& mark) { output.catch_up([&] { live.mark(mark); }); },
      [&](const Uuid& session) {
        executor.forget(session);
        log.info("session {} has ended", session);
      });

  const bool same_pids = cluster::Host::self().same_pids(cluster::host_of(connection));
  const bool launched = options.launcher_fd >= 0;
  const auto remove_files = [&] {
    launched ? sockets.leave_record() : sockets.remove();  // what it ran when it had to go is news
  };
  Ending ends({.stop = [&] { server.stop(); },
               .lost = [&](const std::string& words) { log.warn("{}", words); },
               .last =
                   [&] {
                     remove_files();
                     // Launched engines lead a process group: what their tasks started ends with them.
                     if (launched) cluster::kill_own_group();
                   }});
  std::atomic<const Presence*> present = nullptr;
  std::thread([&] {
    wait_for_the_end(options.launcher_fd, same_pids ? std::optional(connection.launcher) : std::nullopt,
                     ending ? ending->fd() : -1);
    if (ending)
      std::thread([&] {
        ending->wait_for_second();
        ends.hurry(0);
      }).detach();
    const Presence* const presence = present;
    if (presence && !launched) presence->leave();
    ends.begin(0);
  }).detach();
  // From here on, errors end the process before what that thread uses is destroyed.
  std::optional<Presence> presence;
  try {
    for (const std::string& plugin : options.load) executor.import(plugin);
    if (options.launcher_fd >= 0 && options.id) {
      imports.emplace(ImportList::place(connection.directory, *options.id));
      imports->restore([&](const ImportList::Import& plugin) { import_again(plugin, loader, executor); },
                       [](const std::string& words) {
                         fmt::print(stderr, "enginery engine: a plugin is not imported again: {}\n", words);
                       });
    }
    handlers.put_back();

    presence.emplace(cluster::hub_addresses(connection).requests, entry_of(options, uuid, sockets, server, live));
    server.set_id(presence->id());
    MemoryLimit memory(options.memory_limit);
    present = &*presence;
    // Where the launcher's process cannot be seen, silence is all that tells that the cluster has ended.
    const bool listens = options.launcher_fd < 0 && !same_pids;
    presence->keep(listens ? std::optional(options.without_hub) : std::nullopt,
                   [&](Presence::End end, const std::string& words) {
                     const bool normal = end == Presence::End::cluster_ended;
                     if (ends.begun() || (normal && launched)) return;  // which the thread above ends
                     normal ? say(words) : log.error("{}; this engine ends", words);
                     ends.begin(normal ? 0 : 1);
                   });

    if (options.launcher_fd < 0)
      say(fmt::format("engine {} of cluster '{}' takes tasks; Ctrl-C ends it", presence->id(), connection.cluster));
    log.info("engine {} takes tasks: uuid {}, pid {}", presence->id(), uuid, ::getpid());
    // Everything of a task has its end in here, not when the next one comes.
    const auto perform = [&](session::Running task) {
      const FloatingPointScope scope;  // outlives what the task leaves: its arguments and its result have destructors
      log.debug("task {} of session {} begins", task.seq, task.session);
      recorder.task_begins(task.session, task.seq);
      output.begin(task.session, task.seq);  // from here on it records
      memory.task_begins();
      descriptors.task_begins();
      wire::Outcome outcome = run(executor, task);
      handlers.put_back();
      descriptors.task_ends();
      memory.task_ends();
      Output::Texts printed = output.end();
      recorder.task_ends();
      outcome.out = std::move(printed.out);
      outcome.err = std::move(printed.err);
      wire::Packed packed = tasks::pack(outcome, server.limits().inline_bytes);
      log.debug("task {} of session {} has ended: {}", task.seq, task.session,
                outcome.failure ? std::string_view(outcome.failure->ename) : "no error");
      server.finish(std::move(packed.body), std::move(packed.bulk), executor.keeps_for(task.session));
    };
    while (std::optional<session::Running> task = server.next()) perform(*std::move(task));
    ends.finish([&] {
      executor.clear();
      loader.clear();
      remove_files();
      if (launched) cluster::kill_own_group_after_this();  // the launcher may be dead
    });
  } catch (const std::exception& error) {
    output.spill([](wire::Stream, std::string_view) {});
    remove_files();
    fail(error);
  }
} catch (const std::exception& error) {
  fail(error);
}

}  // namespace enginery::engine
