// core/delivery/module_cache.cpp: copies of modules, each at a path that contains its build-id.
//
// The dynamic linker gives the old code for a path that it knows, and a linker that writes over a mapped file kills the
// process. So no file is mapped from where the user builds it. Each build is copied here once, to
// modules/BUILD-ID/NAME, and is never written to again. An empty file beside it, for each host, says that the build was
// opened there without harm. What has no room is removed, longest unused first; whoever has it open keeps it.
//
// Hosts and processes share a cache, and any of them may be killed at any time. So a file is written under another name
// and takes its place by rename, complete. Its writer holds a lock on it, which ends with the writer; whoever gets the
// lock of a temporary file may remove it. This can happen to a new file before its writer has locked it. Then the
// writer makes another.
//
// A file's time of modification is when it was last used: nobody changes its content, and the time of access is not
// kept on many disks.
#include "core/delivery/module_cache.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <tuple>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <enginery/errors.hpp>

#include "core/modules/plugin_file.hpp"
#include "core/processes/host.hpp"

namespace enginery::modules {

namespace fs = std::filesystem;

namespace {

constexpr const char* kProof = ".proven-";

[[noreturn]] void refuse_to_write(const fs::path& place) {
  refuse_cached(place, fmt::format("cannot write to the module cache: {}", std::strerror(errno)));
}

bool lock(int descriptor, int how) {
  while (flock(descriptor, how) != 0)
    if (errno != EINTR) return false;
  return true;
}

std::vector<fs::path> entries(const fs::path& folder) {
  std::vector<fs::path> found;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error))
    found.push_back(entry->path());
  return found;
}

/// Removes what a writer that was killed left.
void remove_if_abandoned(const fs::path& temporary) {
  const cluster::Descriptor file(open(temporary.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
  if (!file || !lock(file.get(), LOCK_EX | LOCK_NB)) return;
  // It may have taken its place since it was listed. Then the name is gone, or is that of another file.
  struct stat here, there;
  if (fstat(file.get(), &here) == 0 && lstat(temporary.c_str(), &there) == 0 && here.st_ino == there.st_ino)
    unlink(temporary.c_str());
}

struct Kept {
  fs::path path;
  std::uint64_t size;
  timespec used;

  auto order() const { return std::tuple(used.tv_sec, used.tv_nsec); }
};

/// Where it is kept that the file has been opened on this host without harm, by a process that had `beside` loaded.
fs::path proof_of(const fs::path& file, const std::string& beside) {
  return file.string() + kProof + cluster::Host::self().name + (beside.empty() ? "" : "-" + beside);
}

/// Of all hosts.
void remove_proofs(const fs::path& file) {
  const std::string begin = file.filename().string() + kProof;
  for (const fs::path& entry : entries(file.parent_path()))
    if (entry.filename().string().starts_with(begin)) unlink(entry.c_str());
}

/// The file behind `descriptor` was used now: others go first.
void mark_used(int descriptor) { futimens(descriptor, nullptr); }

/// With all that it lies in, as far as they are not there. Whatever the umask is, only this user may use them, as the
/// XDG Base Directory Specification says of such folders.
void create_private_folders(const fs::path& folder) {
  fs::path made;
  for (const fs::path& part : folder) mkdir((made /= part).c_str(), 0700);
}

bool holds(const fs::path& file, std::span<const std::byte> bytes) {
  const std::optional<FileStamp> stamp = FileStamp::of(file);
  if (!stamp || stamp->size != bytes.size()) return false;
  const PluginFile kept = PluginFile::read(file);
  return std::ranges::equal(kept.bytes.span(), bytes);
}

}  // namespace

void refuse_cached(const fs::path& file, const std::string& problem) {
  throw PluginLoadError(LoadStage::read, file, problem,
                        "Set ENGINERY_CACHE to a folder of your own on a disk with room");
}

IncomingFile::IncomingFile(fs::path place) : place_(std::move(place)) {
  for (;;) {
    std::error_code error;
    fs::create_directories(place_.parent_path(), error);
    std::string name = (place_.parent_path() / (std::string(kPrefix) + "XXXXXX")).string();
    cluster::Descriptor made(mkostemp(name.data(), O_CLOEXEC));
    if (!made && errno == ENOENT && !error) continue;  // the folder was empty, and another process removed it
    if (!made) refuse_to_write(place_);
    struct stat status;
    // On a file system without locks, no other process can take this one either.
    if (lock(made.get(), LOCK_EX) && fstat(made.get(), &status) == 0 && status.st_nlink == 0) continue;
    temporary_ = name;
    out_ = std::move(made);
    return;
  }
}

IncomingFile::~IncomingFile() {
  if (!temporary_.empty()) unlink(temporary_.c_str());
}

void IncomingFile::write(std::uint64_t offset, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = pwrite(out_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) refuse_to_write(place_);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
    offset += static_cast<std::uint64_t>(written);
  }
}

std::shared_ptr<const cluster::Descriptor> IncomingFile::put_in_place() {
  auto reading = std::make_shared<const cluster::Descriptor>(open(temporary_.c_str(), O_RDONLY | O_CLOEXEC));
  if (!*reading || fchmod(out_.get(), 0700) != 0 || rename(temporary_.c_str(), place_.c_str()) != 0)
    refuse_to_write(place_);
  temporary_.clear();
  out_.reset();
  return reading;
}

std::uint64_t cache_limit() {
  constexpr std::uint64_t kMebibyte = 1u << 20, kUsual = 4096 * kMebibyte;
  const char* given = std::getenv("ENGINERY_CACHE_LIMIT");
  if (!given) return kUsual;
  std::uint64_t mebibytes = 0;
  const char* const end = given + std::strlen(given);
  const auto [stop, error] = std::from_chars(given, end, mebibytes);
  return error == std::errc() && stop == end && stop != given ? mebibytes * kMebibyte : kUsual;
}

void keep_within(const fs::path& modules, std::uint64_t limit, const fs::path& latest) noexcept try {
  const cluster::Descriptor turn(open((modules / ".turn").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (turn && flock(turn.get(), LOCK_EX | LOCK_NB) != 0) return;  // another process is at it, or is stopped in it
  std::vector<Kept> kept;
  std::uint64_t total = 0;
  for (const fs::path& folder : entries(modules)) {
    for (const fs::path& file : entries(folder)) {
      if (file.filename().string().starts_with(IncomingFile::kPrefix)) {
        remove_if_abandoned(file);
        continue;
      }
      struct stat status;
      if (lstat(file.c_str(), &status) != 0 || !S_ISREG(status.st_mode) || status.st_size == 0) continue;  // a proof
      kept.push_back({file, static_cast<std::uint64_t>(status.st_size), status.st_mtim});
      total += kept.back().size;
    }
  }
  std::ranges::sort(kept, {}, &Kept::order);
  for (const Kept& file : kept) {
    if (total <= limit) return;
    if (file.path == latest) continue;
    unlink(file.path.c_str());
    remove_proofs(file.path);
    rmdir(file.path.parent_path().c_str());  // if it was the last
    total -= file.size;
  }
} catch (...) {
  // No memory to list it.
}

ModuleCache::ModuleCache(fs::path folder) : folder_(std::move(folder)) {
  create_private_folders(folder_.parent_path());
  if (mkdir(folder_.c_str(), 0700) != 0 && errno != EEXIST)
    refuse_cached(folder_, fmt::format("cannot create the module cache: {}", std::strerror(errno)));
  // The owner of the folder decides what code runs here.
  struct stat status;
  if (lstat(folder_.c_str(), &status) != 0 || !S_ISDIR(status.st_mode) || status.st_uid != geteuid())
    refuse_cached(folder_, "the module cache is not a folder that belongs to this user");
  if ((status.st_mode & 0077) != 0 && chmod(folder_.c_str(), 0700) != 0)
    refuse_cached(folder_, fmt::format("cannot make the module cache private: {}", std::strerror(errno)));
  if (access(folder_.c_str(), W_OK | X_OK) != 0) refuse_cached(folder_, "the module cache is not writable");
}

ModuleCache ModuleCache::standard() {
  if (const char* named = std::getenv("ENGINERY_CACHE"); named && *named) return ModuleCache(named);
  std::optional<fs::path> usual;
  if (const char* cache = std::getenv("XDG_CACHE_HOME"); cache && *cache == '/') {
    usual = fs::path(cache) / "enginery";
  } else if (const char* home = std::getenv("HOME"); home && *home == '/') {
    usual = fs::path(home) / ".cache" / "enginery";
  }
  if (usual) {
    try {
      return ModuleCache(*usual);
    } catch (const PluginLoadError&) {  // a home that is read-only or absent is common on compute nodes
    }
  }
  const ModuleCache mine(fmt::format("/tmp/enginery-{}", geteuid()));
  return ModuleCache(mine.folder() / "cache");
}

fs::path ModuleCache::place(const std::string& folder, const std::string& name) const {
  return folder_ / "modules" / folder / name;
}

std::shared_ptr<const cluster::Descriptor> ModuleCache::put_in_place(IncomingFile& complete) const {
  remove_proofs(complete.place());  // what was proven had other bytes
  auto content = complete.put_in_place();
  keep_within(folder_ / "modules", cache_limit(), complete.place());
  return content;
}

fs::path ModuleCache::keep(const std::string& folder, const std::string& name, std::span<const std::byte> bytes) const {
  const fs::path file = place(folder, name);
  if (holds(file, bytes)) {
    mark_used(cluster::Descriptor(open(file.c_str(), O_RDONLY | O_CLOEXEC)).get());
    return file;
  }
  IncomingFile incoming(file);
  incoming.write(0, bytes);
  put_in_place(incoming);
  return file;
}

fs::path ModuleCache::place_of(const ModuleFile& wanted) const { return place(wanted.build_id.hex, wanted.name); }

std::optional<BroughtFile> ModuleCache::find(const ModuleFile& wanted) const {
  const fs::path file = place_of(wanted);
  auto content = std::make_shared<const cluster::Descriptor>(open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  struct stat status;
  if (!*content || fstat(content->get(), &status) != 0 || !S_ISREG(status.st_mode) ||
      static_cast<std::uint64_t>(status.st_size) != wanted.size ||
      ContentHash::of(content->get(), wanted.size) != wanted.hash)
    return std::nullopt;
  mark_used(content->get());
  return BroughtFile{wanted, file, std::move(content)};
}

BroughtFile ModuleCache::accept(IncomingFile& complete, const ModuleFile& wanted) const {
  if (ContentHash::of(complete.descriptor(), wanted.size) != wanted.hash)
    refuse_cached(wanted.path, "the bytes that came are not those of its SHA-256 " + wanted.hash.hex());
  return {wanted, complete.place(), put_in_place(complete)};
}

void ModuleCache::restore(const BroughtFile& file) const {
  struct stat had, there;
  if (fstat(file.content->get(), &had) == 0 && stat(file.cached.c_str(), &there) == 0 && had.st_ino == there.st_ino &&
      had.st_dev == there.st_dev)
    return mark_used(file.content->get());
  IncomingFile again(file.cached);
  std::vector<std::byte> buffer(std::min<std::uint64_t>(file.what.size, 1u << 20));
  for (std::uint64_t at = 0; at < file.what.size;) {
    const std::size_t got = cluster::read_at(file.content->get(), at, buffer);
    if (got == 0) refuse_cached(file.cached, fmt::format("cannot read the module again: {}", std::strerror(errno)));
    again.write(at, std::span(buffer).first(got));
    at += got;
  }
  put_in_place(again);
}

bool ModuleCache::proven(const fs::path& file, const std::string& beside) const {
  return access(proof_of(file, beside).c_str(), F_OK) == 0;
}

void ModuleCache::set_proven(const fs::path& file, const std::string& beside) const {
  // Failing to remember costs another probe, no more.
  const cluster::Descriptor proof(open(proof_of(file, beside).c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
}

}  // namespace enginery::modules
