// core/transport/check.hpp: one check for all of NNG.
#pragma once

#include <new>
#include <string>

#include <nng/nng.h>

#include <enginery/errors.hpp>

namespace enginery::transport {

/// The TLS handshake failed: who listens there is of another cluster, or cannot speak with us. Trying again does not
/// help.
class NotOfThisCluster : public ConnectionError {
  using ConnectionError::ConnectionError;
};

/// This process has no descriptors, threads or memory left for a connection; the peer may be well.
class OwnLack : public ConnectionError {
  using ConnectionError::ConnectionError;
};

/// Whether a socket cannot be opened now for want of descriptors.
bool lacks_descriptors() noexcept;

/// What a user can do about an error of NNG's.
inline const char* remedy(int rv) {
  switch (rv) {
    case NNG_ECONNREFUSED:
    case NNG_ENOENT:
      return "; nobody listens there: start a cluster with `enginery start`, or see `enginery status`";
    case NNG_EADDRINUSE:
      return "; another process listens there: end it, or use another --name, or with --listen another port";
    case NNG_ENOFILES:
      return "; this process has no descriptors left: raise `ulimit -n`";
    case NNG_ENOMEM:
      return "; this process has no memory left";
    case NNG_ECRYPTO:
    case NNG_EPEERAUTH:
      return "; the TLS handshake failed: if the connection file is of a former start or of another cluster, copy the "
             "file anew; if it is of this one, the TLS libraries of the two hosts disagree: install the same releases "
             "of NNG and mbedTLS on both";
    case NNG_ECONNSHUT:
    case NNG_ECONNRESET:
      return "; it does not let this process in, or has just ended: if the connection file is of a former start or of "
             "another cluster, copy the file anew";
    case NNG_EADDRINVAL:
      return "; no host has this address, or not this one";
    case NNG_EPERM:
      return "; the folder belongs to somebody else";
    default:
      return "";
  }
}

/// Calls what allocates inside of NNG; again, as operator new does, for as long as a new_handler finds more memory.
template <class Allocate>
int with_memory(const Allocate& allocate) {
  for (;;) {
    const int rv = allocate();
    const std::new_handler more = rv == NNG_ENOMEM ? std::get_new_handler() : nullptr;
    if (!more) return rv;
    more();
  }
}

/// Throws ConnectionError naming the call and what it was about, unless `rv` is 0.
inline void check(int rv, const char* call, const std::string& about = {}) {
  if (rv == 0) return;
  const std::string words =
      std::string(call) + (about.empty() ? "" : " " + about) + ": " + nng_strerror(rv) + remedy(rv);
  if (rv == NNG_ENOFILES || rv == NNG_ENOMEM) throw OwnLack(words);
  if (rv == NNG_ECRYPTO || rv == NNG_EPEERAUTH) throw NotOfThisCluster(words);
  throw ConnectionError(words);
}

}  // namespace enginery::transport
