// client/scripts/script.cpp: C++ that is compiled when it is to be run.
//
// The cache has two kinds of entries. One is the precompiled headers that every script sees; its key is the recipe. The
// other is a script; its key is the recipe, the headers' contents and the source. Each entry has a list of the files
// that it was compiled from, and is good as long as they are unchanged. A script is compiled where it lies, not as a
// copy, so that diagnostics, relative includes and debug information have the paths that the user knows.
#include "client/scripts/script.hpp"

#include <algorithm>
#include <fstream>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include <enginery/errors.hpp>

#include "client/scripts/script_cache.hpp"
#include "client/scripts/script_recipe.hpp"
#include "core/modules/elf_file.hpp"
#include "core/modules/plugin_file.hpp"
#include "core/processes/host.hpp"

namespace enginery {
namespace {

namespace fs = std::filesystem;

constexpr const char* kHeader = "script.hpp";
constexpr const char* kPrecompiled = "script.hpp.gch";  // what -include script.hpp prefers
constexpr const char* kRule = "rule.d";
constexpr const char* kPrerequisites = "prerequisites";

/// What the compiler, the errors and AsyncResults call statements that have no file.
constexpr const char* kStatementsName = "<execute_cpp>";

struct Source {
  std::string name;  // for people
  std::string path;  // of the file to compile; empty for statements
  std::string text;
};

/// The directives that stand before anything else in a source, one at a time.
class LeadingDirectives {
 public:
  explicit LeadingDirectives(std::string_view source) : source_(source) {}

  /// The next one's name, such as "include"; nothing when something else comes.
  std::optional<std::string_view> next() {
    skip_space_and_comments();
    if (!rest().starts_with('#')) return std::nullopt;
    ++at_;
    at_ += std::min(rest().size(), rest().find_first_not_of(" \t"));
    const std::string_view name = rest().substr(0, rest().find_first_not_of("abcdefghijklmnopqrstuvwxyz"));
    bool continued = true;
    while (continued && at_ < source_.size()) {
      const std::string_view line = rest().substr(0, rest().find('\n'));
      continued = line.ends_with('\\');
      at_ += std::min(rest().size(), line.size() + 1);
    }
    return name;
  }
  /// Where the line after it begins.
  std::size_t at() const { return at_; }

 private:
  std::string_view rest() const { return source_.substr(at_); }
  void skip_space_and_comments() {
    for (std::size_t before = source_.npos; before != at_;) {
      before = at_;
      at_ += std::min(rest().size(), rest().find_first_not_of(" \t\r\n"));
      if (rest().starts_with("//")) at_ += std::min(rest().size(), rest().find('\n'));
      if (rest().starts_with("/*")) at_ += std::min(rest().size(), rest().find("*/", 2) + 2);
    }
  }

  std::string_view source_;
  std::size_t at_ = 0;
};

/// The source of a plugin whose body is the statements. What leads up to the last #include before the first statement
/// is in front of it. The compiler numbers lines as in `statements`.
std::string plugin_of_statements(std::string_view statements) {
  LeadingDirectives directives(statements);
  std::size_t head = 0;
  while (const auto name = directives.next())
    if (*name == "include") head = directives.at();
  const auto line = 1 + std::count(statements.begin(), statements.begin() + static_cast<std::ptrdiff_t>(head), '\n');
  // The statements are in a block of their own, where they may call a variable `m` too.
  return fmt::format(
      "#line 1 \"{0}\"\n{1}\n"
      "ENGINERY_PLUGIN(execute_cpp, m) {{\n"
      "using namespace enginery;\nusing namespace enginery::literals;\n{{\n"
      "#line {2} \"{0}\"\n{3}\n}}\n}}\n",
      kStatementsName, statements.substr(0, head), line, statements.substr(head));
}

/// Whether a source defines macros before its first #include: headers compiled before would not see them.
bool defines_before_including(std::string_view source) {
  LeadingDirectives directives(source);
  for (auto name = directives.next(); name && *name != "include"; name = directives.next())
    if (*name == "define" || *name == "undef") return true;
  return false;
}

std::vector<std::string> command_of(const ScriptRecipe& recipe, std::initializer_list<std::string> more) {
  std::vector<std::string> command = recipe.compiler;
  command.insert(command.end(), recipe.compile.begin(), recipe.compile.end());
  command.insert(command.end(), more);
  return command;
}

void check_plugin(const fs::path& product, const std::string& script) {
  const auto file = modules::PluginFile::read(product.string());
  if (modules::ElfFile::read(file.bytes.span(), script).abi_tag) return;
  std::error_code error;
  fs::remove(product, error);
  throw CompileError(
      script,
      "it compiles, but it has no ENGINERY_PLUGIN, so it is not a plugin. Include <enginery/plugin.hpp>, "
      "and define its tasks in ENGINERY_PLUGIN(name, m) { m.def(\"task\", task); }",
      "");
}

/// The files of a product that is there, if none of them has changed since.
std::optional<Prerequisites> still_good(const ScriptEntry& entry, const std::string& product) {
  std::error_code error;
  if (!fs::exists(entry.file(product), error)) return std::nullopt;
  std::optional<Prerequisites> prerequisites = Prerequisites::load(entry.file(kPrerequisites));
  if (prerequisites && !prerequisites->unchanged()) prerequisites.reset();
  return prerequisites;
}

/// Puts the product and its prerequisites in place, in an order that never pairs it with those of another.
void publish(const ScriptEntry& entry, const std::string& product, const std::optional<Prerequisites>& prerequisites) {
  std::error_code error;
  fs::remove(entry.file(kPrerequisites), error);
  entry.publish(product);
  if (!prerequisites) return;  // a file changed meanwhile: the product serves this time only
  prerequisites->save(entry.draft(kPrerequisites));
  entry.publish(kPrerequisites);
}

/// The headers that scripts see: the file to include, and a hash of all that is in it.
struct Headers {
  std::string file, digest;
};

Headers precompiled_headers(const fs::path& cache, const ScriptRecipe& recipe, const std::string& script,
                            const CompileWatch& watch) {
  const ScriptEntry entry(cache, kHeadersPrefix + recipe.identity);
  const std::string header = entry.file(kHeader).string();
  if (const auto good = still_good(entry, kPrecompiled)) return {header, good->digest()};
  std::ofstream(header) << "#include <enginery/script.hpp>\n";
  const std::int64_t started = cluster::utc_now();
  const std::string draft = entry.draft(kPrecompiled).string();
  const auto command =
      command_of(recipe, {"-x", "c++-header", header, "-MD", "-MF", entry.file(kRule).string(), "-o", draft});
  if (watch) watch(Compiling::headers, command);
  run_compiler(command, draft, script);
  const auto prerequisites = Prerequisites::of_rule(entry.file(kRule), started);
  publish(entry, kPrecompiled, prerequisites);
  return {header, prerequisites ? prerequisites->digest() : ""};
}

CompiledScript compiled(Source source, std::int64_t started, const CompileWatch& watch) {
  const ScriptRecipe recipe = ScriptRecipe::find(source.name);
  const fs::path cache = script_cache_folder(), here = fs::current_path();
  const bool statements = source.path.empty();
  Headers headers;
  if (statements || !defines_before_including(source.text))
    headers = precompiled_headers(cache, recipe, source.name, watch);
  const std::string place = statements ? here.string() : fs::absolute(source.path).lexically_normal().string();
  const std::string key = ScriptHash().add(recipe.identity).add(headers.digest).add(place).add(source.text).hex();
  const ScriptEntry entry(cache, key);
  const std::string product = (statements ? "execute_cpp" : fs::path(source.path).stem().string()) + ".so";
  if (still_good(entry, product)) return {entry.file(product), ""};

  if (statements) {
    source.path = entry.file("execute_cpp.cpp").string();
    std::ofstream(source.path) << source.text;
    started = cluster::utc_now();
  }
  const std::string draft = entry.draft(product).string();
  std::vector<std::string> command =
      command_of(recipe, {"-shared", "-MMD", "-MF", entry.file(kRule).string(), "-o", draft});
  if (statements) command.insert(command.end(), {"-iquote", here.string()});
  if (!headers.file.empty()) command.insert(command.end(), {"-include", headers.file});
  command.push_back(source.path);
  command.insert(command.end(), recipe.link.begin(), recipe.link.end());
  if (watch) watch(Compiling::script, command);
  std::string warnings = run_compiler(command, draft, source.name);
  check_plugin(draft, source.name);
  publish(entry, product, Prerequisites::of_rule(entry.file(kRule), started));
  trim_script_cache(cache);
  return {entry.file(product), std::move(warnings)};
}

}  // namespace

CompiledScript compile_script(const std::string& path, const CompileWatch& watch) {
  const std::int64_t started = cluster::utc_now();
  const auto content = modules::PluginFile::read(path).bytes;
  std::string text(reinterpret_cast<const char*>(content.data()), content.size());
  const std::string given = path.starts_with('-') ? "./" + path : path;  // the compiler would take it for an option
  return compiled({path, given, std::move(text)}, started, watch);
}

CompiledScript compile_statements(std::string_view statements) {
  return compiled({kStatementsName, "", plugin_of_statements(statements)}, 0, {});
}

}  // namespace enginery
