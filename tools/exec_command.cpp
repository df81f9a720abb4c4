// tools/exec_command.cpp: `enginery exec`: a statement on engines, from a shell.
//
// The engines run it at the same time; what they said is shown when all are done, engine by engine. Ctrl-C asks them to
// stop, and so does the time limit; what does not heed that goes on without this command.
#include <algorithm>
#include <charconv>
#include <csignal>
#include <memory>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include <enginery/client.hpp>

#include "core/clusters/json.hpp"
#include "core/errors/error_text.hpp"
#include "tools/command.hpp"

namespace enginery::tools {
namespace {

using nlohmann::json;
using Clock = std::chrono::steady_clock;

volatile std::sig_atomic_t interrupted = 0;

/// What became of the statement on one engine.
struct Outcome {
  Metadata metadata;
  /// Empty: it went well. "ename: evalue".
  std::string error, ename, traceback;
};

/// "all", or ids separated by commas.
std::optional<std::vector<int>> parse_engines(const std::string& words) {
  if (words == "all") return std::nullopt;
  std::vector<int> ids;
  for (std::size_t begin = 0; begin <= words.size();) {
    const std::size_t end = std::min(words.find(',', begin), words.size());
    int id = 0;
    const auto [stop, error] = std::from_chars(words.data() + begin, words.data() + end, id);
    if (error != std::errc() || stop != words.data() + end)
      throw UsageError{"--engines", fmt::format("'{}' is neither \"all\" nor ids such as 0,2", words)};
    ids.push_back(id);
    begin = end + 1;
  }
  return ids;
}

/// Until all are ready, a Ctrl-C, or the deadline.
void wait_for(const AsyncResults<void>& result, std::optional<Clock::time_point> deadline) {
  constexpr Seconds kLook(0.1);  // how soon a Ctrl-C is noticed; a result is noticed at once
  while (!interrupted) {
    const Seconds left = deadline ? std::min(kLook, Seconds(*deadline - Clock::now())) : kLook;
    if (left <= Seconds(0) || result.wait(left)) return;
  }
}

Outcome outcome_of(const TaskHandle& task) {
  Outcome outcome{task.metadata(), {}, {}, {}};
  if (!task.ready()) {
    outcome.ename = "TimeoutError";
    outcome.error = "TimeoutError: it goes on with the statement; `enginery status` shows it";
    return outcome;
  }
  try {
    task.value();
  } catch (const RemoteError& error) {
    outcome.error = error.what();
    outcome.ename = error.ename();
    outcome.traceback = error.traceback();
  } catch (const Error& error) {
    outcome.error = fmt::format("{}: {}", error.ename(), error.what());
    outcome.ename = error.ename();
  }
  return outcome;
}

/// Each line of `text` behind `prefix`.
std::string prefixed(const std::string& prefix, std::string_view text) {
  std::string lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines += fmt::format("{}{}\n", prefix, text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

void print(const Outcome& outcome) {
  const Metadata& known = outcome.metadata;
  fmt::print("{}", prefixed(fmt::format("[stdout:{}] ", known.engine_id), known.out));
  fmt::print("{}", prefixed(fmt::format("[{}] ", known.engine_id), known.execute_result));
  flush_output();
  fmt::print(stderr, "{}", prefixed(fmt::format("[stderr:{}] ", known.engine_id), known.err));
}

/// Equal ones once, and of many that differ the first few.
void print_errors(const std::vector<Outcome>& outcomes, bool traceback) {
  std::vector<std::string> texts(outcomes.size());
  std::vector<Saying> sayings;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    if (outcomes[i].error.empty()) continue;
    if (traceback) texts[i] = outcomes[i].traceback + (outcomes[i].traceback.ends_with('\n') ? "" : "\n");
    texts[i] += outcomes[i].error;
    sayings.emplace_back(outcomes[i].metadata.engine_id, texts[i]);
  }
  const FewSayings few = grouped(sayings);
  for (const Sayings& each : few.texts)
    fmt::print(stderr, "{}", prefixed(fmt::format("[{}] ", each.engines), each.text));
  if (few.left_out != 0)
    fmt::print(stderr, "enginery: {} more engines failed otherwise; --json shows each\n", few.left_out);
}

json as_json(const Outcome& outcome) {
  const Metadata& known = outcome.metadata;
  json each = {{"engine", known.engine_id},
               {"status", to_string(known.status)},
               {"result", known.execute_result.empty() ? json() : cluster::parse_json(known.execute_result)},
               {"stdout", known.out},
               {"stderr", known.err},
               {"error", nullptr}};
  if (!outcome.error.empty())
    each["error"] = {{"ename", outcome.ename}, {"message", outcome.error}, {"traceback", outcome.traceback}};
  return each;
}

struct Execution {
  std::string statement, engines = "all", name;
  std::optional<std::vector<int>> ids;
  bool json = false, full = false, traceback = false;
  std::optional<double> timeout;
};

int execute(const Execution& given) {
  // The handler is set before the client's threads are there; the second Ctrl-C ends this process the usual way.
  struct sigaction action {};
  action.sa_handler = [](int) { interrupted = 1; };
  action.sa_flags = static_cast<int>(SA_RESETHAND) | SA_RESTART;
  ::sigaction(SIGINT, &action, nullptr);

  std::optional<Clock::time_point> deadline;
  if (given.timeout) deadline = Clock::now() + milliseconds(*given.timeout);
  const Client client(ClientOptions{.name = given.name, .timeout = hub_timeout(given.timeout.value_or(1e6))});
  const MultiView view = client.view(given.ids ? *given.ids : client.all().targets());
  const ResultText text = given.json ? ResultText::json : given.full ? ResultText::whole : ResultText::abbreviated;
  const AsyncResults<void> result = view.execute(given.statement, text);
  wait_for(result, deadline);
  const bool in_time = result.ready();
  if (!in_time) {
    constexpr Seconds kToStop(1);
    fmt::print(stderr, "enginery: {}; the engines are asked to stop\n",
               interrupted ? "interrupted" : fmt::format("not done within {:g} s", given.timeout.value_or(0)));
    result.abort();
    result.wait(kToStop);
  }

  std::vector<Outcome> outcomes;
  for (const TaskHandle& task : result.tasks()) outcomes.push_back(outcome_of(task));
  if (given.json) {
    json engines = json::array();
    for (const Outcome& outcome : outcomes) engines.push_back(as_json(outcome));
    fmt::print("{}\n", cluster::json_text({{"statement", given.statement}, {"engines", engines}}));
  } else {
    for (const Outcome& outcome : outcomes) print(outcome);
    print_errors(outcomes, given.traceback);
  }
  const bool failed = !in_time || std::ranges::any_of(outcomes, [](const Outcome& one) { return !one.error.empty(); });
  if (interrupted) return kInterrupted;
  return failed ? kFailure : 0;
}

}  // namespace

void exec_command(CommandLine& line) {
  const auto given = std::make_shared<Execution>();
  Command command = line.command("exec", "Run a statement on engines, and show what each printed and gave");
  command.option("statement", &given->statement,
                 {.what = "What `execute` takes: \"a = 6\", \"norms.get_norms(A)\", \"a * 7\"",
                  .value = "STATEMENT",
                  .required = true});
  command.option("--engines", &given->engines,
                 {.what = "Ids separated by commas, or \"all\" (default)", .value = "K,..."});
  add_name(command, given->name);
  add_json(command, given->json,
           "{\"statement\", \"engines\": [{\"engine\", \"status\", \"result\" (a value), \"stdout\", \"stderr\", "
           "\"error\" (null, or \"ename\", \"message\", \"traceback\")}]}");
  command.option("--full", &given->full,
                 {.what = "Show long values whole, up to 4 MiB, not their first and last items"});
  command.option("--traceback", &given->traceback, {.what = "Show the functions that an error came through, too"});
  add_timeout(command, &given->timeout, "Seconds until all must be done (default: no limit)");
  command.check_all([given] { given->ids = parse_engines(given->engines); });
  command.footer(
      "  enginery exec 'import norms'\n"
      "  enginery exec 'a * 7' --engines 0,2\n"
      "  enginery exec 'system.getpid()' --name b --json | jq '.engines[].result'\n");
  command.does([given] { return execute(*given); });
}

}  // namespace enginery::tools
