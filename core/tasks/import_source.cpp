// core/tasks/import_source.cpp: how a call names the module that it needs, and those that its statements import.
//
// The latter on the wire: of a plugin that was found the tuple (file, build-id, generation); of one that was not, the
// list of the folders; of one that cannot be brought, the words.
#include "core/tasks/import_source.hpp"

#include <utility>

#include <enginery/errors.hpp>

namespace enginery::tasks {

std::optional<ModuleReference> ModuleReference::of(const wire::Call& call) try {
  if (call.keywords.empty()) return std::nullopt;
  ModuleReference reference;
  for (const auto& [keyword, value] : call.keywords) {
    if (keyword == "file") reference.file = value.as_string();
    if (keyword == "build_id") reference.build_id.hex = value.as_string();
    if (keyword == "generation") reference.generation.hex = value.as_string();
  }
  return reference;
} catch (const TypeError& error) {
  throw ProtocolError(std::string("a call names its module wrongly: ") + error.what());
}

wire::Keywords ModuleReference::keywords() const {
  return {{"file", Value::string(file)},
          {"build_id", Value::string(build_id.hex)},
          {"generation", Value::string(generation.hex)}};
}

Value ImportSource::value() const {
  const auto text = [](const std::string& words) { return Value::string(words); };
  if (module) return Value::tuple({text(module->file), text(module->build_id.hex), text(module->generation.hex)});
  if (!problem.empty()) return text(problem);
  List folders;
  for (const std::string& folder : sought) folders.push_back(text(folder));
  return Value::list(std::move(folders));
}

static ImportSource source_of(const Value& value) {
  if (value.kind() == Kind::tuple) {
    const List& found = value.as_tuple();
    return {.module = {{found.at(0).as_string(), {found.at(1).as_string()}, {found.at(2).as_string()}}}};
  }
  if (value.kind() != Kind::list) return {.problem = value.as_string()};
  ImportSource source;
  for (const Value& folder : value.as_list()) source.sought.push_back(folder.as_string());
  return source;
}

ImportSources::ImportSources(wire::Keywords keywords) try {
  for (const auto& [plugin, value] : keywords) sources_.insert_or_assign(plugin, source_of(value));
} catch (const std::exception& error) {
  throw ProtocolError(std::string("a call says wrongly where plugins come from: ") + error.what());
}

const ImportSource& ImportSources::of(std::string_view plugin) const {
  static const ImportSource kUnknown;
  const auto found = sources_.find(plugin);
  return found == sources_.end() ? kUnknown : found->second;
}

}  // namespace enginery::tasks
