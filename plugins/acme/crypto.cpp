// SPDX-License-Identifier: Apache-2.0
#include "crypto.hpp"

#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <ctime>

namespace junctor::acme {
namespace {

constexpr size_t kP256Bytes = 32;
constexpr long kDay = 86'400;
/// id-pe-acmeIdentifier of RFC 8737.
constexpr const char* kAcmeIdentifier = "1.3.6.1.5.5.7.1.31";

template <auto Free>
struct Freeing {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};
template <class T, auto Free>
using Owned = std::unique_ptr<T, Freeing<Free>>;
using OwnedBio = Owned<BIO, BIO_free_all>;
using OwnedX509 = Owned<X509, X509_free>;

[[noreturn]] void refuse(const char* what) {
  const char* reason = ERR_reason_error_string(ERR_peek_last_error());
  const std::string text = std::string{what} + ": " + (reason == nullptr ? "OpenSSL refuses" : reason);
  ERR_clear_error();
  throw CryptoError{text};
}

void want(bool good, const char* what) {
  if (!good) refuse(what);
}

std::string text_of(const OwnedBio& bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<size_t>(size)};
}

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

std::string number_of(const EVP_PKEY* key, const char* which) {
  BIGNUM* number = nullptr;
  want(EVP_PKEY_get_bn_param(key, which, &number) == 1, "the key of the account");
  std::string out(kP256Bytes, '\0');
  const int size = BN_bn2binpad(number, reinterpret_cast<unsigned char*>(out.data()), kP256Bytes);
  BN_free(number);
  want(size == static_cast<int>(kP256Bytes), "the key of the account");
  return out;
}

/// "DNS:a,DNS:b": names were checked to hold nothing but those of hosts.
std::string names_text(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "DNS:" : ",DNS:") + name;
  return text;
}

using Extension = Owned<X509_EXTENSION, X509_EXTENSION_free>;

Extension names_extension(const std::vector<std::string>& names) {
  Extension made{X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, names_text(names).c_str())};
  want(made != nullptr, "the names of the certificate");
  return made;
}

Extension proof_extension(std::string_view key_authorization) {
  const std::string digest = sha256(key_authorization);
  const Owned<ASN1_OCTET_STRING, ASN1_OCTET_STRING_free> inner{ASN1_OCTET_STRING_new()};
  const Owned<ASN1_OCTET_STRING, ASN1_OCTET_STRING_free> outer{ASN1_OCTET_STRING_new()};
  const Owned<ASN1_OBJECT, ASN1_OBJECT_free> id{OBJ_txt2obj(kAcmeIdentifier, 1)};
  want(inner && outer && id &&
           ASN1_OCTET_STRING_set(inner.get(), bytes_of(digest), static_cast<int>(digest.size())) == 1,
       "a challenge");
  unsigned char* der = nullptr;
  const int size = i2d_ASN1_OCTET_STRING(inner.get(), &der);
  want(size > 0 && ASN1_OCTET_STRING_set(outer.get(), der, size) == 1, "a challenge");
  OPENSSL_free(der);
  Extension made{X509_EXTENSION_create_by_OBJ(nullptr, id.get(), 1, outer.get())};
  want(made != nullptr, "a challenge");
  return made;
}

int64_t seconds_of(const ASN1_TIME* time) {
  std::tm parts{};
  want(ASN1_TIME_to_tm(time, &parts) == 1, "the dates of a certificate");
  return timegm(&parts);
}

std::vector<std::string> names_of(const X509* certificate) {
  std::vector<std::string> names;
  const Owned<GENERAL_NAMES, GENERAL_NAMES_free> all{
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr))};
  for (int i = 0; all && i < sk_GENERAL_NAME_num(all.get()); ++i) {
    const GENERAL_NAME* one = sk_GENERAL_NAME_value(all.get(), i);
    if (one->type != GEN_DNS) continue;
    std::string name{reinterpret_cast<const char*>(ASN1_STRING_get0_data(one->d.dNSName)),
                     static_cast<size_t>(ASN1_STRING_length(one->d.dNSName))};
    std::transform(name.begin(), name.end(), name.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    names.push_back(std::move(name));
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

Key::Key(EVP_PKEY* key) : key_{key, &EVP_PKEY_free} {}

Key Key::make(KeyType type) {
  EVP_PKEY* made = nullptr;
  switch (type) {
    case KeyType::kP256:
      made = EVP_EC_gen("P-256");
      break;
    case KeyType::kP384:
      made = EVP_EC_gen("P-384");
      break;
    case KeyType::kRsa2048:
      made = EVP_RSA_gen(2048);
      break;
    case KeyType::kRsa4096:
      made = EVP_RSA_gen(4096);
      break;
  }
  want(made != nullptr, "a new key");
  return Key{made};
}

Key Key::from_pem(const std::string& pem) {
  const OwnedBio from{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
  const auto nobody = [](char*, int, int, void*) { return -1; };
  EVP_PKEY* read = PEM_read_bio_PrivateKey(from.get(), nullptr, nobody, nullptr);
  want(read != nullptr, "a private key");
  return Key{read};
}

std::string Key::pem() const {
  const OwnedBio out{BIO_new(BIO_s_mem())};
  want(PEM_write_bio_PrivateKey(out.get(), raw(), nullptr, nullptr, 0, nullptr, nullptr) == 1, "a private key");
  return text_of(out);
}

std::string base64url(std::string_view bytes) {
  std::string out(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const int size =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()), bytes_of(bytes), static_cast<int>(bytes.size()));
  out.resize(static_cast<size_t>(size));
  while (!out.empty() && out.back() == '=') out.pop_back();
  std::replace(out.begin(), out.end(), '+', '-');
  std::replace(out.begin(), out.end(), '/', '_');
  return out;
}

std::string from_base64url(std::string_view text) {
  std::string in{text};
  while (!in.empty() && in.back() == '=') in.pop_back();
  if (in.find_first_of("+/ \t\r\n=") != std::string::npos) return {};
  std::replace(in.begin(), in.end(), '-', '+');
  std::replace(in.begin(), in.end(), '_', '/');
  const size_t missing = (4 - in.size() % 4) % 4;
  if (missing == 3) return {};
  in.append(missing, '=');
  std::string out(in.size(), '\0');
  const int size =
      EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()), bytes_of(in), static_cast<int>(in.size()));
  if (size < 0) return {};
  out.resize(static_cast<size_t>(size) - missing);
  return out;
}

std::string jwk_of(const Key& key) {
  return R"({"crv":"P-256","kty":"EC","x":")" + base64url(number_of(key.raw(), OSSL_PKEY_PARAM_EC_PUB_X)) +
         R"(","y":")" + base64url(number_of(key.raw(), OSSL_PKEY_PARAM_EC_PUB_Y)) + "\"}";
}

std::string thumbprint_of(const Key& key) { return base64url(sha256(jwk_of(key))); }

std::string sign_es256(const Key& key, std::string_view data) {
  const Owned<EVP_MD_CTX, EVP_MD_CTX_free> context{EVP_MD_CTX_new()};
  size_t size = 0;
  want(context && EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key.raw()) == 1 &&
           EVP_DigestSign(context.get(), nullptr, &size, bytes_of(data), data.size()) == 1,
       "a signature");
  std::string der(size, '\0');
  want(EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(der.data()), &size, bytes_of(data),
                      data.size()) == 1,
       "a signature");
  const unsigned char* at = bytes_of(der);
  const Owned<ECDSA_SIG, ECDSA_SIG_free> parts{d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(size))};
  want(parts != nullptr, "a signature");
  std::string out(2 * kP256Bytes, '\0');
  auto* into = reinterpret_cast<unsigned char*>(out.data());
  want(BN_bn2binpad(ECDSA_SIG_get0_r(parts.get()), into, kP256Bytes) > 0 &&
           BN_bn2binpad(ECDSA_SIG_get0_s(parts.get()), into + kP256Bytes, kP256Bytes) > 0,
       "a signature");
  return out;
}

std::string hmac_sha256(std::string_view key, std::string_view data) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> out{};
  unsigned size = 0;
  want(HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes_of(data), data.size(), out.data(), &size) !=
           nullptr,
       "a signature");
  return {reinterpret_cast<const char*>(out.data()), size};
}

std::string sha256(std::string_view data) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> out{};
  SHA256(bytes_of(data), data.size(), out.data());
  return {reinterpret_cast<const char*>(out.data()), out.size()};
}

std::string request_for(const Key& key, const std::vector<std::string>& names) {
  const Owned<X509_REQ, X509_REQ_free> request{X509_REQ_new()};
  STACK_OF(X509_EXTENSION)* extensions = sk_X509_EXTENSION_new_null();
  sk_X509_EXTENSION_push(extensions, names_extension(names).release());
  const bool filled = request && X509_REQ_set_version(request.get(), 0) == 1 &&
                      X509_REQ_set_pubkey(request.get(), key.raw()) == 1 &&
                      X509_REQ_add_extensions(request.get(), extensions) == 1 &&
                      X509_REQ_sign(request.get(), key.raw(), EVP_sha256()) > 0;
  sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
  want(filled, "a request for a certificate");
  unsigned char* der = nullptr;
  const int size = i2d_X509_REQ(request.get(), &der);
  want(size > 0, "a request for a certificate");
  std::string out{reinterpret_cast<char*>(der), static_cast<size_t>(size)};
  OPENSSL_free(der);
  return out;
}

Pair challenge_certificate(const std::string& name, std::string_view key_authorization) {
  const Key key = Key::make(KeyType::kP256);
  const OwnedX509 x{X509_new()};
  const auto* subject = bytes_of("Junctor, a challenge");
  uint64_t serial = 0;
  RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial);
  X509_NAME* own = X509_get_subject_name(x.get());
  const Extension names = names_extension({name});
  const Extension proof = proof_extension(key_authorization);
  want(X509_set_version(x.get(), 2) == 1 && ASN1_INTEGER_set_uint64(X509_get_serialNumber(x.get()), serial >> 1) == 1 &&
           X509_gmtime_adj(X509_getm_notBefore(x.get()), -kDay) != nullptr &&
           X509_gmtime_adj(X509_getm_notAfter(x.get()), 7 * kDay) != nullptr &&
           X509_NAME_add_entry_by_txt(own, "CN", MBSTRING_ASC, subject, -1, -1, 0) == 1 &&
           X509_set_issuer_name(x.get(), own) == 1 && X509_set_pubkey(x.get(), key.raw()) == 1 &&
           X509_add_ext(x.get(), names.get(), -1) == 1 && X509_add_ext(x.get(), proof.get(), -1) == 1 &&
           X509_sign(x.get(), key.raw(), EVP_sha256()) > 0,
       "a challenge");
  const OwnedBio out{BIO_new(BIO_s_mem())};
  want(PEM_write_bio_X509(out.get(), x.get()) == 1, "a challenge");
  return {text_of(out), key.pem()};
}

Facts facts_of(const std::string& pem) {
  const OwnedBio from{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
  const OwnedX509 x{PEM_read_bio_X509(from.get(), nullptr, nullptr, nullptr)};
  want(x != nullptr, "a certificate");
  Facts facts;
  facts.names = names_of(x.get());
  facts.from = seconds_of(X509_get0_notBefore(x.get()));
  facts.until = seconds_of(X509_get0_notAfter(x.get()));
  char issuer[256] = "";
  X509_NAME_get_text_by_NID(X509_get_issuer_name(x.get()), NID_commonName, issuer, sizeof issuer);
  facts.issuer = issuer;
  BIGNUM* serial = ASN1_INTEGER_to_BN(X509_get0_serialNumber(x.get()), nullptr);
  char* text = BN_bn2hex(serial);
  if (text != nullptr) facts.serial = text;
  OPENSSL_free(text);
  BN_free(serial);
  return facts;
}

}  // namespace junctor::acme
