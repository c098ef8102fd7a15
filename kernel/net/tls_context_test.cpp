// SPDX-License-Identifier: Apache-2.0
// Certificates and keys that do not serve, and what is said of them.
#include "net/tls_context.hpp"

#include "net/status.hpp"
#include "net/tls_kit.hpp"

using namespace junctor::net;
using namespace junctor::net::test;
using namespace junctor::testing;

namespace {

std::string refusal(const TlsMaterial& material) {
  try {
    TlsContext::make(material, TlsVersion::k12);
    return "";
  } catch (const NetError& e) {
    return e.what();
  }
}

std::string refusal(const std::string& certificate, const std::string& key) {
  return refusal({"cert.pem", certificate, "key.pem", key});
}

std::string encrypted(const std::string& key) {
  BIO* in = BIO_new_mem_buf(key.data(), static_cast<int>(key.size()));
  EVP_PKEY* plain = PEM_read_bio_PrivateKey(in, nullptr, nullptr, nullptr);
  BIO_free(in);
  BIO* out = BIO_new(BIO_s_mem());
  PEM_write_bio_PKCS8PrivateKey(out, plain, EVP_aes_128_cbc(), "pass", 4, nullptr, nullptr);
  EVP_PKEY_free(plain);
  return take_text(out);
}

/// The subject of the certificate that the client was shown, or "" where the server let it go.
std::string shown(const TlsContext& context, const char* name, const Certificate* own = nullptr) {
  MemoryHandshake talk{context};
  if (own != nullptr) {
    BIO* certificate = BIO_new_mem_buf(own->certificate.data(), static_cast<int>(own->certificate.size()));
    X509* parsed = PEM_read_bio_X509(certificate, nullptr, nullptr, nullptr);
    BIO* key_text = BIO_new_mem_buf(own->key.data(), static_cast<int>(own->key.size()));
    EVP_PKEY* key = PEM_read_bio_PrivateKey(key_text, nullptr, nullptr, nullptr);
    SSL_use_certificate(talk.client, parsed);
    SSL_use_PrivateKey(talk.client, key);
    X509_free(parsed);
    EVP_PKEY_free(key);
    BIO_free(certificate);
    BIO_free(key_text);
  }
  return talk.named(name).run() ? talk.subject() : "";
}

TlsRules asking(const std::string& authorities) {
  TlsRules rules;
  rules.clients = {"ca.pem", authorities};
  return rules;
}

}  // namespace

TEST_CASE("several names on one listener: each client gets the certificate that it asks for") {
  const Certificate a = make_certificate("a.example", {.until = 20 * 86400});
  const Certificate b = make_certificate("b.example", {.until = 10 * 86400});
  const auto context = TlsContext::make(std::vector{material_of(a), material_of(b)}, {});
  CHECK(shown(*context, "a.example") == "a.example");
  CHECK(shown(*context, "b.example") == "b.example");
  CHECK(shown(*context, "B.EXAMPLE") == "b.example");
  CHECK(shown(*context, "c.example") == "a.example");
  CHECK(shown(*context, nullptr) == "a.example");
  CHECK(context->expires() - std::chrono::system_clock::now() < std::chrono::hours{24 * 11});
}

TEST_CASE("a private listener lets in who has a certificate of its authorities") {
  const Certificate server = make_certificate("a.example");
  const Certificate second = make_certificate("b.example");
  const Certificate known = make_certificate("friend.example");
  const Certificate stranger = make_certificate("stranger.example");
  const auto context =
      TlsContext::make(std::vector{material_of(server), material_of(second)}, asking(known.certificate));
  CHECK(shown(*context, "a.example") == "");
  CHECK(shown(*context, "a.example", &stranger) == "");
  CHECK(shown(*context, "a.example", &known) == "a.example");
  CHECK(shown(*context, "b.example", &known) == "b.example");
  CHECK(shown(*context, "b.example", &stranger) == "");
  CHECK_THROWS_WITH(TlsContext::make(std::vector{material_of(server)}, asking("nonsense")),
                    "ca.pem: expected PEM certificates of authorities: no PEM block was found");
}

TEST_CASE(
    "who offers acme-tls/1 alone gets the challenge of the name, without a certificate of its own; others do not") {
  const Certificate own = make_certificate("a.example");
  TlsRules rules = asking(make_certificate("friend.example").certificate);
  const Certificate proof = make_certificate("proof");
  rules.challenges = {{"a.example", proof.certificate, "key", proof.key}};
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    const auto guarded = TlsContext::make(std::vector{material_of(own)}, rules);
    MemoryHandshake authority{*guarded, version};
    REQUIRE(authority.named("A.example")
                .offering("\x0a"
                          "acme-tls/1")
                .run());
    CHECK(authority.subject() == "proof");
    CHECK(authority.protocol() == "acme-tls/1");
    MemoryHandshake another{*guarded, version};
    CHECK_FALSE(another.named("b.example")
                    .offering("\x0a"
                              "acme-tls/1")
                    .run());

    TlsRules open = rules;
    open.clients = {};
    const auto public_one = TlsContext::make(std::vector{material_of(own)}, open);
    MemoryHandshake browser{*public_one, version};
    REQUIRE(browser.named("a.example")
                .offering("\x08http/1.1\x0a"
                          "acme-tls/1")
                .run());
    CHECK(browser.subject() == "a.example");
    CHECK(browser.protocol() == "http/1.1");
    MemoryHandshake plain{*public_one, version};
    REQUIRE(plain.named("a.example").run());
    CHECK(plain.subject() == "a.example");
  }
}

TEST_CASE("a good pair serves, with its chain, and says when it ends") {
  const Certificate pair = make_certificate("a.example", {.until = 10 * 86400});
  const Certificate other = make_certificate("b.example");
  const auto context = TlsContext::make({"c", pair.certificate + other.certificate, "k", pair.key}, TlsVersion::k13);
  const auto left = context->expires() - std::chrono::system_clock::now();
  CHECK(left > std::chrono::hours{24 * 10 - 1});
  CHECK(left < std::chrono::hours{24 * 10 + 1});
  CHECK(day_of(TlsContext::Time{std::chrono::seconds{1'798'070'400}}) == "2026-12-24");
}

TEST_CASE("RSA keys serve from 2048 bits on") {
  CHECK(refusal(material_of(make_certificate("rsa.example", {.rsa_bits = 2048}))) == "");
  const std::string weak = refusal(material_of(make_certificate("rsa.example", {.rsa_bits = 1024})));
  CHECK(weak == "cert.pem: the certificate cannot be used: ee key too small");
}

TEST_CASE("what is wrong with a certificate or a key is said with the file's name and the mend") {
  const Certificate pair = make_certificate("a.example");
  const Certificate other = make_certificate("b.example");
  CHECK(refusal(pair.certificate, other.key) ==
        "key.pem: the private key does not belong to the certificate in cert.pem");
  CHECK(refusal(pair.key, pair.certificate) ==
        "cert.pem: expected a PEM certificate: it holds a private key; are certificate and key exchanged?");
  CHECK(refusal(pair.certificate, pair.certificate) ==
        "key.pem: expected a PEM private key: it holds a certificate; are certificate and key exchanged?");
  CHECK(refusal("", pair.key) == "cert.pem: expected a PEM certificate: it is empty");
  CHECK(refusal("hello", pair.key) == "cert.pem: expected a PEM certificate: no PEM block was found");
  CHECK(refusal(std::string{"\x30\x82\x01\x0a", 4}, pair.key) ==
        "cert.pem: expected a PEM certificate: it looks like DER; openssl x509 or openssl pkey with -inform der makes "
        "PEM of it");
  CHECK(refusal(pair.certificate, encrypted(pair.key)) ==
        "key.pem: the private key is encrypted; openssl pkey -in FILE -out NEW writes it without passphrase");
  CHECK(refusal(pair.certificate + other.certificate.substr(0, 200), pair.key) ==
        "cert.pem: a certificate of the chain is damaged");
}

TEST_CASE("a certificate serves between its dates alone") {
  const Certificate expired = make_certificate("a.example", {.from = -2 * 86400, .until = -86400});
  CHECK(refusal(material_of(expired)).find("cert.pem: the certificate expired on 20") == 0);
  const Certificate early = make_certificate("a.example", {.from = 86400, .until = 2 * 86400});
  CHECK(refusal(material_of(early)).find("cert.pem: the certificate is not valid before 20") == 0);
}

TEST_CASE("files that were joined without a line end are read as what they were") {
  const Certificate root = make_certificate("root");
  const Certificate own = make_certificate("a.example", {.issuer = &root});
  std::string joined = own.certificate;
  while (joined.ends_with('\n')) joined.pop_back();
  joined += root.certificate;
  const auto context = TlsContext::make({"c", joined, "k", own.key}, TlsVersion::k12);
  CHECK(context->doubts().empty());
}

TEST_CASE("an incomplete chain, a wrong order and a stranger in it serve, and are told of") {
  const Certificate root = make_certificate("root");
  const Certificate middle = make_certificate("middle", {.issuer = &root});
  const Certificate own = make_certificate("a.example", {.issuer = &middle});
  const auto doubts = [&](const std::string& text) {
    const auto context = TlsContext::make({"c", text, "k", own.key}, TlsVersion::k12);
    std::string all;
    for (const std::string& one : context->doubts()) all += one + "|";
    return all;
  };
  CHECK(doubts(own.certificate + middle.certificate + root.certificate) == "");
  CHECK(doubts(own.certificate + root.certificate + middle.certificate).find("out of order") != std::string::npos);
  const std::string missing = doubts(own.certificate);
  CHECK(missing.find("the issuer, CN = middle, is missing") != std::string::npos);
  CHECK(missing.find("fullchain.pem") != std::string::npos);
  CHECK(doubts(own.certificate + middle.certificate).find("CN = root") != std::string::npos);
}

TEST_CASE(
    "the own certificate behind its chain, and a key on a curve that nobody takes, are refused in words of their own") {
  const Certificate root = make_certificate("root");
  const Certificate own = make_certificate("a.example", {.issuer = &root});
  CHECK(refusal(root.certificate + own.certificate, own.key).find("number 2 in the file; it must be the first") !=
        std::string::npos);
  const std::string curve = refusal(material_of(make_certificate("c.example", {.curve = "secp256k1"})));
  CHECK(curve.find("key.pem: the private key is on the curve secp256k1") == 0);
}
