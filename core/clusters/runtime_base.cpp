// core/clusters/runtime_base.cpp: where runtime folders lie, and whether they are this user's alone.
//
// In /tmp anybody may have made a folder of any name. The owner of a runtime folder decides which connection file its
// readers find, and so where their variables and their code go. So launchers and clients use only what lies in folders
// that belong to this user and that nobody else can write to or read.
#include "core/clusters/runtime_base.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include <fmt/format.h>

namespace enginery::cluster {
namespace {

constexpr ::mode_t kOthers = 0077;

std::string anothers(::uid_t owner) { return fmt::format("it belongs to user {}, not to {}", owner, ::geteuid()); }

/// $XDG_RUNTIME_DIR, or null. Its specification says to ignore a relative path.
const char* runtime_variable() {
  const char* const runtime = std::getenv("XDG_RUNTIME_DIR");
  return runtime && runtime[0] == '/' ? runtime : nullptr;
}

/// Why clusters cannot be in $XDG_RUNTIME_DIR; empty if they can.
std::string objection_to_runtime(const char* folder) {
  struct stat status;
  if (::stat(folder, &status) != 0) return errno == ENOENT ? "there is no such folder" : std::strerror(errno);
  if (!S_ISDIR(status.st_mode)) return "it is no folder";
  // After `su` the variable still names the folder of the former user.
  return status.st_uid == ::geteuid() || status.st_uid == 0 ? "" : anothers(status.st_uid);
}

}  // namespace

std::filesystem::path fallback_base() { return fmt::format("/tmp/enginery-{}", ::geteuid()); }

std::filesystem::path runtime_base() {
  const char* const runtime = runtime_variable();
  return runtime && objection_to_runtime(runtime).empty() ? std::filesystem::path(runtime) / "enginery"
                                                          : fallback_base();
}

std::string runtime_base_remark() {
  const char* const runtime = runtime_variable();
  const std::string objection = runtime ? objection_to_runtime(runtime) : "";
  if (objection.empty()) return "";
  return fmt::format("XDG_RUNTIME_DIR is {}, which cannot be used ({}); clusters are in {}", runtime, objection,
                     fallback_base().string());
}

LookedInto look_into(const std::filesystem::path& folder) {
  LookedInto found{Descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC))};
  const int error = errno;
  struct stat status;
  if (found.folder ? ::fstat(found.folder.get(), &status) != 0 : ::lstat(folder.c_str(), &status) != 0) {
    if (errno != ENOENT) found.objection = std::strerror(errno);
  } else if (S_ISLNK(status.st_mode)) {
    found.objection = "it is a symbolic link";
  } else if (status.st_uid != ::geteuid()) {
    found.objection = anothers(status.st_uid);
  } else if (!found.folder) {
    found.objection = std::strerror(error);
  } else if ((status.st_mode & kOthers) != 0) {
    found.objection =
        fmt::format("its mode is {:04o}, not 0700, so that others could reach in", status.st_mode & 07777);
  }
  return found;
}

ConnectionError not_safe(const std::filesystem::path& folder, const std::string& objection) {
  struct stat status;
  const bool mode_only = ::lstat(folder.c_str(), &status) == 0 && S_ISDIR(status.st_mode) &&
                         status.st_uid == ::geteuid() && (status.st_mode & kOthers) != 0;
  const std::string remedy = mode_only ? "If nobody else has used it, make it yours alone: chmod 700 " + folder.string()
                                       : "Set XDG_RUNTIME_DIR to a folder of yours, in all shells that use the cluster";
  return ConnectionError(fmt::format("{} cannot be a cluster's folder: {}. {}", folder.string(), objection, remedy));
}

Descriptor open_private(const std::filesystem::path& folder) {
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) throw not_safe(folder, std::strerror(errno));
  LookedInto found = look_into(folder);
  if (!found.objection.empty()) throw not_safe(folder, found.objection);
  return std::move(found.folder);
}

void check_trusted(const std::filesystem::path& directory) {
  for (const std::filesystem::path& folder : {directory.parent_path(), directory})
    if (const std::string objection = look_into(folder).objection; !objection.empty())
      throw not_safe(folder, objection);
}

}  // namespace enginery::cluster
