// SPDX-License-Identifier: Apache-2.0
// Reads certificate and key, and sets up a server's side of TLS. Any thread.
#include "net/tls_context.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <ctime>
#include <string_view>

#include "net/status.hpp"

namespace junctor::net {

namespace {

/// Forward secrecy and authenticated encryption alone; TLS 1.3 has nothing else.
constexpr const char* kCiphers12 = "ECDHE+AESGCM:ECDHE+CHACHA20";
constexpr int kSecurityLevel = 2;
constexpr std::string_view kHttp11 = "http/1.1";

template <auto Free>
struct Freer {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};
using Bio = std::unique_ptr<BIO, Freer<BIO_free_all>>;
using Certificate = std::unique_ptr<X509, Freer<X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;

Bio reader(const std::string& text) { return Bio{BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))}; }

/// OpenSSL's own words for what went wrong last.
std::string openssl_reason() {
  const unsigned long code = ERR_peek_last_error();
  const char* reason = ERR_reason_error_string(code);
  ERR_clear_error();
  return reason == nullptr ? "unknown reason" : reason;
}

[[noreturn]] void fail(const std::string& file, const std::string& what) {
  ERR_clear_error();
  throw NetError{file + ": " + what};
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

/// What the file is, where it is not what was wanted.
std::string instead(const std::string& text) {
  if (text.empty()) return "it is empty";
  if (static_cast<unsigned char>(text[0]) == 0x30) {
    return "it looks like DER; openssl x509 or openssl pkey with -inform der makes PEM of it";
  }
  if (has(text, "BEGIN CERTIFICATE REQUEST")) return "it holds a request for one, not what the authority made of it";
  if (has(text, "PRIVATE KEY-----")) return "it holds a private key; are certificate and key exchanged?";
  if (has(text, "BEGIN CERTIFICATE-----")) return "it holds a certificate; are certificate and key exchanged?";
  return "no PEM block was found";
}

/// Nobody is there to type a passphrase.
int no_passphrase(char* /*into*/, int /*size*/, int /*writing*/, void* /*self*/) { return -1; }

Certificate read_certificate(BIO* from) {
  return Certificate{PEM_read_bio_X509(from, nullptr, no_passphrase, nullptr)};
}

TlsContext::Time time_of(const ASN1_TIME* time) {
  std::tm parts{};
  ASN1_TIME_to_tm(time, &parts);
  return std::chrono::system_clock::from_time_t(timegm(&parts));
}

void check_dates(const X509* certificate, const std::string& name) {
  const auto now = std::chrono::system_clock::now();
  const auto from = time_of(X509_get0_notBefore(certificate));
  const auto until = time_of(X509_get0_notAfter(certificate));
  if (until <= now) fail(name, "the certificate expired on " + day_of(until) + "; renew it");
  if (from > now) fail(name, "the certificate is not valid before " + day_of(from) + "; is the clock right?");
}

/// The server's certificate and its chain. Returns when it ends.
TlsContext::Time use_certificates(SSL_CTX* context, const TlsMaterial& material) {
  const Bio from = reader(material.certificate);
  const Certificate own = read_certificate(from.get());
  if (!own) fail(material.certificate_name, "expected a PEM certificate: " + instead(material.certificate));
  check_dates(own.get(), material.certificate_name);
  if (SSL_CTX_use_certificate(context, own.get()) != 1) {
    fail(material.certificate_name, "the certificate cannot be used: " + openssl_reason());
  }
  while (Certificate link = read_certificate(from.get())) {
    if (SSL_CTX_add0_chain_cert(context, link.get()) != 1) {
      fail(material.certificate_name, "a certificate of the chain cannot be used: " + openssl_reason());
    }
    static_cast<void>(link.release());  // the context's now
  }
  const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  if (!at_end) fail(material.certificate_name, "a certificate of the chain is damaged");
  ERR_clear_error();
  return time_of(X509_get0_notAfter(own.get()));
}

void use_key(SSL_CTX* context, const TlsMaterial& material) {
  const Key key{PEM_read_bio_PrivateKey(reader(material.key).get(), nullptr, no_passphrase, nullptr)};
  if (!key && has(material.key, "ENCRYPTED")) {
    fail(material.key_name,
         "the private key is encrypted; openssl pkey -in FILE -out NEW writes it without passphrase");
  }
  if (!key) fail(material.key_name, "expected a PEM private key: " + instead(material.key));
  if (X509_check_private_key(SSL_CTX_get0_certificate(context), key.get()) != 1) {
    fail(material.key_name, "the private key does not belong to the certificate in " + material.certificate_name);
  }
  if (SSL_CTX_use_PrivateKey(context, key.get()) != 1) {
    fail(material.key_name, "the private key cannot be used: " + openssl_reason());
  }
}

/// http/1.1 where the client offers it; who offers something else alone is served without a word about it.
int choose_protocol(SSL* /*ssl*/, const unsigned char** out, unsigned char* out_size, const unsigned char* in,
                    unsigned in_size, void* /*self*/) {
  std::string_view offers{reinterpret_cast<const char*>(in), in_size};
  while (!offers.empty()) {
    const size_t size = static_cast<unsigned char>(offers.front());
    const std::string_view offer = offers.substr(1, size);
    if (offer == kHttp11) {
      *out = reinterpret_cast<const unsigned char*>(offer.data());
      *out_size = static_cast<unsigned char>(offer.size());
      return SSL_TLSEXT_ERR_OK;
    }
    offers.remove_prefix(std::min(offers.size(), size + 1));
  }
  return SSL_TLSEXT_ERR_NOACK;
}

void set_rules(SSL_CTX* context, TlsVersion least) {
  SSL_CTX_set_security_level(context, kSecurityLevel);
  SSL_CTX_set_min_proto_version(context, least == TlsVersion::k13 ? TLS1_3_VERSION : TLS1_2_VERSION);
  SSL_CTX_set_max_proto_version(context, 0);
  SSL_CTX_set_cipher_list(context, kCiphers12);
  SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE |
                                   SSL_OP_PRIORITIZE_CHACHA);
  // A write that was cut short is tried again from a queue that may have moved; idle connections keep no buffers.
  SSL_CTX_set_mode(context,
                   SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_read_ahead(context, 1);                           // a record by one recv, not header and body apart
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);  // tickets keep the state with the client
  SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
}

}  // namespace

std::shared_ptr<const TlsContext> TlsContext::make(const TlsMaterial& material, TlsVersion least) {
  ERR_clear_error();
  std::shared_ptr<TlsContext> made{new TlsContext};
  made->context_ = SSL_CTX_new(TLS_server_method());
  if (made->context_ == nullptr) throw NetError{"OpenSSL cannot make a context: " + openssl_reason()};
  set_rules(made->context_, least);
  made->expires_ = use_certificates(made->context_, material);
  use_key(made->context_, material);
  return made;
}

TlsContext::~TlsContext() { SSL_CTX_free(context_); }

std::string day_of(TlsContext::Time time) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  char text[16];
  return {text, std::strftime(text, sizeof text, "%Y-%m-%d", &parts)};
}

}  // namespace junctor::net
