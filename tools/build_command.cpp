// tools/build_command.cpp: `enginery build`: a plugin from one source, without a project.
//
// What `run("script.cpp")` compiles, this compiles: the same options, and the same cache.
#include <unistd.h>

#include <filesystem>
#include <memory>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <enginery/errors.hpp>

#include "client/scripts/script.hpp"
#include "core/modules/plugin_file.hpp"
#include "tools/command.hpp"

namespace enginery::tools {
namespace {

namespace fs = std::filesystem;

/// Puts a copy of `from` at `to`, complete or not at all: a process may have the old one mapped.
void copy_to(const fs::path& from, const fs::path& to) {
  const fs::path draft = fmt::format("{}.new-{}", to.string(), ::getpid());
  try {
    fs::copy_file(from, draft, fs::copy_options::overwrite_existing);
    fs::rename(draft, to);
  } catch (const fs::filesystem_error& error) {
    std::error_code gone;
    fs::remove(draft, gone);
    throw Error("OSError",
                fmt::format("cannot write {}: {}. -o names another file", to.string(), error.code().message()));
  }
}

int build(const std::string& source, std::string output, bool verbose) {
  if (output.empty()) output = fmt::format("lib{}.so", fs::path(source).stem().string());
  bool ran = false;
  const auto watch = [&](Compiling what, const std::vector<std::string>& command) {
    ran = true;
    if (verbose)
      fmt::print(stderr, "{}\n", fmt::join(command, " "));
    else if (what == Compiling::headers && ::isatty(STDERR_FILENO))
      fmt::print(stderr, "enginery: compiling the headers that scripts share; this takes some seconds, once\n");
  };
  try {
    const CompiledScript script = compile_script(source, watch);
    fmt::print(stderr, "{}", script.warnings);
    if (verbose && !ran) fmt::print(stderr, "enginery: unchanged, so it is {}\n", script.file.string());
    copy_to(script.file, output);
    return 0;
  } catch (const CompileError& error) {
    if (error.diagnostics().empty()) throw;
    fmt::print(stderr, "{}", error.diagnostics());
    return kFailure;
  }
}

}  // namespace

void build_command(CommandLine& line) {
  struct Given {
    std::string source, output;
    bool verbose = false;
  };
  const auto given = std::make_shared<Given>();
  Command command = line.command("build", "Build a plugin from one source, as `run` does with a script");
  command.option(
      "source", &given->source,
      {.what = "A source with ENGINERY_PLUGIN",
       .value = "FILE.cpp",
       .check =
           [](const std::string& path) {
             return modules::names_a_source(path) ? "" : fmt::format("'{}' is not called .cpp, .cc or .cxx", path);
           },
       .required = true});
  command.option("-o,--output", &given->output,
                 {.what = "What to write (default: libFILE.so, in this folder)", .value = "FILE.so"});
  command.option("--verbose", &given->verbose, {.what = "Show the compiler's command"});
  command.footer(
      "  enginery build script.cpp                    libscript.so, for run(\"libscript.so\") and for import\n"
      "  enginery build script.cpp -o lib/script.so   somewhere else\n"
      "  ENGINERY_CXX=g++-13 enginery build script.cpp\n"
      "What was compiled is kept; an unchanged source is not compiled again.\n");
  command.does([given] { return build(given->source, given->output, given->verbose); });
}

}  // namespace enginery::tools
