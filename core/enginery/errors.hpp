// core/enginery/errors.hpp: every error that enginery throws, in one tree.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <enginery/export.hpp>

namespace enginery {

/// The root. Texts and lists live as long as the error; one that is a temporary gives copies. `ename()` is Python's
/// word where Python has one, else the name of the class.
class ENGINERY_API Error : public std::runtime_error {
 public:
  Error(std::string ename, const std::string& message) : std::runtime_error(message), ename_(std::move(ename)) {}
  ~Error() override;
  const std::string& ename() const& noexcept { return ename_; }
  std::string ename() const&& { return ename_; }

 private:
  std::string ename_;
};

// What a task may throw by the name that Python gives it; at the client it is a RemoteError of that ename.
#define ENGINERY_NAMED_ERROR(name)                                       \
  class ENGINERY_API name : public Error {                               \
   public:                                                               \
    explicit name(const std::string& message) : Error(#name, message) {} \
    ~name() override;                                                    \
  }
ENGINERY_NAMED_ERROR(NameError);
ENGINERY_NAMED_ERROR(TypeError);
ENGINERY_NAMED_ERROR(ValueError);
ENGINERY_NAMED_ERROR(IndexError);
ENGINERY_NAMED_ERROR(KeyError);
ENGINERY_NAMED_ERROR(AttributeError);
ENGINERY_NAMED_ERROR(ImportError);
ENGINERY_NAMED_ERROR(ZeroDivisionError);
ENGINERY_NAMED_ERROR(OverflowError);
ENGINERY_NAMED_ERROR(SyntaxError);
/// The result did not come in time; the task goes on.
ENGINERY_NAMED_ERROR(TimeoutError);
/// No hub or engine answers at the address, or the connection file does not serve.
ENGINERY_NAMED_ERROR(ConnectionError);
/// A view was asked to run something and no engine is there.
ENGINERY_NAMED_ERROR(NoEnginesRegistered);
/// The task was aborted before it ran; in a task: it was asked to stop while it waited.
ENGINERY_NAMED_ERROR(TaskAborted);
/// In a task: a wait for the task's own engine, or for one that waits for it, which would have no end.
ENGINERY_NAMED_ERROR(DeadlockError);
/// The task's time, its view's `timeout`, was over before it had its result. It did not run, or it was asked to stop
/// and may still run, which what() says.
ENGINERY_NAMED_ERROR(TaskTimeout);
/// An item of a load-balanced map, or a call, ended the processes of three engines.
ENGINERY_NAMED_ERROR(PoisonTask);
/// What a task waits for failed, or it cannot run where it would have to.
ENGINERY_NAMED_ERROR(DependencyError);
/// The engine has no session with this client (any more): what() says why. Outstanding tasks are never run again.
ENGINERY_NAMED_ERROR(SessionLost);
/// A message did not pass verification.
ENGINERY_NAMED_ERROR(ProtocolError);
#undef ENGINERY_NAMED_ERROR

/// The stages of loading a plugin, in order.
enum class LoadStage : std::uint8_t { find, read, elf, abi, processor, dependency, dlopen, symbol, init };
ENGINERY_API const char* to_string(LoadStage stage) noexcept;

/// A plugin was refused. `what()` names stage, file, what was wrong, and the remedy.
class ENGINERY_API PluginLoadError : public Error {
 public:
  PluginLoadError(LoadStage stage, std::string file, const std::string& problem, const std::string& remedy);
  ~PluginLoadError() override;
  LoadStage stage() const noexcept { return stage_; }
  const std::string& file() const& noexcept { return file_; }
  std::string file() const&& { return file_; }

 private:
  LoadStage stage_;
  std::string file_;
};

/// C++ that was to be run was not compiled. `what()` names the file and the first error.
class ENGINERY_API CompileError : public Error {
 public:
  CompileError(std::string file, const std::string& problem, std::string diagnostics);
  ~CompileError() override;
  /// As it was named to the compiler; "<execute_cpp>" for statements.
  const std::string& file() const& noexcept { return file_; }
  std::string file() const&& { return file_; }
  /// All that the compiler said; empty when it did not run.
  const std::string& diagnostics() const& noexcept { return diagnostics_; }
  std::string diagnostics() const&& { return diagnostics_; }

 private:
  std::string file_, diagnostics_;
};

/// A task on an engine ended in an exception. `what()` is "ename: evalue".
class ENGINERY_API RemoteError : public Error {
 public:
  RemoteError(std::string ename, std::string evalue, std::string traceback, int engine_id, std::string msg_id,
              std::string task);
  ~RemoteError() override;
  const std::string& evalue() const& noexcept { return evalue_; }
  std::string evalue() const&& { return evalue_; }
  /// Where it was thrown, one line per frame, innermost last; may be empty.
  const std::string& traceback() const& noexcept { return traceback_; }
  std::string traceback() const&& { return traceback_; }
  int engine_id() const noexcept { return engine_id_; }
  const std::string& msg_id() const& noexcept { return msg_id_; }
  std::string msg_id() const&& { return msg_id_; }
  /// The name of the task.
  const std::string& task() const& noexcept { return task_; }
  std::string task() const&& { return task_; }

 private:
  std::string evalue_, traceback_, msg_id_, task_;
  int engine_id_;
};

/// How far a task had come when its engine's process ended. `unknown`: it may have run.
enum class AtDeath : std::uint8_t { unknown, running, not_started, finished };

/// What is known of a process that ended; each is empty when there is none, or when it is not known.
struct LastOfEngine {
  std::string ran{}, words{}, traceback{};
  std::optional<std::size_t> item{};
};

/// The engine's process ended.
class ENGINERY_API EngineDied : public Error {
 public:
  /// `how`: "signal 9 (Killed)", "exit status 3", …
  EngineDied(int engine_id, std::string how, std::string task, AtDeath state = AtDeath::unknown,
             LastOfEngine last = {});
  ~EngineDied() override;
  int engine_id() const noexcept { return engine_id_; }
  const std::string& how() const& noexcept { return how_; }
  std::string how() const&& { return how_; }
  /// The task whose result does not come, and how far it had come.
  const std::string& task() const& noexcept { return task_; }
  std::string task() const&& { return task_; }
  AtDeath state() const noexcept { return state_; }
  /// Of a task that was running and did the chunk of a map: the item that it was at, counted from 0 in the chunk.
  std::optional<std::size_t> item() const noexcept { return last_.item; }
  /// The task that the engine ran, this or another.
  const std::string& ran() const& noexcept { return last_.ran; }
  std::string ran() const&& { return last_.ran; }
  /// The last lines that tasks wrote to stderr.
  const std::string& last_words() const& noexcept { return last_.words; }
  std::string last_words() const&& { return last_.words; }
  /// Where it was when a fatal signal came, one line per frame, innermost last.
  const std::string& traceback() const& noexcept { return last_.traceback; }
  std::string traceback() const&& { return last_.traceback; }

 private:
  int engine_id_;
  AtDeath state_;
  std::string how_, task_;
  LastOfEngine last_;
};

/// Some of several targets failed. Holds every failure, with its engine, in target order.
class ENGINERY_API CompositeError : public Error {
 public:
  struct Failure {
    int engine_id;
    std::string text;
    std::exception_ptr error;
  };
  CompositeError(std::vector<Failure> failures, std::size_t targets);
  ~CompositeError() override;
  const std::vector<Failure>& failures() const& noexcept { return *failures_; }
  std::vector<Failure> failures() const&& { return *failures_; }
  /// The errors alone.
  std::vector<std::exception_ptr> errors() const {
    std::vector<std::exception_ptr> all;
    for (const Failure& failure : *failures_) all.push_back(failure.error);
    return all;
  }

 private:
  std::shared_ptr<const std::vector<Failure>> failures_;
};

}  // namespace enginery
