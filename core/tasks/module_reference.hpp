// core/tasks/module_reference.hpp: how a call names the module that it needs.
#pragma once

#include <optional>
#include <string>

#include <enginery/build_id.hpp>
#include <enginery/export.hpp>

#include "core/modules/generation_id.hpp"
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

}  // namespace enginery::tasks
