// core/transport/check.cpp: what this process lacks for connections.
#include "core/transport/check.hpp"

#include <sys/socket.h>

#include <cerrno>

#include "core/processes/descriptor.hpp"

namespace enginery::transport {

bool lacks_descriptors() noexcept {
  const cluster::Descriptor one(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  return !one && (errno == EMFILE || errno == ENFILE);
}

}  // namespace enginery::transport
