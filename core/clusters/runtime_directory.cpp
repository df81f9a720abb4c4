// core/clusters/runtime_directory.cpp: a folder that one launcher holds, and that is safe to delete.
//
// Several processes may use the same folder at once: a launcher that starts, one that ends, and a hub whose launcher
// was killed. A process that creates files in it or deletes them holds an exclusive flock on the folder itself. The
// name of a deleted folder is removed last; so a lock counts only if the folder still has its name once the lock is
// taken. The kernel releases the lock of a killed launcher; children do not inherit the descriptor.
//
// The file `lock` only says who holds the folder. Cleaners of /tmp may remove it, and the folder, when they are old.
// systemd's cleaner leaves a locked folder alone. After other cleaners, and after users, the launcher puts its files
// back (restore()), and hub and engines put their sockets back (ListenerGuard).
//
// In /tmp anybody may have made a folder of any name. The owner of a runtime folder decides which connection file its
// readers find, and so where their variables and their code go. So launchers and clients use only what lies in folders
// that belong to this user and that nobody else can write to or read.
#include "core/clusters/runtime_directory.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cinttypes>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/clusters/address.hpp"
#include "core/clusters/json.hpp"
#include "core/processes/pid.hpp"

namespace enginery::cluster {

namespace fs = std::filesystem;

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

constexpr int kDeepest = 64;
/// Milliseconds that a process gets to end: a hub whose launcher is gone, or a launcher that was killed.
constexpr int kEndingGrace = 2000;

/// Deletes what is in `folder`, except `keep` at the top.
void empty(int folder, const char* keep, int depth = 0) {
  const int copy = ::openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR* entries = copy < 0 ? nullptr : ::fdopendir(copy);
  if (!entries) return;
  while (const dirent* entry = ::readdir(entries)) {
    const std::string name = entry->d_name;
    if (name == "." || name == ".." || (keep && name == keep)) continue;
    if (::unlinkat(folder, name.c_str(), 0) == 0 || depth == kDeepest) continue;
    const Descriptor inner(::openat(folder, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!inner) continue;
    empty(inner.get(), nullptr, depth + 1);
    ::unlinkat(folder, name.c_str(), AT_REMOVEDIR);
  }
  ::closedir(entries);
}

/// True if `path` still names the open `folder`.
bool is_current(const fs::path& path, int folder) {
  struct stat mine, named;
  return ::fstat(folder, &mine) == 0 && ::lstat(path.c_str(), &named) == 0 && mine.st_ino == named.st_ino &&
         mine.st_dev == named.st_dev;
}

/// The living process that the lock file names.
std::optional<ProcessId> signer(int folder) {
  const Descriptor lock(::openat(folder, kLockFile, O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  char text[64] = {};
  ProcessId process;
  if (!lock || ::pread(lock.get(), text, sizeof text - 1, 0) <= 0) return std::nullopt;
  if (std::sscanf(text, "%d %" SCNu64, &process.pid, &process.start) != 2 || !process.alive()) return std::nullopt;
  return process;
}

/// The living launcher that the connection file names, if it is this folder's and not a copy of another's.
std::optional<ProcessId> launcher_of_file(const fs::path& directory) try {
  const Connection connection = Connection::load(directory / kConnectionFile);
  const bool own = connection.directory == directory && launcher_lives(connection).value_or(false);
  return own ? std::optional(connection.launcher) : std::nullopt;
} catch (const ConnectionError&) {
  return std::nullopt;
}

std::optional<ProcessId> holder_of(const fs::path& directory, int folder) {
  const auto signed_by = signer(folder);
  return signed_by ? signed_by : launcher_of_file(directory);
}

/// Waits for the end of a process that the kernel is taking down: the links of a killed launcher may close a moment
/// before its lock is released. False if the process is not about to end.
bool outlive(const ProcessId& process) {
  const Descriptor handle(pidfd_open(process.pid));
  const auto stat = read_process_stat(process.pid);
  if (!handle || !process.alive()) return true;
  if (!stat || !stat->exiting) return false;
  pollfd ended{handle.get(), POLLIN, 0};
  return ::poll(&ended, 1, kEndingGrace) == 1;
}

/// Waits for the hub of a launcher that was killed, which ends by itself: until then it would put back its sockets.
void outlive_former_hub(const fs::path& directory) {
  ProcessId hub;
  try {
    hub = Connection::load(directory / kConnectionFile).hub.process;
  } catch (const ConnectionError&) {
    return;
  }
  const Descriptor process(pidfd_open(hub.pid));
  if (!process || !hub.alive()) return;
  pollfd ended{process.get(), POLLIN, 0};
  if (::poll(&ended, 1, kEndingGrace) == 0) {
    pidfd_send_signal(process.get(), SIGKILL);
    ::poll(&ended, 1, kEndingGrace);
  }
}

}  // namespace

fs::path fallback_base() { return fmt::format("/tmp/enginery-{}", ::geteuid()); }

fs::path runtime_base() {
  const char* const runtime = runtime_variable();
  return runtime && objection_to_runtime(runtime).empty() ? fs::path(runtime) / "enginery" : fallback_base();
}

std::string runtime_base_remark() {
  const char* const runtime = runtime_variable();
  const std::string objection = runtime ? objection_to_runtime(runtime) : "";
  if (objection.empty()) return "";
  return fmt::format("XDG_RUNTIME_DIR is {}, which cannot be used ({}); clusters are in {}", runtime, objection,
                     fallback_base().string());
}

LookedInto look_into(const fs::path& folder) {
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

ConnectionError not_safe(const fs::path& folder, const std::string& objection) {
  struct stat status;
  const bool mode_only = ::lstat(folder.c_str(), &status) == 0 && S_ISDIR(status.st_mode) &&
                         status.st_uid == ::geteuid() && (status.st_mode & kOthers) != 0;
  const std::string remedy = mode_only ? "If nobody else has used it, make it yours alone: chmod 700 " + folder.string()
                                       : "Set XDG_RUNTIME_DIR to a folder of yours, in all shells that use the cluster";
  return ConnectionError(fmt::format("{} cannot be a cluster's folder: {}. {}", folder.string(), objection, remedy));
}

Descriptor open_private(const fs::path& folder) {
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) throw not_safe(folder, std::strerror(errno));
  LookedInto found = look_into(folder);
  if (!found.objection.empty()) throw not_safe(folder, found.objection);
  return std::move(found.folder);
}

void check_trusted(const fs::path& directory) {
  for (const fs::path& folder : {directory.parent_path(), directory})
    if (const std::string objection = look_into(folder).objection; !objection.empty())
      throw not_safe(folder, objection);
}

std::string cluster_name(const std::string& name) {
  const char* environment = std::getenv("ENGINERY_CLUSTER");
  const std::string result = !name.empty() ? name : environment && *environment ? environment : "default";
  const bool letters = std::all_of(result.begin(), result.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
           c == '-';
  });
  if (!letters || result.size() > 32 || result == "." || result == "..")
    throw ValueError(
        fmt::format("'{}' cannot be a cluster's name: use 1 to 32 letters, digits, '.', '_' and '-'", result));
  return result;
}

std::string name_option(const std::string& name) { return name == "default" ? "" : " --name " + name; }

fs::path runtime_path(const std::string& name) { return runtime_base() / name; }

// No cluster's name has a '~'.
static std::string last_log_in_base(const std::string& name) { return name + "~launcher.log"; }

fs::path last_log(const std::string& name) { return runtime_base() / last_log_in_base(name); }

std::optional<fs::path> kept_log(const std::string& name) {
  for (const fs::path& base : {runtime_base(), fallback_base()}) {
    const fs::path log = base / last_log_in_base(name);
    std::error_code none;
    if (look_into(base).objection.empty() && fs::exists(log, none)) return log;
  }
  return std::nullopt;
}

std::vector<std::string> running_clusters() {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(runtime_base(), error))
    if (holder(entry.path())) names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

std::string running_clusters_text() {
  const std::vector<std::string> names = running_clusters();
  return names.empty() ? "No cluster runs" : fmt::format("Running: {}", fmt::join(names, ", "));
}

std::optional<ProcessId> holder(const fs::path& directory) {
  const auto [folder, objection] = look_into(directory);
  return folder && objection.empty() ? holder_of(directory, folder.get()) : std::nullopt;
}

bool is_held(const fs::path& directory) {
  const auto [folder, objection] = look_into(directory);
  return folder && objection.empty() && ::flock(folder.get(), LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
}

std::string ipc_address(const fs::path& directory, const std::string& socket) {
  const std::string path = (directory / socket).string();
  if (socket.size() > kLongestSocketName || path.size() > kLongestSocketPath)
    throw ValueError(
        fmt::format("{} is too long for a socket: {} bytes, and the kernel takes {}. Use a shorter cluster "
                    "name, or set XDG_RUNTIME_DIR to a shorter path",
                    path, path.size(), kLongestSocketPath));
  return "ipc://" + path;
}

std::array<std::string, 3> engine_addresses(const fs::path& directory, const Uuid& engine) {
  const std::string uuid = engine.text();
  return {ipc_address(directory, "e-" + uuid), ipc_address(directory, "b-" + uuid),
          ipc_address(directory, "o-" + uuid)};
}

bool remove_runtime_directory(const fs::path& directory) noexcept try {
  const auto [folder, objection] = look_into(directory);
  if (!folder || !objection.empty() || ::faccessat(folder.get(), kLockFile, F_OK, AT_SYMLINK_NOFOLLOW) != 0)
    return false;
  if (const auto launcher = holder_of(directory, folder.get()); launcher && !outlive(*launcher)) return false;
  if (::flock(folder.get(), LOCK_EX | LOCK_NB) != 0 || !is_current(directory, folder.get())) return false;
  empty(folder.get(), kLockFile);
  ::unlinkat(folder.get(), kLockFile, 0);
  return ::rmdir(directory.c_str()) == 0;
} catch (const std::exception&) {  // no memory for the words of an objection
  return false;
}

RuntimeDirectory::RuntimeDirectory(const std::string& name) : path_(runtime_path(name)) {
  ipc_address(path_, std::string(kLongestSocketName, 'x'));
  if (!is_utf8(path_.string())) throw not_safe(path_, "its path is not UTF-8, which the connection file must be");
  hold();
  outlive_former_hub(path_);
  empty(folder_.get(), kLockFile);
  sign();
}

bool RuntimeDirectory::restore() {
  const bool current = is_current(path_, folder_.get());
  const bool is_signed = ::faccessat(folder_.get(), kLockFile, F_OK, AT_SYMLINK_NOFOLLOW) == 0 || errno != ENOENT;
  if (current && is_signed) return false;
  if (!current) hold();
  sign();
  return true;
}

void RuntimeDirectory::hold() {
  open_private(path_.parent_path());
  while (!try_to_hold()) {}
}

bool RuntimeDirectory::try_to_hold() {
  Descriptor folder = open_private(path_);
  if (!folder) return false;
  const std::string name = path_.filename().string();
  const auto refuse = [&](const std::optional<ProcessId>& other) {
    if (other && !outlive(*other))
      throw ConnectionError(
          fmt::format("cluster '{}' is running already (launcher pid {}). End it with `enginery stop{}`, "
                      "or give the new one another --name",
                      name, other->pid, name_option(name)));
  };
  // The folder is held, but no file says by whom: by a hub that tidies up, by a launcher in its first microseconds, or
  // by one whose files were just removed. There is no flock with a time limit.
  constexpr int kTries = 2000;
  for (int i = 0; ::flock(folder.get(), LOCK_EX | LOCK_NB) != 0; ++i) {
    if (errno != EWOULDBLOCK && errno != EINTR)
      throw not_safe(path_, fmt::format("no lock ({})", std::strerror(errno)));
    refuse(holder_of(path_, folder.get()));
    if (i == kTries)
      throw ConnectionError(
          fmt::format("cluster '{}': another process holds {}. Give the new one another --name", name, path_.string()));
    ::poll(nullptr, 0, 1);
  }
  if (!is_current(path_, folder.get())) return false;
  // The lock was free, and yet a launcher lives: some network file systems keep no locks.
  if (const auto other = holder_of(path_, folder.get()); other != ProcessId::self()) refuse(other);
  folder_ = std::move(folder);
  return true;
}

void RuntimeDirectory::sign() const {
  const Descriptor lock(::openat(folder_.get(), kLockFile, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
  const ProcessId self = ProcessId::self();
  const std::string text = fmt::format("{} {}\n", self.pid, self.start);
  if (!lock || ::ftruncate(lock.get(), 0) != 0 ||
      ::pwrite(lock.get(), text.data(), text.size(), 0) != static_cast<ssize_t>(text.size())) {
    const int error = errno;
    throw not_safe(path_, fmt::format("its lock cannot be written ({})", std::strerror(error)));
  }
}

RuntimeDirectory::~RuntimeDirectory() {
  if (!is_current(path_, folder_.get())) return;
  empty(folder_.get(), kLockFile);
  ::unlinkat(folder_.get(), kLockFile, 0);
  ::rmdir(path_.c_str());
}

}  // namespace enginery::cluster
