// core/transport/tls.cpp: NNG's TLS, set up so that each side proves itself.
//
// The configuration is set on the dialer or listener, since NNG ignores that of a socket. The name that a dialer checks
// proves nothing, since every cluster's certificate has it: the authority has signed one certificate only, so there is
// nobody else who could answer. But mbedTLS from 3.6.3 on breaks off every handshake in which no name is checked.
#include "core/transport/tls.hpp"

#include <nng/supplemental/tls/tls.h>

#include "core/clusters/certificates.hpp"

namespace enginery::transport {
namespace {

/// Gives `use` a configuration, which NNG keeps as long as it needs it.
template <class Use>
int with_configuration(const Credentials& own, nng_tls_mode mode, const Use& use) {
  nng_tls_config* made = nullptr;
  int rv = nng_tls_config_alloc(&made, mode);
  if (rv != 0) return rv;
  rv = nng_tls_config_auth_mode(made, NNG_TLS_AUTH_MODE_REQUIRED);
  // mbedTLS 2.28 speaks no 1.3; and in 1.3 a dialer is done before the listener has refused it.
  if (rv == 0) rv = nng_tls_config_version(made, NNG_TLS_1_2, NNG_TLS_1_2);
  if (rv == 0) rv = nng_tls_config_ca_chain(made, own.authority.c_str(), nullptr);
  if (rv == 0) rv = nng_tls_config_own_cert(made, own.certificate.c_str(), own.key.c_str(), nullptr);
  if (rv == 0 && mode == NNG_TLS_MODE_CLIENT) rv = nng_tls_config_server_name(made, cluster::kCertifiedName);
  if (rv == 0) rv = use(made);
  nng_tls_config_free(made);
  return rv;
}

}  // namespace

int create_dialer(nng_dialer* dialer, nng_socket socket, const Address& address) {
  int rv = nng_dialer_create(dialer, socket, address.url.c_str());
  if (rv != 0 || !address.ipc_path().empty()) return rv;
  // A peer whose host vanished while nothing was on the way shows some day.
  rv = nng_dialer_set_bool(*dialer, NNG_OPT_TCP_KEEPALIVE, true);
  if (rv != 0 || !address.credentials) return rv;
  return with_configuration(*address.credentials, NNG_TLS_MODE_CLIENT, [&](nng_tls_config* made) {
    return nng_dialer_set_ptr(*dialer, NNG_OPT_TLS_CONFIG, made);
  });
}

int create_listener(nng_listener* listener, nng_socket socket, const Address& address) {
  int rv = nng_listener_create(listener, socket, address.url.c_str());
  if (rv != 0 || !address.ipc_path().empty()) return rv;
  rv = nng_listener_set_bool(*listener, NNG_OPT_TCP_KEEPALIVE, true);
  if (rv != 0 || !address.credentials) return rv;
  return with_configuration(*address.credentials, NNG_TLS_MODE_SERVER, [&](nng_tls_config* made) {
    return nng_listener_set_ptr(*listener, NNG_OPT_TLS_CONFIG, made);
  });
}

}  // namespace enginery::transport
