// core/transport/nng.hpp: what every use of NNG needs: one check of its errors, memory, dialers and listeners.
#pragma once

#include <string>

#include <nng/nng.h>

#include "core/clusters/address.hpp"

namespace enginery::transport {

using cluster::Address;

/// Throws ConnectionError naming the call and what it was about, unless `rv` is 0: OwnLack or NotOfThisCluster where
/// that is the cause.
void check(int rv, const char* call, const std::string& about = {});

/// True: NNG had no memory, and a new_handler has found some more, so the call is worth another try.
bool found_memory(int rv);

/// Calls what allocates inside of NNG, as operator new does: again for as long as a new_handler finds more memory.
template <class Allocate>
int with_memory(const Allocate& allocate) {
  int rv = allocate();
  while (found_memory(rv)) rv = allocate();
  return rv;
}

/// Makes dialers and listeners of `socket`. Those of tls+tcp show the address' certificate and refuse a peer without
/// one that its authority signed. Not started. Return NNG's error.
int create_dialer(nng_dialer* dialer, nng_socket socket, const Address& address);
int create_listener(nng_listener* listener, nng_socket socket, const Address& address);

}  // namespace enginery::transport
