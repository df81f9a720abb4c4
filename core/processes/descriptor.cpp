// core/processes/descriptor.cpp: a file descriptor with one owner, and pipes.
#include "core/processes/descriptor.hpp"

#include <fcntl.h>
#include <sys/resource.h>

#include <cerrno>

namespace enginery::cluster {

Pipe Pipe::open() noexcept {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return {};
  return {Descriptor(ends[0]), Descriptor(ends[1])};
}

std::string read_all(const Descriptor& from) {
  std::string text;
  char buffer[4096];
  for (ssize_t got; (got = ::read(from.get(), buffer, sizeof buffer)) != 0;) {
    if (got > 0) text.append(buffer, static_cast<std::size_t>(got));
    if (got < 0 && errno != EINTR) break;
  }
  return text;
}

std::size_t read_at(int descriptor, std::uint64_t offset, std::span<std::byte> room) noexcept {
  std::size_t done = 0;
  while (done < room.size()) {
    const ssize_t got = ::pread(descriptor, room.data() + done, room.size() - done, static_cast<off_t>(offset + done));
    if (got > 0) done += static_cast<std::size_t>(got);
    if (got == 0 || (got < 0 && errno != EINTR)) break;
  }
  return done;
}

void raise_descriptor_limit() noexcept {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace enginery::cluster
