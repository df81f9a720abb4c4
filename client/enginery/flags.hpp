// client/enginery/flags.hpp: what a view's calls do unless told otherwise, and how to change it for a while.
#pragma once

#include <optional>

namespace enginery {

/// Those that are given are set.
struct FlagSettings {
  std::optional<bool> block{};
};

/// While it lives, its view's flags are as it was told; then as before. Outlived by the view.
template <class View>
class [[nodiscard]] TemporaryFlags {
 public:
  TemporaryFlags(View& view, const FlagSettings& settings) : view_(view), block_(view.block) {
    if (settings.block) view.block = *settings.block;
  }
  ~TemporaryFlags() { view_.block = block_; }
  TemporaryFlags(const TemporaryFlags&) = delete;
  TemporaryFlags& operator=(const TemporaryFlags&) = delete;

 private:
  View& view_;
  const bool block_;
};

template <class View>
class Flags {
 public:
  /// Whether apply, push, execute, run and untyped pull wait for their results.
  bool block = false;

  /// `const auto flags = view.temp_flags({.block = true});`
  TemporaryFlags<View> temp_flags(const FlagSettings& settings) { return {static_cast<View&>(*this), settings}; }
};

}  // namespace enginery
