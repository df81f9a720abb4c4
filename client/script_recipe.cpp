// client/script_recipe.cpp: how scripts are compiled on this host.
#include "client/script_recipe.hpp"

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <optional>
#include <string_view>

#include <fmt/format.h>

#include <enginery/errors.hpp>

#include "client/script_hash.hpp"
#include "core/cluster/json.hpp"
#include "core/cluster/spawn.hpp"
#include "core/modules/find_plugin.hpp"
#include "core/modules/plugin_file.hpp"

namespace enginery {
namespace {

namespace fs = std::filesystem;
using cluster::Descriptor;
using modules::FileStamp;

/// The libenginery.so of this process: scripts are linked with it, and the recipe is beside it, also when all of it was
/// moved.
fs::path library() {
  Dl_info here;
  if (::dladdr(reinterpret_cast<const void*>(&modules::find_plugin), &here) == 0 || !here.dli_fname) return {};
  std::error_code error;
  return fs::canonical(here.dli_fname, error);
}

/// Empty if there is no such file.
std::string recipe_text(const fs::path& file) {
  std::ifstream stream(file);
  return {std::istreambuf_iterator<char>(stream), {}};
}

bool can_run(const fs::path& file) {
  std::error_code error;
  return fs::is_regular_file(file, error) && ::access(file.c_str(), X_OK) == 0;
}

/// Where a shell would find it.
std::optional<fs::path> on_path(const std::string& name) {
  if (name.find('/') != name.npos) return can_run(name) ? std::optional<fs::path>(fs::absolute(name)) : std::nullopt;
  const char* variable = std::getenv("PATH");
  for (std::string_view rest = variable ? variable : ""; !rest.empty();) {
    const std::string_view folder = rest.substr(0, rest.find(':'));
    if (const fs::path file = fs::absolute(fs::path(folder) / name); can_run(file)) return file;
    rest.remove_prefix(std::min(rest.size(), folder.size() + 1));
  }
  return std::nullopt;
}

fs::path find_compiler(const std::string& usual, const std::string& script) {
  const char* chosen = std::getenv("ENGINERY_CXX");
  const std::string name = chosen && *chosen ? chosen : usual;
  if (const auto file = on_path(name)) return *file;
  throw CompileError(script,
                     fmt::format("there is no compiler '{}' on this host to compile it with. Install it, set "
                                 "ENGINERY_CXX to another, or run a .so that was built elsewhere (`enginery build`)",
                                 name),
                     "");
}

}  // namespace

ScriptRecipe ScriptRecipe::find(const std::string& script) {
  const fs::path so = library(), folder = so.parent_path() / "enginery", file = folder / "script.json";
  const auto json = cluster::parse_json_or_discard(recipe_text(file));
  try {
    ScriptRecipe recipe;
    recipe.compiler = find_compiler(json.at("compiler"), script);
    recipe.compile = json.at("compile");
    // clang makes no symbol unique, and refuses the option.
    for (const fs::path& name : {recipe.compiler.filename(), fs::canonical(recipe.compiler).filename()})
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
    const FileStamp stamp = FileStamp::of(fs::canonical(recipe.compiler).string()).value_or(FileStamp());
    hash.add(recipe.compiler.string()).add(fmt::format("{} {}", stamp.size, stamp.modified_ns));
    for (const auto* words : {&recipe.compile, &recipe.link})
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

Compilation run_compiler(const std::vector<std::string>& command, const std::string& script) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0)
    throw CompileError(script, fmt::format("cannot make a pipe for the compiler: {}", std::strerror(errno)), "");
  const Descriptor reading(ends[0]);
  Descriptor writing(ends[1]);
  const cluster::Started compiler = cluster::spawn({.file = command.front(),
                                                    .arguments = {command.begin() + 1, command.end()},
                                                    .out = writing.get(),
                                                    .err = writing.get(),
                                                    .name = command.front(),
                                                    .own_group = false});
  writing = Descriptor();
  std::string said;
  char buffer[4096];
  for (ssize_t got; (got = ::read(reading.get(), buffer, sizeof buffer)) != 0;) {
    if (got > 0)
      said.append(buffer, static_cast<std::size_t>(got));
    else if (errno != EINTR)
      break;
  }
  int status = 0;
  while (::waitpid(compiler.pid.number(), &status, 0) < 0) {
    if (errno != EINTR) return {true, said};  // a program that ignores SIGCHLD is not told how its children end
  }
  if (WIFSIGNALED(status))
    throw CompileError(
        script,
        fmt::format("the compiler was ended by signal {} ({})", WTERMSIG(status), ::strsignal(WTERMSIG(status))), said);
  return {WEXITSTATUS(status) == 0, said};
}

}  // namespace enginery
