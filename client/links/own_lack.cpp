// client/links/own_lack.cpp: connections that fail for want of something of this process's own.
#include "client/links/own_lack.hpp"

#include <system_error>

#include <fmt/format.h>

#include "core/transport/check.hpp"

namespace enginery {

void OwnLack::note(const std::exception& error, session::Time now) {
  if (dynamic_cast<const transport::OwnLack*>(&error))
    words_ = error.what();
  else if (dynamic_cast<const std::system_error*>(&error))
    words_ = fmt::format("it can have no further thread ({}); end some, or raise `ulimit -u`", error.what());
  else if (transport::lacks_descriptors())  // NNG does not always say what it lacked
    words_ = "it has no descriptors left: raise `ulimit -n`";
  else
    return clear();
  if (since_ == session::kNever) since_ = now;
}

std::optional<std::string> OwnLack::lasts(int engine, session::Time now) const {
  if (!is_long(now)) return std::nullopt;
  return fmt::format(
      "this process cannot reach engine {}: {}. What was outstanding there is given up; what had been sent before may "
      "run",
      engine, words_);
}

}  // namespace enginery
