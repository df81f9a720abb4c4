// tests/deaf_peer.hpp: who asks and never reads.
#pragma once

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "core/processes/descriptor.hpp"

namespace enginery {

/// A connection to the socket at `path` that asks `count` times and never reads.
inline cluster::Descriptor deaf_peer(std::string_view path, int count) {
  using namespace std::string_literals;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  cluster::Descriptor fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  EXPECT_EQ(::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  std::string bytes = "\0SP\0\0\x30\0\0"s;
  for (int i = 0; i < count; ++i) bytes += "\1\0\0\0\0\0\0\0\x0c\x80\0\0\1question"s;
  std::size_t sent = 0;
  for (pollfd ready{fd.get(), POLLOUT, 0}; sent < bytes.size() && ::poll(&ready, 1, 1000) == 1;)
    sent += static_cast<std::size_t>(::send(fd.get(), &bytes[sent], bytes.size() - sent, MSG_NOSIGNAL | MSG_DONTWAIT));
  return fd;
}

}  // namespace enginery
