// core/enginery/module_namespace.hpp: what `import norms` gives: a plugin's own names.
#pragma once

#include <string>

#include <enginery/build_id.hpp>
#include <enginery/namespace.hpp>

namespace enginery {

/// The attributes of one build of a plugin, and where it came from.
///
/// Threads: filled by the thread that imports; then read only.
struct ModuleNamespace {
  std::string name;
  std::string doc;
  /// ENGINERY_PLUGIN_VERSION where it was built; empty if it has none.
  std::string version;
  BuildId build_id;
  /// The file it was loaded from, as the user named it, not the cached copy.
  std::string file;
  /// The copy in the module cache that is mapped.
  std::string copy;
  Namespace attributes;
};

}  // namespace enginery
