// client/scripts/script_recipe.cpp: how scripts are compiled on this host.
#include "client/scripts/script_recipe.hpp"

#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include <enginery/errors.hpp>

#include "client/scripts/script_cache.hpp"
#include "core/clusters/json.hpp"
#include "core/modules/library_search.hpp"
#include "core/modules/plugin_file.hpp"
#include "core/processes/spawn.hpp"

namespace enginery {
namespace {

namespace fs = std::filesystem;
using modules::FileStamp;

std::string recipe_text(const fs::path& file, const std::string& script) {
  errno = 0;
  std::ifstream stream(file);
  std::string text{std::istreambuf_iterator<char>(stream), {}};
  if (stream.is_open() && !stream.bad()) return text;
  const int reason = errno;
  throw CompileError(script,
                     fmt::format("how scripts are compiled is in {}, which cannot be read: {}. {}", file.string(),
                                 std::strerror(reason),
                                 reason == EMFILE || reason == ENFILE
                                     ? "Close files, or let this process have more (`ulimit -n`)"
                                     : "Install enginery completely, or run a .so that was built elsewhere"),
                     "");
}

/// The file that a shell would run.
std::optional<fs::path> on_path(const std::string& name) {
  const bool is_path = name.find('/') != name.npos;
  for (const fs::path& file : is_path ? std::vector{fs::absolute(name)} : cluster::places_in_path(name))
    if (cluster::can_run(file)) return file;
  return std::nullopt;
}

/// One path, which may hold spaces, or a program and its arguments.
std::vector<std::string> find_compiler(const std::string& usual, const std::string& script) {
  const char* chosen = std::getenv("ENGINERY_CXX");
  const std::string given = chosen && *chosen ? chosen : usual;
  if (const auto file = on_path(given)) return {file->string()};
  std::istringstream each(given);
  std::vector<std::string> words{std::istream_iterator<std::string>(each), {}};
  const std::string program = words.empty() ? given : words.front();
  if (const auto file = on_path(program)) {
    words.front() = file->string();
    return words;
  }
  throw CompileError(script,
                     fmt::format("there is no compiler '{}' on this host to compile it with. Install it, set "
                                 "ENGINERY_CXX to another, or run a .so that was built elsewhere (`enginery build`)",
                                 program),
                     "");
}

/// Of a program and its arguments, those that are programs.
std::vector<fs::path> programs_in(const std::vector<std::string>& command) {
  std::vector<fs::path> files;
  for (const std::string& word : command)
    if (const auto file = on_path(word)) files.push_back(*file);
  return files;
}

/// The most telling line of the compiler's output, for people who see only one.
std::string first_error(const std::string& said) {
  for (const std::string_view words : {": error: ", ": fatal error: ", "undefined reference", ""}) {
    std::istringstream lines(said);
    for (std::string line; std::getline(lines, line);) {
      const bool is_it = line.find(words) != line.npos && !(line.starts_with("collect2") && !words.empty());
      if (is_it && !line.empty()) return line;
    }
  }
  return "the compiler failed and said nothing";
}

}  // namespace

ScriptRecipe ScriptRecipe::find(const std::string& script) {
  // Scripts are linked with it, and the recipe is beside it.
  const fs::path so = modules::library_of_enginery(), folder = so.parent_path() / "enginery",
                 file = folder / "script.json";
  const auto json = cluster::parse_json_or_discard(recipe_text(file, script));
  try {
    ScriptRecipe recipe;
    recipe.compiler = find_compiler(json.at("compiler"), script);
    recipe.compile = json.at("compile");
    recipe.compile.emplace_back("-fdiagnostics-color=never");
    const std::vector<fs::path> programs = programs_in(recipe.compiler);
    // clang makes no symbol unique, and refuses the option.
    for (const fs::path& program : programs)
      for (const fs::path& name : {program.filename(), fs::canonical(program).filename()})
        if (name.string().find("clang") != std::string::npos) std::erase(recipe.compile, "-fno-gnu-unique");
    const auto add_folders = [&](const char* option, const std::vector<std::string>& folders) {
      for (const std::string& each : folders) {
        recipe.compile.emplace_back(option);
        recipe.compile.push_back((folder / each).lexically_normal().string());
      }
    };
    add_folders("-I", json.at("include"));
    add_folders("-isystem", json.at("system_include"));
    recipe.link = json.at("link");
    recipe.link.push_back(so.string());

    ScriptHash hash;
    for (const fs::path& program : programs) {
      const FileStamp stamp = FileStamp::of(fs::canonical(program).string()).value_or(FileStamp());
      hash.add(program.string()).add(fmt::format("{} {}", stamp.size, stamp.modified_ns));
    }
    for (const auto* words : {&recipe.compiler, &recipe.compile, &recipe.link})
      for (const std::string& word : *words) hash.add(word);
    recipe.identity = hash.hex();
    return recipe;
  } catch (const nlohmann::json::exception&) {
    throw CompileError(script,
                       fmt::format("{} does not say how scripts are compiled. Install enginery completely, or run a "
                                   ".so that was built elsewhere",
                                   file.string()),
                       "");
  }
}

std::string run_compiler(const std::vector<std::string>& command, const fs::path& output, const std::string& script) {
  cluster::Pipe pipe = cluster::Pipe::open();
  if (!pipe)
    throw CompileError(script, fmt::format("cannot make a pipe for the compiler: {}", std::strerror(errno)), "");
  // In English, since first_error() looks for "file:line:column: error: …".
  std::vector<std::string> arguments{"LC_ALL=C"};
  arguments.insert(arguments.end(), command.begin(), command.end());
  const cluster::Started compiler = cluster::spawn({.file = "/usr/bin/env",
                                                    .arguments = std::move(arguments),
                                                    .out = pipe.writing.get(),
                                                    .err = pipe.writing.get(),
                                                    .name = "env",
                                                    .own_group = false});
  pipe.writing.reset();
  std::string said = cluster::read_all(pipe.reading);
  const int status = cluster::reap(compiler.pid);
  const bool unknown = status == -1;  // a program that ignores SIGCHLD is not told how its children end
  if (!unknown && WIFSIGNALED(status))
    throw CompileError(
        script,
        fmt::format("the compiler was ended by signal {} ({})", WTERMSIG(status), ::strsignal(WTERMSIG(status))), said);
  std::error_code error;
  if ((unknown || WEXITSTATUS(status) == 0) && fs::exists(output, error)) return said;
  fs::remove(output, error);
  std::string problem = first_error(said);
  if (problem.find("undefined reference") != problem.npos)
    problem +=
        "; a script links no libraries: make a project of it, with enginery_add_plugin and target_link_libraries";
  if (std::count(said.begin(), said.end(), '\n') > 1) problem += " (diagnostics() holds all that was said)";
  throw CompileError(script, problem, std::move(said));
}

}  // namespace enginery
