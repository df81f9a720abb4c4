// tools/plugins_command.cpp: `enginery plugins`: what plugins hold, without an engine.
//
// They are loaded by this process, by the stages and through the probe that an engine uses: what is shown here can be
// imported there, and what cannot is refused here with the same words.
#include <algorithm>
#include <memory>
#include <optional>

#include <fmt/format.h>

#include <enginery/errors.hpp>
#include <enginery/function.hpp>
#include <enginery/value.hpp>

#include "core/cluster/json.hpp"
#include "core/modules/find_plugin.hpp"
#include "core/modules/loader.hpp"
#include "tools/command.hpp"
#include "tools/table.hpp"

namespace enginery::tools {
namespace {

using nlohmann::json;

/// A plugin, or why it is none.
struct SeenPlugin {
  std::string name;
  std::shared_ptr<ModuleNamespace> module;
  std::optional<PluginLoadError> error;
};

std::vector<SeenPlugin> look_at(const std::vector<std::string>& words) {
  modules::Loader loader(modules::Probe{.command = {own_file().string(), "probe"}});
  std::vector<SeenPlugin> plugins;
  for (const std::string& word : words) {
    SeenPlugin seen{word, nullptr, {}};
    try {
      modules::refuse_source(word);
      seen.module = modules::names_a_file(word) ? loader.import_file(word) : loader.import(word);
      seen.name = seen.module->name;
    } catch (const PluginLoadError& error) {
      seen.error = error;
    }
    plugins.push_back(std::move(seen));
  }
  return plugins;
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

std::string indented(const std::string& text, const std::string& by) {
  std::string result = by;
  for (const char c : text) {
    result += c;
    if (c == '\n') result += by;
  }
  return result;
}

std::string overview(const std::vector<SeenPlugin>& plugins, bool colours) {
  if (plugins.empty())
    return "no plugins are found; put their folders into ENGINERY_PLUGIN_PATH, separated by colons\n";
  Table table({{"name"}, {"file"}, {"about"}});
  for (const SeenPlugin& plugin : plugins) {
    if (plugin.module)
      table.add({{plugin.name}, {plugin.module->file}, {first_line(plugin.module->doc)}});
    else
      table.add(
          {{plugin.name},
           {plugin.error->file()},
           {fmt::format("refused at {}; `enginery plugins {}` says why", to_string(plugin.error->stage()), plugin.name),
            kRed}});
  }
  return table.text(colours);
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

json as_json(const SeenPlugin& plugin) {
  if (plugin.error)
    return {{"name", plugin.name},
            {"file", plugin.error->file()},
            {"error", {{"stage", to_string(plugin.error->stage())}, {"message", plugin.error->what()}}}};
  json tasks = json::array(), variables = json::object();
  for (const auto& [name, value] : plugin.module->attributes.entries()) {
    if (value.kind() == Kind::function)
      tasks.push_back(
          {{"name", name}, {"signature", value.as_function()->signature()}, {"doc", value.as_function()->doc()}});
    else
      variables[name] = value.repr();
  }
  return {{"name", plugin.name},
          {"file", plugin.module->file},
          {"doc", plugin.module->doc},
          {"version", plugin.module->version},
          {"build_id", plugin.module->build_id.hex},
          {"tasks", tasks},
          {"variables", variables},
          {"error", nullptr}};
}

std::string plugins_json(const std::vector<SeenPlugin>& plugins) {
  json all = json::array();
  for (const SeenPlugin& plugin : plugins) all.push_back(as_json(plugin));
  return cluster::json_text({{"plugins", all}}) + "\n";
}

/// Those that were asked for by name or file. Returns the exit code.
int describe(const std::vector<SeenPlugin>& plugins) {
  bool refused = false, first = true;
  for (const SeenPlugin& plugin : plugins) {
    if (plugin.error) {
      refused = true;
      fmt::print(stderr, "enginery: {}\n", plugin.error->what());
      continue;
    }
    fmt::print("{}{}", first ? "" : "\n", description(*plugin.module));
    first = false;
  }
  return refused ? kFailure : 0;
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
  command
      .option("plugins", given->words,
              "Files (with a / or .so) or names; none: all in $ENGINERY_PLUGIN_PATH and those that came along")
      .type_name("FILE.so|NAME");
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
    const std::vector<SeenPlugin> plugins = look_at(all ? modules::plugin_names() : given->words);
    if (all) {
      fmt::print("{}", given->json ? plugins_json(plugins) : overview(plugins, wants_colours()));
      return 0;
    }
    if (!given->json) return describe(plugins);
    fmt::print("{}", plugins_json(plugins));
    const bool refused = std::any_of(plugins.begin(), plugins.end(), [](const SeenPlugin& p) { return p.error; });
    return refused ? kFailure : 0;
  });
}

}  // namespace enginery::tools
