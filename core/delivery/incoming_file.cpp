// core/delivery/incoming_file.cpp: a file of the module cache that is being written.
//
// Whoever holds the lock may remove the file. A writer that has just made one, and waited for its lock because somebody
// was looking at it, may find it removed: then it makes another.
#include "core/delivery/incoming_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>
#include <utility>

#include <fmt/format.h>

#include <enginery/errors.hpp>

namespace enginery::modules {

namespace fs = std::filesystem;

[[noreturn]] static void refuse(const fs::path& place) {
  const int error = errno;
  throw PluginLoadError(LoadStage::read, place,
                        fmt::format("cannot write to the module cache: {}", std::strerror(error)),
                        "Set ENGINERY_CACHE to a folder of your own on a disk with room");
}

static bool lock(int descriptor, int how) {
  while (flock(descriptor, how) != 0)
    if (errno != EINTR) return false;
  return true;
}

IncomingFile::IncomingFile(fs::path place) : place_(std::move(place)) {
  for (;;) {
    std::error_code error;
    fs::create_directories(place_.parent_path(), error);
    std::string name = (place_.parent_path() / (std::string(kPrefix) + "XXXXXX")).string();
    cluster::Descriptor made(mkostemp(name.data(), O_CLOEXEC));
    if (!made && errno == ENOENT && !error) continue;  // somebody removed the empty folder
    if (!made) refuse(place_);
    struct stat status;
    // Where there are no locks, nobody can take this one either.
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
    if (written < 0) refuse(place_);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
    offset += static_cast<std::uint64_t>(written);
  }
}

std::shared_ptr<const cluster::Descriptor> IncomingFile::put_in_place() {
  auto reading = std::make_shared<const cluster::Descriptor>(open(temporary_.c_str(), O_RDONLY | O_CLOEXEC));
  if (!*reading || fchmod(out_.get(), 0700) != 0 || rename(temporary_.c_str(), place_.c_str()) != 0) refuse(place_);
  temporary_.clear();
  out_.reset();
  return reading;
}

bool remove_if_abandoned(const fs::path& temporary) {
  const cluster::Descriptor file(open(temporary.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
  if (!file || !lock(file.get(), LOCK_EX | LOCK_NB)) return false;
  // It may have taken its place since it was listed: then this name is somebody else's or nobody's.
  struct stat here, there;
  if (fstat(file.get(), &here) != 0 || lstat(temporary.c_str(), &there) != 0 || here.st_ino != there.st_ino)
    return false;
  return unlink(temporary.c_str()) == 0;
}

}  // namespace enginery::modules
