// core/transport/tls.hpp: NNG's TLS, set up so that each side proves itself.
#pragma once

#include <nng/nng.h>

#include "core/clusters/address.hpp"

namespace enginery::transport {

using cluster::Address;

/// Makes dialers and listeners of `socket`. Those of tls+tcp show the address' certificate and refuse a peer without
/// one that its authority signed. Not started. Return NNG's error.
int create_dialer(nng_dialer* dialer, nng_socket socket, const Address& address);
int create_listener(nng_listener* listener, nng_socket socket, const Address& address);

}  // namespace enginery::transport
