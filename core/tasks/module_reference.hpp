// core/tasks/module_reference.hpp: the module that a call needs, by build-id, and its bytes for engines that lack it.
#pragma once

#include <optional>
#include <string>

#include <enginery/build_id.hpp>
#include <enginery/bytes.hpp>
#include <enginery/errors.hpp>

#include "core/modules/plugin_file.hpp"
#include "core/wire/call_wire.hpp"

namespace enginery::tasks {

/// The engine does not have that build: it is to be brought.
class ENGINERY_API ModuleMissing : public Error {
 public:
  static constexpr const char* kName = "ModuleMissing";
  explicit ModuleMissing(const std::string& file)
      : Error(kName, "this engine does not have this build of '" + file + "'; send it with the call") {}
};

/// What calls of Op::run and Op::import name their module by.
struct ENGINERY_API ModuleReference {
  std::string file;  ///< as the user named it
  BuildId build_id;
  std::optional<Bytes> content;  ///< of the whole file

  /// Of a file of this host, with its content. Throws PluginLoadError of stage `read` or `elf`.
  static ModuleReference of(const modules::PluginFile& file);
  /// Of a call. Nothing when it names none; throws ProtocolError.
  static std::optional<ModuleReference> of(const wire::Call& call);

  wire::Keywords keywords(bool with_content) const;
};

}  // namespace enginery::tasks
