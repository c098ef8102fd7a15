// SPDX-License-Identifier: Apache-2.0
// OpenSSL verifies; what may be verified is decided here.
#include "jwt.hpp"

#include <Poco/Exception.h>
#include <Poco/JSON/Array.h>
#include <Poco/JSON/Parser.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <array>
#include <limits>

namespace junctor::login_oidc {
namespace {

constexpr size_t kTokenMost = 64 << 10;
constexpr size_t kKeysMost = 100;
constexpr int kRsaBitsLeast = 2048;
constexpr int kRsaBitsMost = 16'384;

struct Algorithm {
  const char* name;
  const char* kind;
  const char* digest;
  bool pss;
  size_t half;  // bytes of r and of s
};
constexpr Algorithm kAlgorithms[] = {
    {"RS256", "RSA", "SHA256", false, 0}, {"RS384", "RSA", "SHA384", false, 0}, {"RS512", "RSA", "SHA512", false, 0},
    {"PS256", "RSA", "SHA256", true, 0},  {"PS384", "RSA", "SHA384", true, 0},  {"PS512", "RSA", "SHA512", true, 0},
    {"ES256", "EC", "SHA256", false, 32}, {"ES384", "EC", "SHA384", false, 48},
};

template <class T, void (*Free)(T*)>
struct Freed {
  void operator()(T* thing) const { Free(thing); }
};
using Bignum = std::unique_ptr<BIGNUM, Freed<BIGNUM, BN_free>>;
using Builder = std::unique_ptr<OSSL_PARAM_BLD, Freed<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free>>;
using Params = std::unique_ptr<OSSL_PARAM, Freed<OSSL_PARAM, OSSL_PARAM_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Freed<EVP_PKEY_CTX, EVP_PKEY_CTX_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, Freed<EVP_MD_CTX, EVP_MD_CTX_free>>;
using Signature = std::unique_ptr<ECDSA_SIG, Freed<ECDSA_SIG, ECDSA_SIG_free>>;

Poco::JSON::Object::Ptr parse_object(const std::string& text, const char* what) {
  try {
    Poco::JSON::Parser parser;
    parser.setDepth(16);
    return parser.parse(text).extract<Poco::JSON::Object::Ptr>();
  } catch (const Poco::Exception&) {
    throw NotBelieved{std::string{what} + " is no JSON object"};
  }
}

Bignum number(const std::string& bytes) {
  return Bignum{
      BN_bin2bn(reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()), nullptr)};
}

/// nullptr where they make no key.
std::shared_ptr<EVP_PKEY> made(const char* kind, const Builder& builder) {
  const Params params{OSSL_PARAM_BLD_to_param(builder.get())};
  const KeyContext context{EVP_PKEY_CTX_new_from_name(nullptr, kind, nullptr)};
  EVP_PKEY* key = nullptr;
  if (params == nullptr || context == nullptr || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params.get()) != 1) {
    return nullptr;
  }
  return {key, EVP_PKEY_free};
}

std::shared_ptr<EVP_PKEY> rsa_key(const Poco::JSON::Object& jwk) {
  const auto n = decode_base64url(text_of(jwk, "n")), e = decode_base64url(text_of(jwk, "e"));
  if (!n || !e || n->empty() || e->empty() || n->size() > kRsaBitsMost / 8 || e->size() > 8) return nullptr;
  const Bignum modulus = number(*n), exponent = number(*e);
  const Builder builder{OSSL_PARAM_BLD_new()};
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, exponent.get());
  auto key = made("RSA", builder);
  return key != nullptr && EVP_PKEY_get_bits(key.get()) >= kRsaBitsLeast ? key : nullptr;
}

std::shared_ptr<EVP_PKEY> ec_key(const Poco::JSON::Object& jwk) {
  const std::string curve = text_of(jwk, "crv");
  const size_t half = curve == "P-256" ? 32 : curve == "P-384" ? 48 : 0;
  const auto x = decode_base64url(text_of(jwk, "x")), y = decode_base64url(text_of(jwk, "y"));
  if (half == 0 || !x || !y || x->size() != half || y->size() != half) return nullptr;
  const std::string point = '\x04' + *x + *y;
  const Builder builder{OSSL_PARAM_BLD_new()};
  OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, curve.c_str(), 0);
  OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size());
  return made("EC", builder);
}

/// As OpenSSL wants it; "" where it is none.
std::string der_of(const std::string& raw, size_t half) {
  if (raw.size() != 2 * half) return {};
  const Signature signature{ECDSA_SIG_new()};
  Bignum r = number(raw.substr(0, half)), s = number(raw.substr(half));
  ECDSA_SIG_set0(signature.get(), r.release(), s.release());
  unsigned char* out = nullptr;
  const int size = i2d_ECDSA_SIG(signature.get(), &out);
  if (size <= 0) return {};
  std::string der{reinterpret_cast<const char*>(out), static_cast<size_t>(size)};
  OPENSSL_free(out);
  return der;
}

bool fits(const Algorithm& algorithm, EVP_PKEY* key, const std::string& text, const std::string& given) {
  const std::string signature = algorithm.half == 0 ? given : der_of(given, algorithm.half);
  const bool right_curve = algorithm.half == 0 || EVP_PKEY_get_bits(key) == static_cast<int>(algorithm.half) * 8;
  const DigestContext context{EVP_MD_CTX_new()};
  EVP_PKEY_CTX* of_key = nullptr;
  if (signature.empty() || !right_curve ||
      EVP_DigestVerifyInit_ex(context.get(), &of_key, algorithm.digest, nullptr, nullptr, key, nullptr) != 1) {
    return false;
  }
  if (algorithm.pss && (EVP_PKEY_CTX_set_rsa_padding(of_key, RSA_PKCS1_PSS_PADDING) != 1 ||
                        EVP_PKEY_CTX_set_rsa_pss_saltlen(of_key, RSA_PSS_SALTLEN_DIGEST) != 1)) {
    return false;
  }
  return EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(signature.data()), signature.size(),
                          reinterpret_cast<const unsigned char*>(text.data()), text.size()) == 1;
}

/// A NumericDate; nullopt: it is missing. Throws NotBelieved for what is none.
std::optional<int64_t> time_in(const Poco::JSON::Object& claims, const char* key) {
  const auto value = claims.get(key);
  if (value.isEmpty()) return std::nullopt;
  if (!value.isNumeric() || value.isBoolean()) throw NotBelieved{std::string{key} + " is no time"};
  const double seconds = value.convert<double>();
  constexpr double kMost = 1e15;
  if (!(seconds > -kMost && seconds < kMost)) throw NotBelieved{std::string{key} + " is no time"};
  return static_cast<int64_t>(seconds);
}

std::vector<std::string> audiences(const Poco::JSON::Object& claims) {
  const auto value = claims.get("aud");
  if (value.isString()) return {value.extract<std::string>()};
  std::vector<std::string> all;
  if (value.type() == typeid(Poco::JSON::Array::Ptr)) {
    for (const auto& one : *value.extract<Poco::JSON::Array::Ptr>()) {
      all.push_back(one.isString() ? one.extract<std::string>() : std::string{});
    }
  }
  return all;
}

}  // namespace

std::string text_of(const Poco::JSON::Object& object, const std::string& key) {
  const auto value = object.get(key);
  return value.isString() ? value.extract<std::string>() : std::string{};
}

Keys Keys::parse(const std::string& text) {
  const auto set = parse_object(text, "the key set");
  const auto list = set->getArray("keys");
  if (list.isNull()) throw NotBelieved{"the key set has no keys"};
  Keys keys;
  for (const auto& one : *list) {
    if (one.type() != typeid(Poco::JSON::Object::Ptr) || keys.keys_.size() == kKeysMost) continue;
    const auto& jwk = *one.extract<Poco::JSON::Object::Ptr>();
    const std::string use = text_of(jwk, "use");
    if (!use.empty() && use != "sig") continue;
    Key key{text_of(jwk, "kid"), text_of(jwk, "kty"), text_of(jwk, "alg"), nullptr};
    if (key.kind == "RSA") key.key = rsa_key(jwk);
    if (key.kind == "EC") key.key = ec_key(jwk);
    if (key.key != nullptr) keys.keys_.push_back(std::move(key));
  }
  return keys;
}

bool Keys::has(const std::string& id) const {
  return std::any_of(keys_.begin(), keys_.end(), [&](const Key& one) { return one.id == id; });
}

Token Token::parse(const std::string& text) {
  const size_t first = text.find('.');
  const size_t second = first == std::string::npos ? first : text.find('.', first + 1);
  if (text.size() > kTokenMost || second == std::string::npos || text.find('.', second + 1) != std::string::npos) {
    throw NotBelieved{"the token has not three parts"};
  }
  const auto head = decode_base64url(std::string_view{text}.substr(0, first));
  const auto claims = decode_base64url(std::string_view{text}.substr(first + 1, second - first - 1));
  const auto signature = decode_base64url(std::string_view{text}.substr(second + 1));
  if (!head || !claims || !signature) throw NotBelieved{"the token's parts are no base64url"};
  const auto fields = parse_object(*head, "the token's head");
  if (fields->has("crit")) throw NotBelieved{"the token asks for extensions that are not known"};
  Token token;
  token.algorithm_ = text_of(*fields, "alg");
  token.key_id_ = text_of(*fields, "kid");
  token.type_ = text_of(*fields, "typ");
  token.signed_ = text.substr(0, second);
  token.signature_ = *signature;
  token.claims_ = *claims;
  return token;
}

Poco::JSON::Object::Ptr Token::verify(const Keys& keys) const {
  const auto algorithm = std::find_if(std::begin(kAlgorithms), std::end(kAlgorithms),
                                      [&](const Algorithm& one) { return algorithm_ == one.name; });
  if (algorithm == std::end(kAlgorithms)) throw NotBelieved{"algorithm \"" + algorithm_ + "\" is not allowed"};
  for (const Keys::Key& one : keys.all()) {
    const bool may_be = one.kind == algorithm->kind && (one.algorithm.empty() || one.algorithm == algorithm_) &&
                        (key_id_.empty() || one.id == key_id_);
    if (may_be && fits(*algorithm, one.key.get(), signed_, signature_)) return parse_object(claims_, "the token");
  }
  throw NotBelieved{"no key of the provider has signed the token"};
}

void check_claims(const Poco::JSON::Object& claims, const Expected& expected) {
  const std::string issuer = text_of(claims, "iss");
  if (issuer != expected.issuer) throw NotBelieved{"issuer \"" + issuer + "\" is not \"" + expected.issuer + "\""};
  const auto all = audiences(claims);
  if (std::find(all.begin(), all.end(), expected.audience) == all.end()) {
    throw NotBelieved{"the token is for another audience"};
  }
  const std::string party = text_of(claims, "azp");
  if ((all.size() > 1 || !party.empty()) && party != expected.audience) {
    throw NotBelieved{"the token is for another authorized party"};
  }
  const auto end = time_in(claims, "exp"), from = time_in(claims, "nbf"), issued = time_in(claims, "iat");
  if (!end || *end + expected.skew <= expected.now) throw NotBelieved{"the token has expired"};
  if (from && *from - expected.skew > expected.now) throw NotBelieved{"the token is not valid yet: look at the clocks"};
  if (issued && *issued - expected.skew > expected.now) {
    throw NotBelieved{"the token was issued in the future: look at the clocks"};
  }
  if (text_of(claims, "nonce") != expected.nonce) throw NotBelieved{"the token is an answer to another question"};
  if (text_of(claims, "sub").empty()) throw NotBelieved{"the token has no subject"};
}

}  // namespace junctor::login_oidc
