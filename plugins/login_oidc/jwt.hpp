// SPDX-License-Identifier: Apache-2.0
// Signed tokens (RFC 7515, 7519) and the keys that they are signed with (RFC 7517). Values; any thread.
#pragma once

#include <Poco/JSON/Object.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "wire/base64.hpp"

typedef struct evp_pkey_st EVP_PKEY;

namespace junctor::login_oidc {

/// A token that is not to be believed; why, for the log.
class NotBelieved : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// "" where it is missing, or no text.
std::string text_of(const Poco::JSON::Object& object, const std::string& key);

/// Unpadded URL-safe base64; nullopt where it is none.
inline std::optional<std::string> decode_base64url(std::string_view text) {
  return wire::decode_base64(text, wire::Base64::kUrlNoPadding);
}
inline std::string encode_base64url(std::string_view bytes) {
  return wire::encode_base64(bytes, wire::Base64::kUrlNoPadding);
}

/// The public keys of a JWKS. Kinds that we do not know are left out, and keys that are not for signatures.
class Keys {
 public:
  Keys() = default;
  /// Throws NotBelieved where it is no JWKS.
  static Keys parse(const std::string& text);

  struct Key {
    std::string id, kind, algorithm;  // kind: RSA or EC; algorithm: "" any of its kind
    std::shared_ptr<EVP_PKEY> key;
  };
  const std::vector<Key>& all() const { return keys_; }
  bool has(const std::string& id) const;

 private:
  std::vector<Key> keys_;
};

/// A token taken apart; nothing in it is true before verify().
class Token {
 public:
  /// Throws NotBelieved.
  static Token parse(const std::string& text);

  const std::string& key_id() const { return key_id_; }
  const std::string& type() const { return type_; }
  /// By one of the keys, with an algorithm of RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384: never with none,
  /// never with a secret. Throws NotBelieved; returns the claims.
  Poco::JSON::Object::Ptr verify(const Keys& keys) const;

 private:
  std::string algorithm_, key_id_, type_, signed_, signature_, claims_;
};

struct Expected {
  std::string issuer, audience, nonce;
  int64_t now = 0;
  int64_t skew = 120;  ///< seconds that clocks may differ
};
/// iss, aud, azp, exp, nbf, iat, nonce, sub of an ID token. Throws NotBelieved.
void check_claims(const Poco::JSON::Object& claims, const Expected& expected);

}  // namespace junctor::login_oidc
