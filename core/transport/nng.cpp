// core/transport/nng.cpp: what every use of NNG needs: one check of its errors, memory, dialers and listeners.
//
// TLS is set up so that each side proves itself. The configuration is set on the dialer or listener, since NNG ignores
// that of a socket. The name that a dialer checks proves nothing, since every cluster's certificate has it. The proof
// is the authority: it has signed one certificate only, so nobody else can answer. But mbedTLS from 3.6.3 on breaks off
// every handshake in which no name is checked.
#include "core/transport/nng.hpp"

#include <new>

#include <nng/supplemental/tls/tls.h>

#include "core/clusters/certificates.hpp"
#include "core/transport/failures.hpp"

namespace enginery::transport {
namespace {

/// What a user can do about an error of NNG's.
const char* remedy(int rv) {
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

/// What dialers and listeners over TCP have in common. NNG keeps the configuration for as long as it needs it.
template <class End>
int set_up(End end, const Address& address, nng_tls_mode mode, int (*set_bool)(End, const char*, bool),
           int (*set_pointer)(End, const char*, void*)) {
  if (!address.ipc_path().empty()) return 0;
  // Else nobody would notice that a peer's host has vanished while nothing was on the way.
  int rv = set_bool(end, NNG_OPT_TCP_KEEPALIVE, true);
  if (rv != 0 || !address.credentials) return rv;
  const auto& own = *address.credentials;
  nng_tls_config* made = nullptr;
  rv = nng_tls_config_alloc(&made, mode);
  if (rv != 0) return rv;
  rv = nng_tls_config_auth_mode(made, NNG_TLS_AUTH_MODE_REQUIRED);
  // mbedTLS 2.28 speaks no 1.3; and in 1.3 a dialer is done before the listener has refused it.
  if (rv == 0) rv = nng_tls_config_version(made, NNG_TLS_1_2, NNG_TLS_1_2);
  if (rv == 0) rv = nng_tls_config_ca_chain(made, own.authority.c_str(), nullptr);
  if (rv == 0) rv = nng_tls_config_own_cert(made, own.certificate.c_str(), own.key.c_str(), nullptr);
  if (rv == 0 && mode == NNG_TLS_MODE_CLIENT) rv = nng_tls_config_server_name(made, cluster::kCertifiedName);
  if (rv == 0) rv = set_pointer(end, NNG_OPT_TLS_CONFIG, made);
  nng_tls_config_free(made);
  return rv;
}

}  // namespace

void check(int rv, const char* call, const std::string& about) {
  if (rv == 0) return;
  const std::string words =
      std::string(call) + (about.empty() ? "" : " " + about) + ": " + nng_strerror(rv) + remedy(rv);
  if (rv == NNG_ENOFILES || rv == NNG_ENOMEM) throw OwnLack(words);
  if (rv == NNG_ECRYPTO || rv == NNG_EPEERAUTH) throw NotOfThisCluster(words);
  throw ConnectionError(words);
}

bool found_memory(int rv) {
  const std::new_handler more = rv == NNG_ENOMEM ? std::get_new_handler() : nullptr;
  if (more) more();
  return more != nullptr;
}

int create_dialer(nng_dialer* dialer, nng_socket socket, const Address& address) {
  const int rv = nng_dialer_create(dialer, socket, address.url.c_str());
  return rv != 0 ? rv : set_up(*dialer, address, NNG_TLS_MODE_CLIENT, nng_dialer_set_bool, nng_dialer_set_ptr);
}

int create_listener(nng_listener* listener, nng_socket socket, const Address& address) {
  const int rv = nng_listener_create(listener, socket, address.url.c_str());
  return rv != 0 ? rv : set_up(*listener, address, NNG_TLS_MODE_SERVER, nng_listener_set_bool, nng_listener_set_ptr);
}

}  // namespace enginery::transport
