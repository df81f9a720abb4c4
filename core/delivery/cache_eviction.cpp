// core/delivery/cache_eviction.cpp: keeping the module cache within its bound.
//
// A file's time of modification is when it was last used: nobody changes its content, and the time of access is not
// kept on many disks.
#include "core/delivery/cache_eviction.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "core/delivery/incoming_file.hpp"
#include "core/processes/descriptor.hpp"

namespace enginery::modules {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMebibyte = 1u << 20;

struct Kept {
  fs::path path;
  std::uint64_t size;
  timespec used;
};

bool used_before(const Kept& a, const Kept& b) {
  return a.used.tv_sec != b.used.tv_sec ? a.used.tv_sec < b.used.tv_sec : a.used.tv_nsec < b.used.tv_nsec;
}

std::vector<fs::path> entries(const fs::path& folder) {
  std::vector<fs::path> found;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error))
    found.push_back(entry->path());
  return found;
}

void remove(const Kept& file) {
  unlink(file.path.c_str());
  const std::string name = file.path.filename();
  for (const fs::path& beside : entries(file.path.parent_path()))  // its proofs, one for each host
    if (beside.filename().string().starts_with(name + '.')) unlink(beside.c_str());
  rmdir(file.path.parent_path().c_str());  // if it was the last
}

}  // namespace

std::uint64_t cache_limit() {
  constexpr std::uint64_t kUsual = 4096 * kMebibyte;
  const char* given = std::getenv("ENGINERY_CACHE_LIMIT");
  if (!given) return kUsual;
  std::uint64_t mebibytes = 0;
  const char* const end = given + std::strlen(given);
  const auto [stop, error] = std::from_chars(given, end, mebibytes);
  return error == std::errc() && stop == end && stop != given ? mebibytes * kMebibyte : kUsual;
}

void mark_used(int descriptor) { futimens(descriptor, nullptr); }

void keep_within(const fs::path& modules, std::uint64_t limit, const fs::path& latest) noexcept try {
  const cluster::Descriptor turn(open((modules / ".turn").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (turn && flock(turn.get(), LOCK_EX | LOCK_NB) != 0) return;  // whoever is at it may be stopped
  std::vector<Kept> kept;
  std::uint64_t total = 0;
  for (const fs::path& folder : entries(modules)) {
    for (const fs::path& file : entries(folder)) {
      const std::string name = file.filename();
      if (name.starts_with(IncomingFile::kPrefix)) {
        remove_if_abandoned(file);
        continue;
      }
      struct stat status;
      if (lstat(file.c_str(), &status) != 0 || !S_ISREG(status.st_mode) || status.st_size == 0) continue;  // a proof
      kept.push_back({file, static_cast<std::uint64_t>(status.st_size), status.st_mtim});
      total += kept.back().size;
    }
  }
  std::ranges::sort(kept, used_before);
  for (const Kept& file : kept) {
    if (total <= limit) return;
    if (file.path == latest) continue;
    remove(file);
    total -= file.size;
  }
} catch (...) {
  // No memory to list it.
}

}  // namespace enginery::modules
