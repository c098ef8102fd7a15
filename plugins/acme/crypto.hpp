// SPDX-License-Identifier: Apache-2.0
// What RFC 8555 needs of cryptography, by OpenSSL: keys, requests for certificates, signatures, and the certificate of
// a challenge. Pure but for randomness; any thread. Whatever OpenSSL refuses is thrown as CryptoError.
#pragma once

#include <openssl/types.h>

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace junctor::acme {

class CryptoError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

enum class KeyType : uint8_t { kP256, kP384, kRsa2048, kRsa4096 };

/// A private key; copies share it.
class Key {
 public:
  static Key make(KeyType type);
  static Key from_pem(const std::string& pem);

  std::string pem() const;
  EVP_PKEY* raw() const { return key_.get(); }

 private:
  explicit Key(EVP_PKEY* key);
  std::shared_ptr<EVP_PKEY> key_;
};

/// RFC 4648, the alphabet for URLs, without padding.
std::string base64url(std::string_view bytes);
/// Empty where it is none.
std::string from_base64url(std::string_view text);

/// The public half of a P-256 key as JSON (RFC 7517), with its members in the order that RFC 7638 wants.
std::string jwk_of(const Key& key);
/// base64url of the SHA-256 of it.
std::string thumbprint_of(const Key& key);
/// RFC 7518 ES256: both numbers of the signature, 64 bytes.
std::string sign_es256(const Key& key, std::string_view data);
std::string hmac_sha256(std::string_view key, std::string_view data);
std::string sha256(std::string_view data);

/// A request (DER) for a certificate of all names.
std::string request_for(const Key& key, const std::vector<std::string>& names);

struct Pair {
  std::string certificate;  ///< PEM
  std::string key;
};
/// RFC 8737: shows that who serves `name` knows the authorization.
Pair challenge_certificate(const std::string& name, std::string_view key_authorization);

/// What is in the first certificate of a PEM text.
struct Facts {
  std::vector<std::string> names;  ///< lower case, sorted
  int64_t from = 0;                ///< seconds since 1970
  int64_t until = 0;
  std::string issuer;  ///< its common name
  std::string serial;  ///< hexadecimal
};
Facts facts_of(const std::string& pem);

}  // namespace junctor::acme
