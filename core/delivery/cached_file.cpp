// core/delivery/cached_file.cpp: a file of the module cache: how it comes, and how it goes.
//
// Hosts and processes share a cache, and any of them may be killed at any time. So a file is written under another name
// and takes its place by rename, complete. Its writer holds a lock on it, which ends with the writer; whoever gets the
// lock of a temporary file may remove it. This can happen to a new file before its writer has locked it. Then the
// writer makes another.
//
// A file's time of modification is when it was last used: nobody changes its content, and the time of access is not
// kept on many disks.
#include "core/delivery/cached_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

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

#include "core/processes/host.hpp"

namespace enginery::modules {
namespace {

namespace fs = std::filesystem;

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

fs::path proof_of(const fs::path& file, const std::string& beside) {
  return file.string() + kProof + cluster::Host::self().name + (beside.empty() ? "" : "-" + beside);
}

void remove_proofs(const fs::path& file) {
  const std::string begin = file.filename().string() + kProof;
  for (const fs::path& entry : entries(file.parent_path()))
    if (entry.filename().string().starts_with(begin)) unlink(entry.c_str());
}

void mark_used(int descriptor) { futimens(descriptor, nullptr); }

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

}  // namespace enginery::modules
