// core/clusters/certificates.hpp: the certificate that admits to a cluster.
#pragma once

#include <string>

#include <enginery/connection.hpp>
#include <enginery/export.hpp>

namespace enginery::cluster {

/// The server's name in every cluster's certificate.
constexpr const char* kCertifiedName = "enginery";

/// An authority that signs one certificate and is forgotten: its key is gone when this returns. The certificate serves
/// both who listens and who connects. A pair for each role would be no safer: whoever has the connection file has all
/// that is in it, since an engine on another host both listens and connects. Neither tells anything of the cluster:
/// whoever connects is shown the certificate. Takes some milliseconds.
/// Throws Error if OpenSSL does not do it.
ENGINERY_API Credentials make_credentials();

/// What is wrong with credentials that came from outside: no PEM, a key that is not the certificate's, a certificate
/// that the authority did not sign. Empty if nothing is.
ENGINERY_API std::string objection_to(const Credentials& credentials);

}  // namespace enginery::cluster
