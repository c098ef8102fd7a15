// SPDX-License-Identifier: Apache-2.0
// Certificates for tests, made on the spot. Any thread.
#pragma once

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <string>

namespace junctor::testing {

/// PEM texts.
struct Certificate {
  std::string certificate;
  std::string key;
};

struct CertificateShape {
  long from = -3600;       ///< seconds from now at which it begins to be valid
  long until = 7'776'000;  ///< and ends
  unsigned rsa_bits = 0;   ///< 0: a key on `curve`
  const char* curve = "P-256";
  const Certificate* issuer = nullptr;  ///< who signs; null: itself
};

/// What was written to a memory BIO, which is freed.
inline std::string take_text(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  std::string text{data, static_cast<size_t>(size)};
  BIO_free(bio);
  return text;
}

inline void sign_by(const Certificate& issuer, X509* x) {
  BIO* certificate = BIO_new_mem_buf(issuer.certificate.data(), static_cast<int>(issuer.certificate.size()));
  BIO* key = BIO_new_mem_buf(issuer.key.data(), static_cast<int>(issuer.key.size()));
  X509* by = PEM_read_bio_X509(certificate, nullptr, nullptr, nullptr);
  EVP_PKEY* with = PEM_read_bio_PrivateKey(key, nullptr, nullptr, nullptr);
  X509_set_issuer_name(x, X509_get_subject_name(by));
  X509_sign(x, with, EVP_sha256());
  X509_free(by);
  EVP_PKEY_free(with);
  BIO_free(certificate);
  BIO_free(key);
}

/// For CN=`name`.
inline Certificate make_certificate(const std::string& name, const CertificateShape& shape = {}) {
  EVP_PKEY* key = shape.rsa_bits == 0 ? EVP_EC_gen(shape.curve) : EVP_RSA_gen(shape.rsa_bits);
  X509* x = X509_new();
  X509_set_version(x, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
  X509_gmtime_adj(X509_getm_notBefore(x), shape.from);
  X509_gmtime_adj(X509_getm_notAfter(x), shape.until);
  X509_set_pubkey(x, key);
  X509_NAME* subject = X509_get_subject_name(x);
  const auto* text = reinterpret_cast<const unsigned char*>(name.c_str());
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, text, -1, -1, 0);
  X509_set_issuer_name(x, subject);
  if (shape.issuer != nullptr) {
    sign_by(*shape.issuer, x);
  } else {
    X509_sign(x, key, EVP_sha256());
  }
  BIO* certificate_text = BIO_new(BIO_s_mem());
  PEM_write_bio_X509(certificate_text, x);
  BIO* key_text = BIO_new(BIO_s_mem());
  PEM_write_bio_PrivateKey(key_text, key, nullptr, nullptr, 0, nullptr, nullptr);
  X509_free(x);
  EVP_PKEY_free(key);
  return {take_text(certificate_text), take_text(key_text)};
}

}  // namespace junctor::testing
