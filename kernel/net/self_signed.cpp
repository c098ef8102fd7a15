// SPDX-License-Identifier: Apache-2.0
#include "net/self_signed.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>

#include <memory>

#include "net/status.hpp"

namespace junctor::net {
namespace {

constexpr const char* kSubject = "Junctor, no certificate yet";
constexpr long kHour = 3600;
constexpr long kYear = 365L * 24 * kHour;

std::string written(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<size_t>(size)};
}

bool fill(X509* certificate, EVP_PKEY* key) {
  const auto* subject = reinterpret_cast<const unsigned char*>(kSubject);
  uint64_t serial = 0;
  if (RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial) != 1) return false;
  X509_NAME* name = X509_get_subject_name(certificate);
  return X509_set_version(certificate, 2) == 1 &&
         ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial >> 1) == 1 &&
         X509_gmtime_adj(X509_getm_notBefore(certificate), -kHour) != nullptr &&
         X509_gmtime_adj(X509_getm_notAfter(certificate), kYear) != nullptr && X509_set_pubkey(certificate, key) == 1 &&
         X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, subject, -1, -1, 0) == 1 &&
         X509_set_issuer_name(certificate, name) == 1 && X509_sign(certificate, key, EVP_sha256()) > 0;
}

}  // namespace

TlsMaterial make_self_signed() {
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key{EVP_EC_gen("P-256"), &EVP_PKEY_free};
  const std::unique_ptr<X509, decltype(&X509_free)> certificate{X509_new(), &X509_free};
  const std::unique_ptr<BIO, decltype(&BIO_free_all)> text{BIO_new(BIO_s_mem()), &BIO_free_all};
  const std::unique_ptr<BIO, decltype(&BIO_free_all)> key_text{BIO_new(BIO_s_secmem()), &BIO_free_all};
  if (!key || !certificate || !text || !key_text || !fill(certificate.get(), key.get()) ||
      PEM_write_bio_X509(text.get(), certificate.get()) != 1 ||
      PEM_write_bio_PrivateKey(key_text.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1) {
    throw NetError{"OpenSSL cannot make a certificate"};
  }
  return {"self-signed", written(text.get()), "self-signed", written(key_text.get())};
}

}  // namespace junctor::net
