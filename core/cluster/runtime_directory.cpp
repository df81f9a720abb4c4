// core/cluster/runtime_directory.cpp: a folder that one launcher holds, and that is safe to delete.
//
// Several processes may reach for the same folder at once: a launcher that starts, one that ends, and a hub whose
// launcher was killed. Whoever creates in it or deletes from it holds an exclusive flock on its file `lock`. Who
// deletes the folder unlinks that file last, so a lock counts only if, once taken, it is still the file of that name.
// The kernel releases the lock of a killed launcher; children do not inherit the descriptor.
#include "core/cluster/runtime_directory.hpp"

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

#include "core/cluster/descriptor.hpp"
#include "core/cluster/pidfd.hpp"
#include "core/cluster/process_stat.hpp"

namespace enginery::cluster {
namespace {

constexpr int kDeepest = 64;
/// What a process gets, in milliseconds, that is about to end: a hub whose launcher is gone, or one that was killed.
constexpr int kEndingGrace = 2000;

/// Why the open folder `fd` must not be used; empty if it may.
std::string objection(int fd) {
  struct stat status;
  if (::fstat(fd, &status) != 0) return std::strerror(errno);
  if (status.st_uid != ::geteuid()) return fmt::format("it belongs to user {}, not to {}", status.st_uid, ::geteuid());
  if ((status.st_mode & 07777) != 0700)
    return fmt::format("its mode is {:04o}, not 0700, so that others could reach in", status.st_mode & 07777);
  return {};
}

ConnectionError not_safe(const std::filesystem::path& path, const std::string& problem) {
  return ConnectionError(
      fmt::format("{} cannot be a cluster's folder: {}. Remove it, or set XDG_RUNTIME_DIR to a folder "
                  "of yours",
                  path.string(), problem));
}

/// Opens the folder `path`, created if need be, and checked.
Descriptor open_private(const std::filesystem::path& path) {
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) throw not_safe(path, std::strerror(errno));
  Descriptor folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!folder) {
    const int error = errno;
    struct stat status;
    if (error == ENOENT) return folder;
    if (::lstat(path.c_str(), &status) == 0 && S_ISLNK(status.st_mode)) throw not_safe(path, "it is a symbolic link");
    throw not_safe(path, std::strerror(error));
  }
  if (const std::string problem = objection(folder.get()); !problem.empty()) throw not_safe(path, problem);
  return folder;
}

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

/// True if `lock` is, in the folder, still the file of that name.
bool is_current(int folder, int lock) {
  struct stat mine, named;
  return ::fstat(lock, &mine) == 0 && ::fstatat(folder, kLockFile, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
         mine.st_ino == named.st_ino && mine.st_dev == named.st_dev;
}

std::optional<ProcessId> read_holder(int lock) {
  char text[64] = {};
  ProcessId process;
  if (::pread(lock, text, sizeof text - 1, 0) <= 0) return std::nullopt;
  if (std::sscanf(text, "%d %" SCNu64, &process.pid, &process.start) != 2 || !process.alive()) return std::nullopt;
  return process;
}

/// Waits for the end of a process that the kernel is taking down. A killed launcher's links may close a moment before
/// its lock is released. False if the process is not about to end.
bool outlive(const ProcessId& process) {
  const Descriptor handle(pidfd_open(process.pid));
  const auto stat = read_process_stat(process.pid);
  if (!handle || !process.alive()) return true;
  if (!stat || !stat->exiting) return false;
  pollfd ended{handle.get(), POLLIN, 0};
  return ::poll(&ended, 1, kEndingGrace) == 1;
}

/// The hub of a launcher that was killed ends by itself; until then it would count its sockets as its own.
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

std::filesystem::path runtime_base() {
  const char* runtime = std::getenv("XDG_RUNTIME_DIR");
  // Its specification says to ignore a relative path.
  if (runtime && runtime[0] == '/') return std::filesystem::path(runtime) / "enginery";
  return fmt::format("/tmp/enginery-{}", ::geteuid());
}

std::filesystem::path runtime_path(const std::string& name) { return runtime_base() / name; }

// No cluster's name has a '~'.
std::filesystem::path last_log(const std::string& name) { return runtime_base() / (name + "~launcher.log"); }

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
  const Descriptor folder(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!folder || !objection(folder.get()).empty()) return std::nullopt;
  const Descriptor lock(::openat(folder.get(), kLockFile, O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  return lock ? read_holder(lock.get()) : std::nullopt;
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

bool remove_runtime_directory(const std::filesystem::path& directory) noexcept {
  const Descriptor folder(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!folder || !objection(folder.get()).empty()) return false;
  const Descriptor lock(::openat(folder.get(), kLockFile, O_RDWR | O_NOFOLLOW | O_CLOEXEC));
  if (!lock) return false;
  if (const auto launcher = read_holder(lock.get()); launcher && !outlive(*launcher)) return false;
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0 || !is_current(folder.get(), lock.get())) return false;
  empty(folder.get(), kLockFile);
  ::unlinkat(folder.get(), kLockFile, 0);
  return ::rmdir(directory.c_str()) == 0;
}

RuntimeDirectory::RuntimeDirectory(const std::string& name) : path_(runtime_path(name)) {
  ipc_address(path_, std::string(kLongestSocketName, 'x'));
  open_private(path_.parent_path());
  for (bool held = false; !held;) {
    const Descriptor folder = open_private(path_);
    if (!folder) continue;
    held = lock(folder.get());
    if (!held) continue;
    outlive_former_hub(path_);
    empty(folder.get(), kLockFile);
  }
  const ProcessId self = ProcessId::self();
  const std::string text = fmt::format("{} {}\n", self.pid, self.start);
  if (::ftruncate(lock_.get(), 0) != 0 ||
      ::pwrite(lock_.get(), text.data(), text.size(), 0) != static_cast<ssize_t>(text.size())) {
    const int error = errno;
    throw not_safe(path_, fmt::format("its lock cannot be written ({})", std::strerror(error)));
  }
}

bool RuntimeDirectory::lock(int folder) {
  Descriptor file(::openat(folder, kLockFile, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file) {
    if (errno == ENOENT) return false;
    throw not_safe(path_, fmt::format("its lock cannot be opened ({})", std::strerror(errno)));
  }
  // Held, but by nobody who is named: a hub that tidies up, or a launcher in its first microseconds. A flock cannot be
  // waited for with a limit.
  constexpr int kTries = 2000;
  for (int i = 0; ::flock(file.get(), LOCK_EX | LOCK_NB) != 0; ++i) {
    if (errno != EWOULDBLOCK && errno != EINTR)
      throw not_safe(path_, fmt::format("no lock ({})", std::strerror(errno)));
    const std::string name = path_.filename().string();
    if (const auto other = read_holder(file.get()); other && !outlive(*other))
      throw ConnectionError(
          fmt::format("cluster '{}' is running already (launcher pid {}). End it with `enginery stop{}`, "
                      "or give the new one another --name",
                      name, other->pid, name_option(name)));
    if (i == kTries)
      throw ConnectionError(fmt::format("cluster '{}': another process holds {}/{}. Give the new one another --name",
                                        name, path_.string(), kLockFile));
    ::poll(nullptr, 0, 1);
  }
  if (!is_current(folder, file.get())) return false;
  lock_ = std::move(file);
  return true;
}

RuntimeDirectory::~RuntimeDirectory() {
  const Descriptor folder(::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (folder && is_current(folder.get(), lock_.get())) {
    empty(folder.get(), kLockFile);
    ::unlinkat(folder.get(), kLockFile, 0);
    ::rmdir(path_.c_str());
  }
}

}  // namespace enginery::cluster
