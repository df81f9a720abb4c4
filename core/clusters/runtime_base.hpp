// core/clusters/runtime_base.hpp: the folder that holds the runtime folders of this user's clusters.
#pragma once

#include <filesystem>
#include <string>

#include <enginery/errors.hpp>
#include <enginery/export.hpp>

#include "core/processes/descriptor.hpp"

namespace enginery::cluster {

/// $XDG_RUNTIME_DIR/enginery, or /tmp/enginery-UID if that variable is not set or does not name a folder of this
/// user's. Need not exist.
ENGINERY_API std::filesystem::path runtime_base();
/// Where clusters are when $XDG_RUNTIME_DIR is of no use: /tmp/enginery-UID. Need not exist.
ENGINERY_API std::filesystem::path fallback_base();
/// A sentence that says why runtime_base() is not in $XDG_RUNTIME_DIR though that is set; else empty.
ENGINERY_API std::string runtime_base_remark();

/// A folder that was looked for.
struct LookedInto {
  /// None if the folder is not there, or cannot be opened.
  Descriptor folder{};
  /// Why another user may have put files there; empty if the folder is this user's alone, or not there.
  std::string objection{};
};
/// Opens `folder`, and follows no symbolic link to it.
ENGINERY_API LookedInto look_into(const std::filesystem::path& folder);

/// The error about a folder to which there is an objection, with the remedy.
ENGINERY_API ConnectionError not_safe(const std::filesystem::path& folder, const std::string& objection);
/// Opens `folder`, which it creates if need be, 0700; none if somebody removed it just then. Throws ConnectionError if
/// it cannot be had, or is not this user's alone.
ENGINERY_API Descriptor open_private(const std::filesystem::path& folder);
/// Throws ConnectionError if the runtime folder `directory`, or its parent, is there and not this user's alone: its
/// owner could have put a connection file there.
ENGINERY_API void check_trusted(const std::filesystem::path& directory);

}  // namespace enginery::cluster
