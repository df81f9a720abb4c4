// core/modules/module_cache.cpp: copies of modules, each at a path that contains its build-id.
#include "core/modules/module_cache.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <optional>

#include <fmt/format.h>

#include <enginery/errors.hpp>

#include "core/modules/descriptor.hpp"
#include "core/modules/plugin_file.hpp"

namespace enginery::modules {

namespace fs = std::filesystem;

static constexpr const char* kRemedy = "Set ENGINERY_CACHE to a folder of your own on a disk with room";

[[noreturn]] static void refuse(const fs::path& file, const std::string& problem) {
  throw PluginLoadError(LoadStage::read, file, problem, kRemedy);
}

ModuleCache::ModuleCache(fs::path folder) : folder_(std::move(folder)) {
  std::error_code error;
  fs::create_directories(folder_.parent_path(), error);
  if (mkdir(folder_.c_str(), 0700) != 0 && errno != EEXIST) {
    refuse(folder_, fmt::format("cannot create the module cache: {}", std::strerror(errno)));
  }
  // In a folder of somebody else's, that somebody would decide what code runs here.
  struct stat status;
  if (lstat(folder_.c_str(), &status) != 0 || !S_ISDIR(status.st_mode) || status.st_uid != geteuid()) {
    refuse(folder_, "the module cache is not a folder that belongs to this user");
  }
  if ((status.st_mode & 0077) != 0 && chmod(folder_.c_str(), 0700) != 0) {
    refuse(folder_, fmt::format("cannot make the module cache private: {}", std::strerror(errno)));
  }
  if (access(folder_.c_str(), W_OK | X_OK) != 0) refuse(folder_, "the module cache is not writable");
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
  return std::ranges::equal(PluginFile::read(file).bytes.span(), bytes);
}

static void write_all(int descriptor, std::span<const std::byte> bytes, const fs::path& file) {
  while (!bytes.empty()) {
    const ssize_t written = write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) refuse(file, fmt::format("cannot write to the module cache: {}", std::strerror(errno)));
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

static fs::path proof_of(const fs::path& file) {
  char host[256] = "localhost";
  if (gethostname(host, sizeof host) == 0) host[sizeof host - 1] = '\0';
  return file.string() + ".proven-" + host;
}

fs::path ModuleCache::keep(const BuildId& build_id, const std::string& name, std::span<const std::byte> bytes) const {
  const fs::path folder = folder_ / "modules" / build_id.hex;
  const fs::path file = folder / name;
  if (holds(file, bytes)) return file;

  std::error_code error;
  fs::create_directories(folder, error);
  std::string temporary = (folder / ".new-XXXXXX").string();
  const Descriptor out(mkostemp(temporary.data(), O_CLOEXEC));
  if (!out) refuse(file, fmt::format("cannot write to the module cache: {}", std::strerror(errno)));
  try {
    write_all(out.number(), bytes, file);
    fs::remove(proof_of(file), error);  // what was proven had other bytes
    if (fchmod(out.number(), 0700) != 0 || rename(temporary.c_str(), file.c_str()) != 0) {
      refuse(file, fmt::format("cannot write to the module cache: {}", std::strerror(errno)));
    }
  } catch (...) {
    unlink(temporary.c_str());
    throw;
  }
  return file;
}

bool ModuleCache::proven(const fs::path& file) const { return access(proof_of(file).c_str(), F_OK) == 0; }

void ModuleCache::set_proven(const fs::path& file) const {
  // Failing to remember costs another probe, no more.
  const Descriptor proof(open(proof_of(file).c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
}

}  // namespace enginery::modules
