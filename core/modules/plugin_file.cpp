// core/modules/plugin_file.cpp: the bytes of a plugin as they were at one moment.
#include "core/modules/plugin_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include <fmt/format.h>

#include <enginery/errors.hpp>

#include "core/processes/descriptor.hpp"

namespace enginery::modules {

static FileStamp stamp_of(const struct stat& status) {
  constexpr std::int64_t kNanoseconds = 1'000'000'000;
  return {status.st_dev, status.st_ino, static_cast<std::uint64_t>(status.st_size),
          status.st_mtim.tv_sec * kNanoseconds + status.st_mtim.tv_nsec,
          status.st_ctim.tv_sec * kNanoseconds + status.st_ctim.tv_nsec};
}

std::optional<FileStamp> FileStamp::of(const std::string& path) {
  struct stat status;
  if (stat(path.c_str(), &status) != 0) return std::nullopt;
  return stamp_of(status);
}

PluginFile PluginFile::read(const std::string& path) {
  constexpr off_t kLargest = off_t{4} << 30;
  const auto refuse = [&path](const std::string& problem, const char* remedy) {
    throw PluginLoadError(LoadStage::read, path, problem, remedy);
  };

  // Not blocking: a path may name a pipe, which would be waited for until somebody writes to it.
  const cluster::Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file) refuse(fmt::format("cannot open it: {}", std::strerror(errno)), "Check the path and its permissions");
  struct stat status;
  if (fstat(file.get(), &status) != 0) {
    refuse(fmt::format("cannot look at it: {}", std::strerror(errno)), "Check the file system that it is on");
  }
  if (!S_ISREG(status.st_mode)) refuse("this is not a regular file", "Give the path of a .so");
  if (status.st_size > kLargest) refuse("it is larger than 4 GiB", "Link it without debug information, or strip it");

  auto [bytes, memory] = Bytes::fresh(static_cast<std::size_t>(status.st_size));
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t got = ::read(file.get(), memory + done, bytes.size() - done);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) refuse(fmt::format("cannot read it: {}", std::strerror(errno)), "Check the file system that it is on");
    if (got == 0) refuse("it became shorter while it was read", "Try again when the linker has finished");
    done += static_cast<std::size_t>(got);
  }
  return {path, stamp_of(status), std::move(bytes)};
}

}  // namespace enginery::modules
