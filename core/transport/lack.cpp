// core/transport/lack.cpp: connections that fail for want of something of this process's own.
#include "core/transport/lack.hpp"

#include <new>
#include <system_error>

#include <fmt/format.h>

#include "core/transport/check.hpp"

namespace enginery::transport {

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
