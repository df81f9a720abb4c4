// client/views/plugin_import.cpp: plugins that come to engines from this host.
//
// A plugin or script is looked for on the client's host. The request names what was found by its build, and carries it
// as its `needs`: the link brings it to an engine that lacks this build, before it sends the request.
#include <iostream>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <enginery/async_result.hpp>
#include <enginery/errors.hpp>
#include <enginery/untyped_view.hpp>

#include "client/links/future.hpp"
#include "client/scripts/script.hpp"
#include "client/views/local.hpp"
#include "client/views/request.hpp"
#include "core/delivery/module_files.hpp"
#include "core/language/evaluator.hpp"
#include "core/modules/plugin_file.hpp"
#include "core/tasks/import_source.hpp"

namespace enginery {
namespace {

/// The file of a plugin's name, or of a path; a source is compiled.
std::string file_of(std::string_view path) {
  if (modules::names_a_source(path)) return compile_script(std::string(path)).file.string();
  return modules::names_a_file(path) ? std::string(path) : modules::find_plugin(path);
}

tasks::ModuleReference reference_to(const modules::ModuleFiles& files) {
  return {files.module().path, files.build_id(), files.generation()};
}

std::shared_ptr<Future> send(const Aim& aim, wire::Op op, std::string_view name,
                             const std::shared_ptr<const modules::ModuleFiles>& files, std::optional<Seconds> timeout,
                             std::string_view execute_input = {}) {
  const wire::Keywords keywords = reference_to(*files).keywords();
  const Request request{.op = op, .name = name, .keywords = keywords, .execute_input = execute_input, .needs = files};
  return aim.send(request, timeout);
}

/// The plugins that statements import, as this process finds them: a build for each, or why there is none.
struct Imports {
  wire::Keywords sources;
  std::vector<std::shared_ptr<const modules::ModuleFiles>> found;

  explicit Imports(std::string_view code) {
    for (const std::string& name : evaluator::imported_by(code)) sources.emplace_back(name, search(name).value());
  }

 private:
  tasks::ImportSource search(const std::string& name) try {
    const auto file = modules::look_for_plugin(name);
    if (!file) return {.sought = modules::plugin_folders()};
    found.push_back(modules::ModuleFiles::of_file(*file));
    return {.module = reference_to(*found.back())};
  } catch (const PluginLoadError& error) {
    return {.problem = error.what()};
  }
};

/// Runs the body of the plugin at `path`, or of that name. `execute_input`: the statements that it was compiled from.
std::shared_ptr<Future> run_plugin(const Aim& aim, std::string_view path, std::optional<Seconds> timeout,
                                   std::string_view execute_input = {}) {
  const auto files = modules::ModuleFiles::of_file(file_of(path));
  return send(aim, wire::Op::run, files->module().path, files, timeout, execute_input);
}

}  // namespace

void UntypedView::sync_imports(std::initializer_list<Name> plugins, const ImportOptions& options) const {
  const std::shared_ptr<const Aim> aim = aim_->now();
  std::vector<std::string> names, found;
  for (const Name& plugin : plugins) names.push_back(plugin.text);
  for (const std::string& name : names) found.push_back(modules::find_plugin(name));
  for (const std::string& name : names) local_engine::import(name);
  if (!options.quiet) std::cout << fmt::format("importing {} on engine(s)", fmt::join(names, ", ")) << std::endl;
  if (!aim->travels()) return;
  std::vector<std::shared_ptr<Future>> imports;
  for (std::size_t i = 0; i < names.size(); ++i)
    imports.push_back(send(*aim, wire::Op::import, names[i], modules::ModuleFiles::of_file(found[i]), timeout));
  for (const auto& each : imports) each->wait_until(std::nullopt);
  throw_failures(imports);
}

UntypedView::Tasks UntypedView::send_execute(std::string_view code, ResultText text) const {
  const std::shared_ptr<const Aim> aim = aim_->now();
  const Value given[] = {Value::string(std::string(code)), Value::integer(static_cast<std::int64_t>(text))};
  Request request{.op = wire::Op::execute, .positional = given, .execute_input = code};
  if (!aim->travels()) return aim->send(request, timeout);
  Imports imports(code);
  request.keywords = imports.sources;
  for (auto& files : imports.found) {
    // A call brings one module. Each of the others comes with a call of its own, which asks for no value.
    if (request.needs) {
      const Value nothing = Value::list({});
      aim->send({.op = wire::Op::pull, .positional = {&nothing, 1}, .needs = request.needs}, timeout);
    }
    request.needs = std::move(files);
  }
  return aim->send(request, timeout);
}

UntypedView::Tasks UntypedView::send_run(std::string_view path) const {
  return run_plugin(*aim_->now(), path, timeout);
}

UntypedView::Tasks UntypedView::send_statements(std::string_view statements) const {
  const std::shared_ptr<const Aim> now = aim_->now();
  return run_plugin(*now, compile_statements(statements).file.string(), timeout, statements);
}

}  // namespace enginery
