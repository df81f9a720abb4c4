// core/delivery/module_cache.cpp: copies of modules, each at a path that contains its build-id.
//
// The dynamic linker gives the old code for a path that it knows, and a linker that writes over a mapped file kills the
// process. So no file is mapped from where the user builds it. Each build is copied here once, to
// modules/BUILD-ID/NAME, and is never written to again. An empty file beside it, for each host, says that the build was
// opened there without harm. What has no room is removed, longest unused first; whoever has it open keeps it.
#include "core/delivery/module_cache.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include <fmt/format.h>

#include <enginery/errors.hpp>

#include "core/modules/plugin_file.hpp"
#include "core/processes/descriptor.hpp"

namespace enginery::modules {

namespace fs = std::filesystem;

/// With all that it lies in, as far as they are not there. Whatever the umask is, only this user may use them, as the
/// XDG Base Directory Specification says of such folders.
static void create_private_folders(const fs::path& folder) {
  fs::path made;
  for (const fs::path& part : folder) mkdir((made /= part).c_str(), 0700);
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

static bool holds(const fs::path& file, std::span<const std::byte> bytes) {
  const std::optional<FileStamp> stamp = FileStamp::of(file);
  if (!stamp || stamp->size != bytes.size()) return false;
  const PluginFile kept = PluginFile::read(file);
  return std::ranges::equal(kept.bytes.span(), bytes);
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
