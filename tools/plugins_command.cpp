// tools/plugins_command.cpp: `enginery plugins`: what plugins hold, without an engine.
//
// Each is loaded by a process of its own, by the stages and through the probe that an engine uses: what is shown here
// can be imported there, and what cannot is refused here with the same words.
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <memory>

#include <fmt/format.h>

#include <enginery/errors.hpp>
#include <enginery/function.hpp>
#include <enginery/value.hpp>

#include "core/clusters/json.hpp"
#include "core/loading/loader.hpp"
#include "core/modules/plugin_file.hpp"
#include "core/modules/symbol_table.hpp"
#include "core/processes/descriptor.hpp"
#include "core/processes/spawn.hpp"
#include "tools/command.hpp"
#include "tools/table.hpp"

namespace enginery::tools {
namespace {

using nlohmann::json;

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

std::string indented(const std::string& text, const std::string& by) {
  std::string result = by + text;
  modules::replace_all(result, "\n", "\n" + by);
  return result;
}

std::string description(const ModuleNamespace& module) {
  std::string text = module.name;
  if (!module.version.empty()) text += " " + module.version;
  if (!module.doc.empty()) text += ": " + module.doc;
  text += fmt::format("\n  file      {}\n  build-id  {}\n", module.file, module.build_id.hex);
  for (const auto& [name, value] : module.attributes.entries()) {
    if (value.kind() != Kind::function) {
      text += fmt::format("\n  {} = {}\n", name, value.repr());
      continue;
    }
    const Function& task = *value.as_function();
    text += fmt::format("\n  {}\n", task.signature());
    if (!task.doc().empty()) text += indented(task.doc(), "      ") + "\n";
  }
  return text;
}

/// A plugin as JSON, with its description as "text"; or why it is none: "error" is not null then.
json as_json(const ModuleNamespace& module) {
  json tasks = json::array(), variables = json::object();
  for (const auto& [name, value] : module.attributes.entries()) {
    if (value.kind() == Kind::function)
      tasks.push_back(
          {{"name", name}, {"signature", value.as_function()->signature()}, {"doc", value.as_function()->doc()}});
    else
      variables[name] = value.repr();
  }
  return {{"name", module.name},
          {"file", module.file},
          {"doc", module.doc},
          {"version", module.version},
          {"build_id", module.build_id.hex},
          {"tasks", tasks},
          {"variables", variables},
          {"text", description(module)},
          {"error", nullptr}};
}

json as_json(const std::string& name, const PluginLoadError& error) {
  return {{"name", name},
          {"file", error.file()},
          {"error", {{"stage", to_string(error.stage())}, {"message", error.what()}}}};
}

json look_at(const std::string& word) {
  try {
    modules::refuse_source(word);
    modules::Loader loader(modules::Probe{.command = {own_file().string(), "probe"}});
    return as_json(*(modules::names_a_file(word) ? loader.import_file(word) : loader.import(word)));
  } catch (const PluginLoadError& error) {
    return as_json(word, error);
  }
}

/// The same in a process of its own, which the plugin's body may end, and where no other plugin is: two that cannot be
/// in one process are both shown.
json look_at_apart(const std::string& word) {
  cluster::Pipe pipe = cluster::Pipe::open();
  if (!pipe) return look_at(word);
  const pid_t child = ::fork();
  if (child == 0) {
    const std::string text = cluster::json_line(look_at(word));
    for (std::string_view rest = text; !rest.empty();) {
      const ssize_t put = ::write(pipe.writing.get(), rest.data(), rest.size());
      if (put <= 0) break;
      rest.remove_prefix(static_cast<std::size_t>(put));
    }
    ::_exit(0);
  }
  if (child < 0) return look_at(word);
  pipe.writing.reset();
  json seen = cluster::parse_json_or_discard(cluster::read_all(pipe.reading));
  const int status = cluster::reap(child);
  if (!seen.is_discarded()) return seen;
  const std::string how = WIFSIGNALED(status) ? fmt::format("killed it by SIG{}", ::sigabbrev_np(WTERMSIG(status)))
                                              : fmt::format("ended it (exit status {})", WEXITSTATUS(status));
  return as_json(word, PluginLoadError(LoadStage::init, word, "its body, run in a process of its own, " + how,
                                       "Correct what it does, or move it into a task"));
}

std::string text_of(const json& object, const char* key) { return object.at(key).get<std::string>(); }

std::string overview(const std::vector<json>& plugins, bool colours) {
  if (plugins.empty())
    return "no plugins are found; put their folders into ENGINERY_PLUGIN_PATH, separated by colons\n";
  Table table({{"name"}, {"file"}, {"about"}});
  for (const json& plugin : plugins) {
    const std::string name = text_of(plugin, "name"), file = text_of(plugin, "file");
    const json& error = plugin.at("error");
    if (error.is_null())
      table.add({{name}, {file}, {first_line(text_of(plugin, "doc"))}});
    else
      table.add({{name},
                 {file},
                 {fmt::format("refused at {}; `enginery plugins {}` says why", text_of(error, "stage"), name), kRed}});
  }
  return table.text(colours);
}

std::string plugins_json(std::vector<json> plugins) {
  for (json& plugin : plugins) plugin.erase("text");
  return cluster::json_text({{"plugins", plugins}}) + "\n";
}

bool refused(const json& plugin) { return !plugin.at("error").is_null(); }

/// Those that were asked for by name or file. Returns the exit code.
int describe(const std::vector<json>& plugins) {
  bool first = true;
  for (const json& plugin : plugins) {
    if (refused(plugin)) {
      fmt::print(stderr, "enginery: {}\n", text_of(plugin.at("error"), "message"));
      continue;
    }
    fmt::print("{}{}", first ? "" : "\n", text_of(plugin, "text"));
    first = false;
  }
  return std::ranges::any_of(plugins, refused) ? kFailure : 0;
}

}  // namespace

void plugins_command(CommandLine& line) {
  struct Given {
    std::vector<std::string> words;
    bool json = false;
  };
  const auto given = std::make_shared<Given>();
  Command command =
      line.command("plugins", "Show the plugins that are found, or the tasks of some, without any engine");
  command.option(
      "plugins", &given->words,
      {.what = "Files (with a / or .so) or names; none: all in $ENGINERY_PLUGIN_PATH and those that came along",
       .value = "FILE.so|NAME"});
  add_json(command, given->json,
           "{\"plugins\": [{\"name\", \"file\", \"doc\", \"version\", \"build_id\", \"tasks\": [{\"name\", "
           "\"signature\", \"doc\"}], \"variables\", \"error\" (null, or \"stage\" and \"message\")}]}");
  command.footer(
      "  enginery plugins                   all that `import` finds, with a line on each\n"
      "  enginery plugins linalg            its tasks, their parameters and what they do\n"
      "  enginery plugins build/norms.so    a file, before an engine loads it\n"
      "  enginery plugins norms --json | jq -r '.plugins[].tasks[].signature'\n");
  command.does([given] {
    const bool all = given->words.empty();
    std::vector<json> plugins;
    for (const std::string& word : all ? modules::plugin_names() : given->words) plugins.push_back(look_at_apart(word));
    if (all) {
      fmt::print("{}", given->json ? plugins_json(plugins) : overview(plugins, wants_colours()));
      return 0;
    }
    if (!given->json) return describe(plugins);
    fmt::print("{}", plugins_json(plugins));
    return std::ranges::any_of(plugins, refused) ? kFailure : 0;
  });
}

}  // namespace enginery::tools
