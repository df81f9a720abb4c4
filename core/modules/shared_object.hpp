// core/modules/shared_object.hpp: the code of one build, mapped into this process.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <enginery/build_id.hpp>
#include <enginery/export.hpp>

namespace enginery::modules {

/// Throws the PluginLoadError that `text`, of dlerror(), stands for: stage `symbol` for undefined symbols (demangled)
/// and versions, `dependency` for missing libraries, else `dlopen`. `file` is what the user named, `loaded` the copy of
/// it.
[[noreturn]] void throw_dl_error(const std::string& file, const std::string& loaded, std::string_view text);

/// A module that is mapped, and stays so until the process ends: a plugin or a program.
///
/// Threads: immutable.
class ENGINERY_API SharedObject {
 public:
  /// Maps `loaded`, a copy of `file` that never changes. Throws PluginLoadError of stage `dlopen`, `symbol` or
  /// `dependency` naming `file`.
  SharedObject(std::string file, std::string loaded, BuildId build_id);
  SharedObject(const SharedObject&) = delete;
  SharedObject& operator=(const SharedObject&) = delete;

  /// As the user named it.
  const std::string& file() const noexcept { return file_; }
  /// What is mapped.
  const std::string& loaded() const noexcept { return loaded_; }
  const BuildId& build_id() const noexcept { return build_id_; }
  /// The address that offsets into this module count from.
  std::uintptr_t base() const noexcept { return base_; }
  /// The address of a visible symbol of this very module; nullptr if it has none.
  const void* symbol(const char* name) const noexcept;

 private:
  std::string file_, loaded_;
  BuildId build_id_;
  void* handle_;
  std::uintptr_t base_ = 0;
};

}  // namespace enginery::modules
