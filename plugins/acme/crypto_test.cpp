// SPDX-License-Identifier: Apache-2.0
// With OpenSSL itself as the one who checks.
#include "crypto.hpp"

#include <doctest/doctest.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

using namespace junctor::acme;

namespace {

/// What stands between `begin` and the next quote.
std::string between(const std::string& text, const std::string& begin) {
  const size_t at = text.find(begin);
  return at == std::string::npos
             ? ""
             : text.substr(at + begin.size(), text.find('"', at + begin.size()) - at - begin.size());
}

bool verifies(const Key& key, const std::string& data, const std::string& signature) {
  ECDSA_SIG* parts = ECDSA_SIG_new();
  const auto* bytes = reinterpret_cast<const unsigned char*>(signature.data());
  ECDSA_SIG_set0(parts, BN_bin2bn(bytes, 32, nullptr), BN_bin2bn(bytes + 32, 32, nullptr));
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(parts, &der);
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  EVP_DigestVerifyInit(context, nullptr, EVP_sha256(), nullptr, key.raw());
  const int good = EVP_DigestVerify(context, der, static_cast<size_t>(size),
                                    reinterpret_cast<const unsigned char*>(data.data()), data.size());
  EVP_MD_CTX_free(context);
  OPENSSL_free(der);
  ECDSA_SIG_free(parts);
  return good == 1;
}

}  // namespace

TEST_CASE("base64url goes both ways, and what is none is not read") {
  for (const std::string& bytes :
       {std::string{}, std::string{"f"}, std::string{"fo"}, std::string{"foo"}, std::string{"\xff\xfe\x00\x3e", 4}}) {
    CHECK(from_base64url(base64url(bytes)) == bytes);
  }
  CHECK(base64url("\xfb\xff") == "-_8");
  CHECK(from_base64url("Zm8=") == "fo");
  for (const char* wrong : {"a", "Zm8+", "Z m8", "Zm9*"}) CHECK(from_base64url(wrong).empty());
}

TEST_CASE("the key of an account is written as RFC 7517 and 7638 want it") {
  const Key key = Key::make(KeyType::kP256);
  const std::string jwk = jwk_of(key);
  CHECK(jwk.find(R"({"crv":"P-256","kty":"EC","x":")") == 0);
  unsigned char* point = nullptr;
  const size_t size = EVP_PKEY_get1_encoded_public_key(key.raw(), &point);
  CHECK(std::string(reinterpret_cast<char*>(point), size) ==
        "\x04" + from_base64url(between(jwk, R"("x":")")) + from_base64url(between(jwk, R"("y":")")));
  OPENSSL_free(point);
  CHECK(thumbprint_of(key).size() == 43);
  CHECK(thumbprint_of(key) == base64url(sha256(jwk_of(key))));
}

TEST_CASE("signatures are those of RFC 7518: 64 bytes that the key verifies") {
  const Key key = Key::make(KeyType::kP256);
  for (int i = 0; i < 50; ++i) {  // numbers with leading zeros are padded
    const std::string data = "text " + std::to_string(i);
    const std::string signature = sign_es256(key, data);
    REQUIRE(signature.size() == 64);
    CHECK(verifies(key, data, signature));
    CHECK_FALSE(verifies(key, data + "x", signature));
  }
}

TEST_CASE("a request has all names and is signed by its own key, whatever its kind") {
  for (const KeyType type : {KeyType::kP256, KeyType::kP384, KeyType::kRsa2048}) {
    const Key key = Key::from_pem(Key::make(type).pem());
    const std::string der = request_for(key, {"a.example", "b.example"});
    const auto* at = reinterpret_cast<const unsigned char*>(der.data());
    X509_REQ* request = d2i_X509_REQ(nullptr, &at, static_cast<long>(der.size()));
    REQUIRE(request != nullptr);
    CHECK(X509_REQ_verify(request, key.raw()) == 1);
    STACK_OF(X509_EXTENSION)* extensions = X509_REQ_get_extensions(request);
    auto* names = static_cast<GENERAL_NAMES*>(X509V3_get_d2i(extensions, NID_subject_alt_name, nullptr, nullptr));
    CHECK(sk_GENERAL_NAME_num(names) == 2);
    GENERAL_NAMES_free(names);
    sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
    X509_REQ_free(request);
  }
}

TEST_CASE("the certificate of a challenge holds the digest of the authorization, marked critical") {
  const Pair pair = challenge_certificate("a.example", "token.thumb");
  CHECK(facts_of(pair.certificate).names == std::vector<std::string>{"a.example"});
  BIO* from = BIO_new_mem_buf(pair.certificate.data(), static_cast<int>(pair.certificate.size()));
  X509* x = PEM_read_bio_X509(from, nullptr, nullptr, nullptr);
  BIO_free(from);
  ASN1_OBJECT* id = OBJ_txt2obj("1.3.6.1.5.5.7.1.31", 1);
  const int at = X509_get_ext_by_OBJ(x, id, -1);
  ASN1_OBJECT_free(id);
  REQUIRE(at >= 0);
  X509_EXTENSION* extension = X509_get_ext(x, at);
  CHECK(X509_EXTENSION_get_critical(extension) == 1);
  const ASN1_OCTET_STRING* data = X509_EXTENSION_get_data(extension);
  const std::string value{reinterpret_cast<const char*>(ASN1_STRING_get0_data(data)),
                          static_cast<size_t>(ASN1_STRING_length(data))};
  CHECK(value == "\x04\x20" + sha256("token.thumb"));
  X509_free(x);
}

TEST_CASE("what is no key or certificate is refused in words") {
  CHECK_THROWS_AS(Key::from_pem("nonsense"), CryptoError);
  CHECK_THROWS_AS(facts_of(""), CryptoError);
}
