// core/transport/failures.cpp: why there is no connection, where waiting for one would be in vain.
#include "core/transport/failures.hpp"

#include <sys/socket.h>

#include <cerrno>
#include <new>
#include <system_error>

#include <fmt/format.h>

#include "core/processes/descriptor.hpp"

namespace enginery::transport {

/// Whether a socket cannot be opened now for want of descriptors.
static bool lacks_descriptors() noexcept {
  const cluster::Descriptor one(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  return !one && (errno == EMFILE || errno == ENFILE);
}

OwnLack no_thread_to_dial(const std::string& url, const std::exception& error) {
  return OwnLack(
      fmt::format("{} cannot be dialled: this process can have no further thread ({}); end some, or raise `ulimit -u` "
                  "or --memory-limit",
                  url, error.what()));
}

void Lack::note(const std::exception& error, Time now) noexcept try {
  if (dynamic_cast<const OwnLack*>(&error))
    words_ = error.what();
  else if (dynamic_cast<const std::bad_alloc*>(&error))
    words_ = "no memory left";  // short enough to need none itself
  else if (dynamic_cast<const std::system_error*>(&error))
    words_ = fmt::format("it can have no further thread ({}); end some, or raise `ulimit -u`", error.what());
  else if (lacks_descriptors())  // NNG does not always say what it lacked
    words_ = "it has no descriptors left: raise `ulimit -n`";
  else
    return clear();
  if (!since_) since_ = now;
} catch (const std::exception&) {
  note(std::bad_alloc(), now);
}

std::optional<std::string> Lack::take(Time now) {
  if (!is_long(now)) return std::nullopt;
  since_.reset();
  return words_;
}

}  // namespace enginery::transport
