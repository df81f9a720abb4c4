// core/transport/check.hpp: one check for all of NNG.
#pragma once

#include <string>

#include <nng/nng.h>

#include <enginery/errors.hpp>

namespace enginery::transport {

/// Throws ConnectionError naming the call and what it was about, unless `rv` is 0.
inline void check(int rv, const char* call, const std::string& about = {}) {
  if (rv != 0)
    throw ConnectionError(std::string(call) + (about.empty() ? "" : " " + about) + ": " + nng_strerror(rv));
}

}  // namespace enginery::transport
