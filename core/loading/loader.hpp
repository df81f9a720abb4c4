// core/loading/loader.hpp: from a plugin's name or file to its tasks.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <enginery/build_id.hpp>
#include <enginery/errors.hpp>
#include <enginery/export.hpp>
#include <enginery/namespace.hpp>
#include <enginery/plugin.hpp>

#include "core/delivery/module_cache.hpp"
#include "core/delivery/module_files.hpp"
#include "core/delivery/renamed_library.hpp"
#include "core/modules/library_search.hpp"
#include "core/modules/mapped_code.hpp"
#include "core/modules/plugin_file.hpp"
#include "core/modules/probe.hpp"
#include "core/modules/shared_object.hpp"

namespace enginery::modules {

/// Neither loaded nor brought. A client brings what its calls need, so this is a call that was made without its needs.
class ENGINERY_API ModuleMissing : public Error {
 public:
  explicit ModuleMissing(const GenerationId& generation);
};

/// Loads modules by the stages find, read, elf, abi, processor, dependency, dlopen, symbol, init. Every refusal is
/// a PluginLoadError of its stage, and leaves what was loaded before as it was.
///
/// Threads: belongs to one thread at a time.
class ENGINERY_API Loader {
 public:
  /// `probe` opens builds that are new to this host first; without one, this process is the first to open them.
  /// `brought` is where module() finds what is not loaded; it may be filled from other threads,
  /// and is told what is loaded.
  explicit Loader(std::optional<Probe> probe = std::nullopt, std::shared_ptr<BroughtModules> brought = nullptr)
      : probe_(std::move(probe)), brought_(std::move(brought)) {}

  /// What `import name` gives: the plugin's body has run, in a namespace of its own. The same module each time, but a
  /// new one when the file holds another build; what was loaded before stays usable. A plugin that is in no folder of
  /// this process may have been brought.
  std::shared_ptr<ModuleNamespace> import(std::string_view name);

  /// As import(), by path; the name is the plugin's own.
  std::shared_ptr<ModuleNamespace> import_file(const std::string& path);

  /// As import(), of what is mapped already. PluginLoadError of stage `symbol` if it is not the plugin `name`.
  std::shared_ptr<ModuleNamespace> import(std::string_view name, const SharedObject& object);

  /// Drops what the namespaces of all modules hold; the code stays.
  void clear();

  /// Runs the body of the plugin at `path`, each time anew, with `names` as its namespace.
  void run(const std::string& path, Namespace& names);
  void run(const SharedObject& object, Namespace& names);

  /// Maps a plugin or program, up to the stage dlopen. A build that is loaded already is not loaded again.
  std::shared_ptr<const SharedObject> load(const std::string& path);

  /// That generation of a module: loaded already, or loaded now from what was brought, its own libraries first. A
  /// library of which another build has the name in this process is loaded beside that one, and so is what needs it.
  /// Throws ModuleMissing when it is neither loaded nor brought; PluginLoadError.
  std::shared_ptr<const SharedObject> module(const GenerationId& generation);

  /// That generation of a module, if it is loaded.
  std::shared_ptr<const SharedObject> loaded(const GenerationId& generation) const;

  /// The code at that address: of its generation, which is loaded if need be; of any module of that build-id when it
  /// names none. Null if that module has no code there. Throws as module().
  const void* code(const CodeAddress& address);

 private:
  struct Seen {
    FileStamp stamp;
    std::shared_ptr<const SharedObject> object;
  };
  std::shared_ptr<ModuleNamespace> import(const SharedObject& object);
  ModuleCache& cache();
  /// A plugin of that name that was brought, if there is one.
  std::shared_ptr<const SharedObject> brought_plugin(std::string_view name);
  /// A file in the cache, and the bytes that were checked: those are opened, or nothing is.
  struct Copy {
    std::filesystem::path path;
    Bytes checked;
  };
  /// What is mapped for one module.
  struct Copies {
    std::string file;  ///< as the user named it
    BuildId build_id;
    std::vector<Copy> all;  ///< its own libraries, and the module last: what is new is probed
    Neighbours neighbours;  ///< opened before it; also its own libraries
  };
  /// What this process has loaded of the user's own, but for modules that cannot have registered anything.
  std::vector<LoadedFile> loaded_files() const;
  /// Stage dlopen.
  std::shared_ptr<const SharedObject> open(const GenerationId& generation, const Copies& copies);
  std::shared_ptr<const SharedObject> open_brought(const GenerationId& generation,
                                                   const std::vector<BroughtFile>& brought);

  std::optional<Probe> probe_;
  std::shared_ptr<BroughtModules> brought_;
  LibraryNames names_;
  std::optional<ModuleCache> cache_;                                     // made when the first module is loaded
  std::map<std::string, Seen, std::less<>> seen_;                        // by path
  std::map<GenerationId, std::shared_ptr<const SharedObject>> objects_;  // never removed
  std::map<GenerationId, std::vector<std::string>> libraries_;           // of those brought, by their names here
  std::map<std::uintptr_t, std::shared_ptr<ModuleNamespace>> modules_;   // the imported ones, by where they are mapped
  std::map<std::string, std::shared_ptr<ModuleNamespace>, std::less<>> imported_;  // the newest of each name
};

/// The module as a variable's value, which prints as <module 'norms'>.
ENGINERY_API Value as_value(std::shared_ptr<ModuleNamespace> module);

}  // namespace enginery::modules
