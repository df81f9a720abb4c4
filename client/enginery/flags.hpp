// client/enginery/flags.hpp: what a view's calls do unless told otherwise, and how to change it for a while.
#pragma once

#include <optional>
#include <type_traits>

#include <enginery/task_handle.hpp>

namespace enginery {

/// Those that are given are set.
struct FlagSettings {
  std::optional<bool> block{};
  std::optional<Seconds> timeout{};
};

/// What sync_imports is told besides names: `view.sync_imports({"norms"}, {.quiet = true})`.
struct ImportOptions {
  bool quiet = false;  ///< says nothing on stdout
};

class Flags;

/// While it lives, its view's flags are as it was told; then as before. Outlived by the view.
class [[nodiscard]] TemporaryFlags {
 public:
  inline TemporaryFlags(Flags& view, const FlagSettings& settings);
  inline ~TemporaryFlags();
  TemporaryFlags(const TemporaryFlags&) = delete;
  TemporaryFlags& operator=(const TemporaryFlags&) = delete;

 private:
  Flags& view_;
  const bool block_;
  const std::optional<Seconds> timeout_;
};

class Flags {
 public:
  /// Whether apply, push, execute, run and untyped pull wait for their results.
  bool block = false;

  /// How long each task of a call may take, from when its engine has received it; without one, any time. A task whose
  /// time is over fails as TaskTimeout: one that waits does not run, one that runs is asked to stop, and get() does not
  /// wait for it. The engine keeps the time; when it is stopped or cut off, the client does, once it has heard nothing
  /// of it for two seconds, and then nobody knows whether the task runs. Has no effect on local().
  std::optional<Seconds> timeout{};

  /// `const auto flags = view.temp_flags({.block = true});`
  TemporaryFlags temp_flags(const FlagSettings& settings) & { return {*this, settings}; }
  template <class V = void>
  void temp_flags(const FlagSettings&) && {
    static_assert(!std::is_same_v<V, V>,
                  "enginery: this view is a temporary, which ends with the statement: keep it in a variable, "
                  "auto view = rc[0];, whose flags can be changed for a while");
  }
};

TemporaryFlags::TemporaryFlags(Flags& view, const FlagSettings& settings)
    : view_(view), block_(view.block), timeout_(view.timeout) {
  if (settings.block) view.block = *settings.block;
  if (settings.timeout) view.timeout = settings.timeout;
}
TemporaryFlags::~TemporaryFlags() {
  view_.block = block_;
  view_.timeout = timeout_;
}

}  // namespace enginery
