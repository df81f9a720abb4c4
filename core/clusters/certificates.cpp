// core/clusters/certificates.cpp: the certificate that admits to a cluster.
//
// The keys are of NIST's P-256: one takes half a millisecond to make, and a handshake takes 20 ms with mbedTLS, which
// NNG uses. An RSA key of that strength takes a second to make. The authority has signed one certificate only, so
// whoever has that certificate's key is in, and nobody else; there is no revocation. All clusters use one name in it,
// because mbedTLS from 3.6.3 on insists on a name to check. The certificate is valid for longer than any cluster runs,
// and from long before its start, because clocks of hosts differ.
#include "core/clusters/certificates.hpp"

#include <memory>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <enginery/errors.hpp>

namespace enginery::cluster {
namespace {

template <auto free>
struct Free {
  template <class T>
  void operator()(T* object) const {
    free(object);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Free<X509_free>>;
using Stream = std::unique_ptr<BIO, Free<BIO_free_all>>;
using Extension = std::unique_ptr<X509_EXTENSION, Free<X509_EXTENSION_free>>;
using Store = std::unique_ptr<X509_STORE, Free<X509_STORE_free>>;
using Verification = std::unique_ptr<X509_STORE_CTX, Free<X509_STORE_CTX_free>>;
using Number = std::unique_ptr<BIGNUM, Free<BN_free>>;

constexpr long kYear = 365L * 24 * 3600;
constexpr int kSerialBits = 159;  // positive, and at most 20 bytes

/// Requires: `done` is what a function of OpenSSL's gave.
void check(bool done, const char* what) {
  if (done) return;
  char words[256] = "no reason given";
  ERR_error_string_n(ERR_get_error(), words, sizeof words);
  throw Error("OSError",
              std::string("no certificate can be made: ") + what + " failed (" + words + "); is OpenSSL whole?");
}

Key make_key() {
  Key key(EVP_EC_gen("P-256"));
  check(key != nullptr, "EVP_EC_gen");
  return key;
}

void extend(X509* certificate, X509* issuer, int which, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, which, value));
  check(extension && X509_add_ext(certificate, extension.get(), -1) == 1, "X509_add_ext");
}

/// Of `key`, with this name; signed by `issuer`, or by itself.
Certificate make(const std::string& name, EVP_PKEY* key, X509* issuer, EVP_PKEY* issuer_key) {
  Certificate certificate(X509_new());
  check(certificate != nullptr, "X509_new");
  X509* const made = certificate.get();
  const Number serial(BN_new());
  check(serial && BN_rand(serial.get(), kSerialBits, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY) == 1 &&
            BN_to_ASN1_INTEGER(serial.get(), X509_get_serialNumber(made)) != nullptr,
        "the serial number");
  check(X509_set_version(made, X509_VERSION_3) == 1 && X509_set_pubkey(made, key) == 1, "X509_set_pubkey");
  check(
      X509_gmtime_adj(X509_getm_notBefore(made), -10 * kYear) && X509_gmtime_adj(X509_getm_notAfter(made), 10 * kYear),
      "X509_gmtime_adj");
  check(X509_NAME_add_entry_by_txt(X509_get_subject_name(made), "CN", MBSTRING_UTF8,
                                   reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0) == 1 &&
            X509_set_issuer_name(made, X509_get_subject_name(issuer ? issuer : made)) == 1,
        "its name");
  if (issuer) {
    extend(made, issuer, NID_basic_constraints, "critical,CA:FALSE");
    extend(made, issuer, NID_key_usage, "critical,digitalSignature");
    extend(made, issuer, NID_ext_key_usage, "serverAuth,clientAuth");
    extend(made, issuer, NID_subject_alt_name, (std::string("DNS:") + kCertifiedName).c_str());
  } else {
    extend(made, made, NID_basic_constraints, "critical,CA:TRUE,pathlen:0");
    extend(made, made, NID_key_usage, "critical,keyCertSign");
  }
  check(X509_sign(made, issuer_key, EVP_sha256()) != 0, "X509_sign");
  return certificate;
}

template <class Write>
std::string pem(const Write& write) {
  const Stream stream(BIO_new(BIO_s_mem()));
  check(stream && write(stream.get()) == 1, "writing PEM");
  char* text = nullptr;
  const long size = BIO_get_mem_data(stream.get(), &text);
  return std::string(text, static_cast<std::size_t>(size));
}

template <class Read>
auto read(const std::string& text, const Read& read) {
  const Stream stream(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  return read(stream.get());
}

Certificate read_certificate(const std::string& text) {
  return Certificate(read(text, [](BIO* from) { return PEM_read_bio_X509(from, nullptr, nullptr, nullptr); }));
}

}  // namespace

Credentials make_credentials() {
  const Key authority_key = make_key(), key = make_key();
  const Certificate authority = make("enginery authority", authority_key.get(), nullptr, authority_key.get());
  const Certificate own = make("enginery", key.get(), authority.get(), authority_key.get());
  return {pem([&](BIO* to) { return PEM_write_bio_X509(to, authority.get()); }),
          pem([&](BIO* to) { return PEM_write_bio_X509(to, own.get()); }),
          pem([&](BIO* to) { return PEM_write_bio_PrivateKey(to, key.get(), nullptr, nullptr, 0, nullptr, nullptr); })};
}

std::string objection_to(const Credentials& credentials) {
  const Certificate authority = read_certificate(credentials.authority),
                    own = read_certificate(credentials.certificate);
  // A key that is protected by a password is refused, not asked about.
  const Key key(read(credentials.key, [](BIO* from) {
    return PEM_read_bio_PrivateKey(
        from, nullptr, [](char*, int, int, void*) { return -1; }, nullptr);
  }));
  std::string objection;
  if (!authority)
    objection = "the authority is no certificate in PEM";
  else if (!own)
    objection = "the certificate is none in PEM";
  else if (!key)
    objection = "the key is none in PEM";
  else if (X509_check_private_key(own.get(), key.get()) != 1)
    objection = "the key is not the certificate's";
  else {
    const Store store(X509_STORE_new());
    const Verification verification(X509_STORE_CTX_new());
    const bool signed_by_it = store && verification && X509_STORE_add_cert(store.get(), authority.get()) == 1 &&
                              X509_STORE_CTX_init(verification.get(), store.get(), own.get(), nullptr) == 1 &&
                              X509_verify_cert(verification.get()) == 1;
    if (!signed_by_it) objection = "the authority has not signed the certificate";
  }
  ERR_clear_error();
  return objection;
}

}  // namespace enginery::cluster
