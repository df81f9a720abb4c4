// engine/engine.cpp: an engine, from its start to its end.
//
// Order of the start: listen, import plugins, register. The hub announces an engine only when it takes tasks, so no
// client connects to an engine that does not listen yet. An engine that takes another's place first imports the plugins
// that the other one had imported.
//
// The end (ending.cpp) begins when the launcher's socketpair comes to its end of file, or at a signal. Then no task
// begins any more, the user's objects are dropped, and the process leaves by exit(). The sockets are never closed,
// because closing NNG's under traffic can hang.
#include "engine/engine.hpp"

#include <cxxabi.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "core/processes/floating_point_scope.hpp"
#include "core/processes/host.hpp"
#include "core/processes/pid.hpp"
#include "core/transport/forked.hpp"

namespace enginery::engine {
namespace {

/// Milliseconds for which an engine that joined by itself waits for a reader of its words.
constexpr int kPatienceWithReaders = 100;

/// The file that the user chose. Client{} in a task is then a client of this engine's cluster.
Connection load_connection(const EngineOptions& options) {
  Connection connection = Connection::load(options.connection_file);
  if (options.launcher_fd < 0)
    if (const std::string remark = cluster::remark_on_clear_text(connection); !remark.empty())
      fmt::print(stderr, "enginery: {}\n", remark);
  connection.make_own(options.connection_file);
  return connection;
}

/// No argument can be larger than the memory that its task may take.
session::Limits limits_of(const EngineOptions& options) {
  session::Limits limits;
  limits.standstill = std::chrono::seconds(3);  // the server looks each second
  const auto machine =
      static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES)) * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  limits.largest_task = options.memory_limit > 0 ? std::min(options.memory_limit, machine) : machine;
  return limits;
}

/// Waits until the launcher is gone that started this engine, or else the cluster's launcher where its process can be
/// seen; or until a signal can be read.
void wait_for_the_end(int launcher_fd, const std::optional<ProcessId>& cluster, int signals) {
  const cluster::Descriptor process(launcher_fd < 0 && cluster ? cluster::pidfd_open(cluster->pid) : -1);
  if (launcher_fd < 0 && cluster && !cluster->alive()) return;  // a later process may have its pid
  // The launcher never sends anything to engines, so whatever comes, also end of file, is the end.
  pollfd watched[] = {{launcher_fd, POLLIN, 0}, {process.get(), POLLIN, 0}, {signals, POLLIN, 0}};
  while (::poll(watched, 3, -1) < 0 && errno == EINTR) {}
}

/// Ends a child that a task forked, and that returned from the task, or from an item of a map. Only the parent is an
/// engine.
void end_if_forked(int status) {
  if (!transport::forked()) return;
  std::fflush(nullptr);
  ::_exit(status);
}

/// Says what happened, and ends the process.
[[noreturn]] void fail(const std::exception& error) {
  fmt::print(stderr, "enginery engine: {}\n", error.what());
  std::fflush(nullptr);
  ::_exit(1);
}

}  // namespace

Engine::Engine(const EngineOptions& options)
    : options_(options),
      launched_(options.launcher_fd >= 0),
      signals_(launched_ ? std::nullopt : std::optional<EndingSignals>(std::in_place)),
      connection_(load_connection(options)),
      sees_cluster_(cluster::launcher_lives(connection_).has_value()),
      out_(::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1)),
      log_(options.id ? fmt::format("engine {}", *options.id) : fmt::format("engine of pid {}", ::getpid())),
      sockets_(connection_, uuid_, options.listen),
      live_(uuid_, sockets_.local().output.url),
      recorder_(sockets_.record()),
      output_([this](const Output::Piece& piece) {
        if (piece.stream == wire::Stream::err) recorder_.add(piece.text);
        live_.publish(piece);
      }),
      last_words_([this](LastWords::By by) {
        output_.spill([this](wire::Stream stream, std::string_view text) {
          if (stream == wire::Stream::err) recorder_.add(text);
        });
        if (by == LastWords::By::signal) recorder_.crashed();
      }),
      loader_(modules::Probe{.command = {std::filesystem::read_symlink("/proc/self/exe").string(), "probe"}}, brought_),
      executor_(
          globals(), loader_, uuid_,
          [this](std::string_view name) {
            recorder_.task_is(name);
            log_.debug("it runs {}", name);
          },
          [this](const ModuleNamespace& plugin) {
            if (imports_) imports_->add({plugin.name, plugin.file, plugin.copy});
          },
          [this](std::size_t item) {
            end_if_forked(0);
            recorder_.item_begins(item);
          }),
      server_(
          uuid_, {sockets_.local().tasks.url, sockets_.local().bulk.url}, limits_of(options), brought_,
          [this](const Uuid& mark) { output_.catch_up([&] { live_.mark(mark); }); },
          [this](const Uuid& session, session::Farewell why) {
            executor_.forget(session);
            if (why == session::Farewell::bye) recorder_.session_ends(session);
            log_.info("session {} has ended", session);
          }),
      ending_({.stop = [this] { server_.stop(); },
               .lost = [this](const std::string& words) { log_.warn("{}", words); },
               .last =
                   [this] {
                     remove_files();
                     // Launched engines lead a process group: what their tasks started ends with them.
                     if (launched_) cluster::kill_own_group();
                   }}) {
  if (!sockets_.has_folder()) sockets_.remove();  // no other process could read the record
}

void Engine::run() {
  watch_for_the_end();
  // From here on an error ends the process at once, before the members that this thread uses are destroyed.
  try {
    import_plugins();
    join();
    while (std::optional<session::Running> task = server_.next()) perform(*std::move(task));
    ending_.finish([this] {
      executor_.clear();
      loader_.clear();
      remove_files();
      if (launched_) cluster::kill_own_group_after_this();  // a launcher that lives does it, too; it may be dead
    });
  } catch (const std::exception& error) {
    output_.spill([](wire::Stream, std::string_view) {});
    remove_files();
    fail(error);
  }
}

void Engine::watch_for_the_end() {
  std::thread([this] {
    wait_for_the_end(options_.launcher_fd, sees_cluster_ ? std::optional(connection_.launcher) : std::nullopt,
                     signals_ ? signals_->fd() : -1);
    if (signals_)
      std::thread([this] {
        signals_->wait_for_second();
        ending_.hurry(0);
      }).detach();
    const Presence* const presence = present_;
    if (presence && !launched_) presence->leave();
    ending_.begin(0);
  }).detach();
}

void Engine::import_plugins() {
  for (const std::string& plugin : options_.load) executor_.import(plugin);
  if (launched_ && options_.id) {
    // The plugins that a former engine of this id had imported: each file as it is now, or if it is gone its copy.
    const auto import_again = [this](const ImportList::Import& plugin) {
      std::error_code none;
      const auto module = loader_.import_file(std::filesystem::exists(plugin.file, none) ? plugin.file : plugin.copy);
      executor_.import(module->name, module);
    };
    imports_.emplace(ImportList::place(connection_.directory, *options_.id));
    imports_->restore(import_again, [](const std::string& words) {
      fmt::print(stderr, "enginery engine: a plugin is not imported again: {}\n", words);
    });
  }
  handlers_.put_back();
}

void Engine::join() {
  presence_.emplace(cluster::hub_addresses(connection_).requests, entry());
  server_.set_id(presence_->id());
  memory_.emplace(options_.memory_limit);
  present_ = &*presence_;
  // Where the launcher's process cannot be seen, only the hub's silence tells that the cluster has ended.
  presence_->keep(!launched_ && !sees_cluster_ ? std::optional(options_.without_hub) : std::nullopt,
                  [this](Presence::End end, const std::string& words) { leave(end, words); });
  if (!launched_)
    say(fmt::format("engine {} of cluster '{}' takes tasks; Ctrl-C ends it", presence_->id(), connection_.cluster));
  log_.info("engine {} takes tasks: uuid {}, pid {}", presence_->id(), uuid_, ::getpid());
}

wire::EngineEntry Engine::entry() {
  const ProcessId process = ProcessId::self();
  const cluster::Host& host = cluster::Host::self();
  wire::EngineEntry entry{.id = options_.id.value_or(-1),
                          .uuid = uuid_,
                          .pid = static_cast<std::uint64_t>(process.pid),
                          .start = process.start,
                          .hostname = host.name,
                          .boot = host.boot,
                          .pid_namespace = host.pids};
  if (sockets_.has_folder()) {
    entry.endpoint = sockets_.local().tasks.url;
    entry.bulk_endpoint = sockets_.local().bulk.url;
    entry.output_endpoint = sockets_.local().output.url;
  }
  if (const auto& remote = sockets_.remote()) {
    const SessionServer::Addresses bound = server_.listen(remote->tasks, remote->bulk);
    entry.remote_endpoint = bound.tasks;
    entry.remote_bulk_endpoint = bound.bulk;
    entry.remote_output_endpoint = live_.listen(remote->output);
  }
  return entry;
}

void Engine::leave(Presence::End end, const std::string& words) {
  const bool normal = end == Presence::End::cluster_ended;
  if (ending_.begun() || (normal && launched_)) return;  // the thread that waits for the end does it
  normal ? say(words) : log_.error("{}; this engine ends", words);
  ending_.begin(normal ? 0 : 1);
}

// Everything of a task is destroyed in here, and not when the next one comes.
void Engine::perform(session::Running task) {
  const FloatingPointScope scope;  // outlives the task's arguments and result, whose destructors are the user's
  log_.debug("task {} of session {} begins", task.seq, task.session);
  recorder_.task_begins(task.session, task.seq);
  output_.begin(task.session, task.seq);  // from here on it records
  memory_->task_begins();
  descriptors_.task_begins();
  wire::Outcome outcome = execute(task);
  handlers_.put_back();
  descriptors_.task_ends();
  memory_->task_ends();
  Output::Texts printed = output_.end();
  recorder_.task_ends();
  outcome.out = std::move(printed.out);
  outcome.err = std::move(printed.err);
  wire::Packed packed = tasks::pack(outcome, server_.limits().inline_bytes);
  log_.debug("task {} of session {} has ended: {}", task.seq, task.session,
             outcome.failure ? std::string_view(outcome.failure->ename) : "no error");
  server_.finish(std::move(packed.body), std::move(packed.bulk), executor_.keeps_for(task.session));
}

/// A task that ends its thread ends this process: no other thread runs tasks, and none would answer for it.
wire::Outcome Engine::execute(const session::Running& task) try {
  wire::Outcome outcome = executor_.run(task.body, task.bulk, task.session);
  end_if_forked(outcome.failure ? 1 : 0);
  return outcome;
} catch (const abi::__forced_unwind&) {
  fmt::print(stderr,
             "enginery engine: a task ended the main thread (pthread_exit?), which ends the engine; return from the "
             "task instead\n");
  std::abort();
}

void Engine::say(const std::string& words) const {
  write_all(out_.get(), fmt::format("enginery: {}\n", words), kPatienceWithReaders);
}

void Engine::remove_files() const {
  launched_ ? sockets_.leave_record() : sockets_.remove();  // the hub publishes a launched engine's record
}

int engine_main(const EngineOptions& options) try {
  cluster::raise_descriptor_limit();
  // Processes that a task starts must not hold this end, and a program that replaces this one must close it: only then
  // does the launcher see the end of the engine.
  if (options.launcher_fd >= 0) ::fcntl(options.launcher_fd, F_SETFD, FD_CLOEXEC);
  // A task that writes to a pipe or socket whose other end is gone gets EPIPE, and does not end the engine. The signal
  // is caught and not ignored, because programs that a task starts inherit only what is ignored.
  ::signal(SIGPIPE, [](int) {});
  cluster::prepare_crash_stack();
  Engine(options).run();
} catch (const std::exception& error) {
  fail(error);
}

}  // namespace enginery::engine
