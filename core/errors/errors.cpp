// core/errors/errors.cpp: the texts and vtables of the errors, in one library so that they are caught everywhere.
#include <enginery/errors.hpp>

#include <fmt/format.h>

#include "core/errors/error_text.hpp"

namespace enginery {

Error::~Error() = default;
NameError::~NameError() = default;
TypeError::~TypeError() = default;
ValueError::~ValueError() = default;
IndexError::~IndexError() = default;
KeyError::~KeyError() = default;
AttributeError::~AttributeError() = default;
ImportError::~ImportError() = default;
ZeroDivisionError::~ZeroDivisionError() = default;
OverflowError::~OverflowError() = default;
SyntaxError::~SyntaxError() = default;
TimeoutError::~TimeoutError() = default;
ConnectionError::~ConnectionError() = default;
NoEnginesRegistered::~NoEnginesRegistered() = default;
TaskAborted::~TaskAborted() = default;
DeadlockError::~DeadlockError() = default;
TaskTimeout::~TaskTimeout() = default;
PoisonTask::~PoisonTask() = default;
DependencyError::~DependencyError() = default;
SessionLost::~SessionLost() = default;
ProtocolError::~ProtocolError() = default;
PluginLoadError::~PluginLoadError() = default;
CompileError::~CompileError() = default;
RemoteError::~RemoteError() = default;
EngineDied::~EngineDied() = default;
CompositeError::~CompositeError() = default;

const char* to_string(LoadStage stage) noexcept {
  constexpr const char* kNames[] = {"find",       "read",   "elf",    "abi", "processor",
                                    "dependency", "dlopen", "symbol", "init"};
  const auto number = static_cast<std::size_t>(stage);
  return number < std::size(kNames) ? kNames[number] : "?";
}

PluginLoadError::PluginLoadError(LoadStage stage, std::string file, const std::string& problem,
                                 const std::string& remedy)
    : Error("PluginLoadError", fmt::format("{}: stage {}: {}. {}", file, to_string(stage), problem, remedy)),
      stage_(stage),
      file_(std::move(file)) {}

CompileError::CompileError(std::string file, const std::string& problem, std::string diagnostics)
    : Error("CompileError", problem.starts_with(file + ":") ? problem : file + ": " + problem),
      file_(std::move(file)),
      diagnostics_(std::move(diagnostics)) {}

RemoteError::RemoteError(std::string ename, std::string evalue, std::string traceback, int engine_id,
                         std::string msg_id, std::string task)
    : Error(ename, ename + ": " + evalue),
      evalue_(std::move(evalue)),
      traceback_(std::move(traceback)),
      msg_id_(std::move(msg_id)),
      task_(std::move(task)),
      engine_id_(engine_id) {}

static std::string death_text(int engine_id, const std::string& how, const std::string& task, AtDeath state,
                              const LastOfEngine& last) {
  std::string text = fmt::format("engine {} died ({})", engine_id, how);
  if (!last.ran.empty()) text += " while it ran " + last.ran;
  if (state == AtDeath::unknown && !task.empty())
    text += fmt::format(" with {} outstanding; a task that was running may have run", task);
  if (state == AtDeath::not_started) text += fmt::format("; {} had not started", task);
  if (state == AtDeath::finished) text += fmt::format("; {} had run, and its result is lost", task);
  text += ". ";
  const auto add_lines = [&](const char* what, const std::string& lines) {
    if (lines.empty()) return;
    text += fmt::format("{}:\n{}{}", what, lines, lines.back() == '\n' ? "" : "\n");
  };
  add_lines("Its last words", last.words);
  add_lines("It was", last.traceback);
  return text + "`enginery status` lists the engines that are left";
}

EngineDied::EngineDied(int engine_id, std::string how, std::string task, AtDeath state, LastOfEngine last)
    : Error("EngineDied", death_text(engine_id, how, task, state, last)),
      engine_id_(engine_id),
      state_(state),
      how_(std::move(how)),
      task_(std::move(task)),
      last_(std::move(last)) {}

static std::string composite_text(const std::vector<CompositeError::Failure>& failures, std::size_t targets) {
  std::string text = fmt::format("{} of {} engines failed:", failures.size(), targets);
  std::vector<Saying> sayings;
  for (const auto& failure : failures) sayings.emplace_back(failure.engine_id, failure.text);
  const FewSayings few = grouped(sayings);
  for (const Sayings& each : few.texts) text += fmt::format("\n  [{}] {}", each.engines, each.text);
  if (few.left_out != 0) text += fmt::format("\n  and {} more, otherwise; failures() holds each", few.left_out);
  return text;
}

CompositeError::CompositeError(std::vector<Failure> failures, std::size_t targets)
    : Error("CompositeError", composite_text(failures, targets)),
      failures_(std::make_shared<const std::vector<Failure>>(std::move(failures))) {}

}  // namespace enginery
