// core/clusters/launcher_link.cpp: lines over a socketpair, without blocking.
#include "core/clusters/launcher_link.hpp"

#include <fcntl.h>
#include <sys/socket.h>

#include <cerrno>

#include <enginery/errors.hpp>

namespace enginery::cluster {

constexpr std::size_t kLongestLine = 1 << 20;

LauncherLink::LauncherLink(int fd) : fd_(fd) { ::fcntl(fd, F_SETFD, FD_CLOEXEC); }

void LauncherLink::send(const LauncherMessage& message) {
  if (closed_) return;
  unsent_ += to_line(message) + "\n";
  flush();
}

void LauncherLink::flush() {
  while (wants_write()) {
    const ssize_t sent = ::send(fd(), unsent_.data(), unsent_.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent > 0) {
      unsent_.erase(0, static_cast<std::size_t>(sent));
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      return;
    } else if (errno != EINTR) {
      // The other end is gone. What it sent before can still be received, and receive() says that it is closed.
      unsent_.clear();
    }
  }
}

std::vector<LauncherMessage> LauncherLink::receive() {
  char buffer[4096];
  while (!closed_) {
    const ssize_t got = ::recv(fd(), buffer, sizeof buffer, MSG_DONTWAIT);
    if (got > 0) {
      partial_.append(buffer, static_cast<std::size_t>(got));
      if (partial_.size() > kLongestLine && partial_.find('\n') == std::string::npos)
        throw ProtocolError("a line between launcher and hub exceeds 1 MiB; are both of one version?");
    } else if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
      break;
    } else if (got == 0 || errno != EINTR) {
      closed_ = true;
    }
  }
  std::vector<LauncherMessage> messages;
  std::size_t begin = 0;
  for (std::size_t end; (end = partial_.find('\n', begin)) != std::string::npos; begin = end + 1)
    messages.push_back(parse_line(std::string_view(partial_).substr(begin, end - begin)));
  partial_.erase(0, begin);
  return messages;
}

}  // namespace enginery::cluster
