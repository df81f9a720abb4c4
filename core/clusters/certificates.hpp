// core/clusters/certificates.hpp: the certificate that admits to a cluster.
#pragma once

#include <string>

#include <enginery/connection.hpp>
#include <enginery/export.hpp>

namespace enginery::cluster {

/// The server's name in every cluster's certificate.
constexpr const char* kCertifiedName = "enginery";

/// Makes an authority that signs one certificate; the authority's key is gone when this returns. The certificate serves
/// those who listen and those who connect. A pair for each role would be no safer: an engine on another host both
/// listens and connects, so its connection file would have to contain both. The certificate tells nothing of the
/// cluster, because it is shown to whoever connects. Takes some milliseconds. Throws Error if OpenSSL fails.
ENGINERY_API Credentials make_credentials();

/// What is wrong with credentials that came from outside: no PEM, a key that is not the certificate's, a certificate
/// that the authority did not sign. Empty if they are good.
ENGINERY_API std::string objection_to(const Credentials& credentials);

}  // namespace enginery::cluster
