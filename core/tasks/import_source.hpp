// core/tasks/import_source.hpp: how a call names the module that it needs, and those that its statements import.
#pragma once

#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include <enginery/build_id.hpp>
#include <enginery/export.hpp>

#include "core/modules/mapped_code.hpp"
#include "core/wire/call_wire.hpp"

namespace enginery::tasks {

/// What calls of Op::run and Op::import name their module by. The client has brought it before.
struct ENGINERY_API ModuleReference {
  std::string file;  ///< as the user named it
  BuildId build_id;
  modules::GenerationId generation;

  /// Of a call. Nothing when it names none; throws ProtocolError.
  static std::optional<ModuleReference> of(const wire::Call& call);

  wire::Keywords keywords() const;
};

/// What the caller's own search for a plugin gave: one of the three.
struct ImportSource {
  std::optional<ModuleReference> module{};  ///< found, and brought
  std::string problem{};                    ///< found, and cannot be brought: why
  std::vector<std::string> sought{};        ///< not found in these folders

  ENGINERY_API Value value() const;
};

/// One for each plugin that the statements of an Op::execute may import; calls that name none search on the engine
/// only.
class ENGINERY_API ImportSources {
 public:
  ImportSources() = default;
  /// Of a call. Throws ProtocolError.
  explicit ImportSources(wire::Keywords keywords);

  /// What is known of that plugin: nothing, where the caller said nothing.
  const ImportSource& of(std::string_view plugin) const;

 private:
  std::map<std::string, ImportSource, std::less<>> sources_;
};

}  // namespace enginery::tasks
