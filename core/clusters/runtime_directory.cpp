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

#include <enginery/errors.hpp>

#include "core/clusters/address.hpp"
#include "core/clusters/json.hpp"
#include "core/processes/pid.hpp"

namespace enginery::cluster {
namespace {

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
bool is_current(const std::filesystem::path& path, int folder) {
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
std::optional<ProcessId> launcher_of_file(const std::filesystem::path& directory) try {
  const Connection connection = Connection::load(directory / kConnectionFile);
  const bool own = connection.directory == directory && launcher_lives(connection).value_or(false);
  return own ? std::optional(connection.launcher) : std::nullopt;
} catch (const ConnectionError&) {
  return std::nullopt;
}

std::optional<ProcessId> holder_of(const std::filesystem::path& directory, int folder) {
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
void outlive_former_hub(const std::filesystem::path& directory) {
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

std::filesystem::path runtime_path(const std::string& name) { return runtime_base() / name; }

// No cluster's name has a '~'.
static std::string last_log_in_base(const std::string& name) { return name + "~launcher.log"; }

std::filesystem::path last_log(const std::string& name) { return runtime_base() / last_log_in_base(name); }

std::optional<std::filesystem::path> kept_log(const std::string& name) {
  for (const std::filesystem::path& base : {runtime_base(), fallback_base()}) {
    const std::filesystem::path log = base / last_log_in_base(name);
    std::error_code none;
    if (look_into(base).objection.empty() && std::filesystem::exists(log, none)) return log;
  }
  return std::nullopt;
}

std::vector<std::string> running_clusters() {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(runtime_base(), error))
    if (holder(entry.path())) names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

std::string running_clusters_text() {
  const std::vector<std::string> names = running_clusters();
  return names.empty() ? "No cluster runs" : fmt::format("Running: {}", fmt::join(names, ", "));
}

std::optional<ProcessId> holder(const std::filesystem::path& directory) {
  const auto [folder, objection] = look_into(directory);
  return folder && objection.empty() ? holder_of(directory, folder.get()) : std::nullopt;
}

bool is_held(const std::filesystem::path& directory) {
  const auto [folder, objection] = look_into(directory);
  return folder && objection.empty() && ::flock(folder.get(), LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
}

std::string ipc_address(const std::filesystem::path& directory, const std::string& socket) {
  const std::string path = (directory / socket).string();
  if (socket.size() > kLongestSocketName || path.size() > kLongestSocketPath)
    throw ValueError(
        fmt::format("{} is too long for a socket: {} bytes, and the kernel takes {}. Use a shorter cluster "
                    "name, or set XDG_RUNTIME_DIR to a shorter path",
                    path, path.size(), kLongestSocketPath));
  return "ipc://" + path;
}

std::array<std::string, 3> engine_addresses(const std::filesystem::path& directory, const Uuid& engine) {
  const std::string uuid = engine.text();
  return {ipc_address(directory, "e-" + uuid), ipc_address(directory, "b-" + uuid),
          ipc_address(directory, "o-" + uuid)};
}

bool remove_runtime_directory(const std::filesystem::path& directory) noexcept try {
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
