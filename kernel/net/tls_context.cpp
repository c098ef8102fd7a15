// SPDX-License-Identifier: Apache-2.0
// Reads certificate and key, and sets up a server's side of TLS. Any thread.
#include "net/tls_context.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <iterator>
#include <string_view>
#include <utility>

#include "net/status.hpp"
#include "net/ticket_keys.hpp"
#include "net/tls_hello.hpp"

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

/// Files that were put together with `cat` from one whose last line has no end; the OpenSSL reader takes them for one.
std::string parted(std::string text) {
  constexpr std::string_view kJoint = "----------BEGIN ";
  for (size_t at = text.find(kJoint); at != std::string::npos; at = text.find(kJoint, at + 1))
    text.insert(at + 5, "\n");
  return text;
}

std::string name_of(const X509_NAME* name) {
  const Bio out{BIO_new(BIO_s_mem())};
  X509_NAME_print_ex(out.get(), name, 0, XN_FLAG_ONELINE & ~ASN1_STRFLGS_ESC_MSB);
  char* data = nullptr;
  const long size = BIO_get_mem_data(out.get(), &data);
  return {data, static_cast<size_t>(size)};
}

bool is_issuer(const X509* issuer, const X509* of) {
  return X509_NAME_cmp(X509_get_subject_name(issuer), X509_get_issuer_name(of)) == 0;
}

/// Those of whom nothing more is needed: roots that this host knows, and so clients do, most likely.
bool is_known_root(const X509* certificate) {
  const std::unique_ptr<X509_STORE, Freer<X509_STORE_free>> store{X509_STORE_new()};
  const std::unique_ptr<X509_STORE_CTX, Freer<X509_STORE_CTX_free>> look{X509_STORE_CTX_new()};
  X509_STORE_set_default_paths(store.get());
  X509_STORE_CTX_init(look.get(), store.get(), nullptr, nullptr);
  X509* found = nullptr;
  const bool known = X509_STORE_CTX_get1_issuer(&found, look.get(), const_cast<X509*>(certificate)) == 1;
  X509_free(found);
  ERR_clear_error();
  return known;
}

/// What clients will think of the own certificate and those behind it, in the file's order.
std::vector<std::string> doubts_of(const std::vector<const X509*>& chain, const std::string& name) {
  std::vector<std::string> doubts;
  const X509* last = chain.front();
  std::vector<const X509*> rest(chain.begin() + 1, chain.end());
  bool in_order = true;
  while (!is_issuer(last, last)) {
    const auto next = std::find_if(rest.begin(), rest.end(), [&](const X509* one) { return is_issuer(one, last); });
    if (next == rest.end()) break;
    in_order = in_order && next == rest.begin();
    last = *next;
    rest.erase(next);
  }
  if (!in_order) {
    doubts.push_back(name + ": the certificates of the chain are out of order: each is to stand before its issuer's");
  }
  if (!is_issuer(last, last) && !is_known_root(last)) {
    doubts.push_back(name + ": the certificate of the issuer, " + name_of(X509_get_issuer_name(last)) +
                     ", is missing: clients that do not have it refuse; use the file with the whole chain "
                     "(fullchain.pem)");
  }
  if (in_order && !rest.empty() && !is_issuer(last, last)) {
    doubts.push_back(name + ": a certificate in it belongs to another chain");
  }
  return doubts;
}

struct Used {
  TlsContext::Time until;
  std::vector<std::string> doubts;
};

/// The server's certificate and its chain.
Used use_certificates(SSL_CTX* context, const TlsMaterial& material) {
  const std::string text = parted(material.certificate);
  const Bio from = reader(text);
  const Certificate own = read_certificate(from.get());
  if (!own) fail(material.certificate_name, "expected a PEM certificate: " + instead(text));
  check_dates(own.get(), material.certificate_name);
  if (SSL_CTX_use_certificate(context, own.get()) != 1) {
    fail(material.certificate_name, "the certificate cannot be used: " + openssl_reason());
  }
  std::vector<const X509*> chain{own.get()};
  while (Certificate link = read_certificate(from.get())) {
    if (SSL_CTX_add0_chain_cert(context, link.get()) != 1) {
      fail(material.certificate_name, "a certificate of the chain cannot be used: " + openssl_reason());
    }
    chain.push_back(link.release());  // the context's now
  }
  const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  if (!at_end) fail(material.certificate_name, "a certificate of the chain is damaged");
  ERR_clear_error();
  return {time_of(X509_get0_notAfter(own.get())), doubts_of(chain, material.certificate_name)};
}

/// Whether the key is of one of those behind the first, and at which place.
size_t place_of(EVP_PKEY* key, const std::string& certificates) {
  const std::string text = parted(certificates);
  const Bio from = reader(text);
  for (size_t place = 1;; ++place) {
    const Certificate one = read_certificate(from.get());
    const bool fits = one && X509_check_private_key(one.get(), key) == 1;
    ERR_clear_error();
    if (fits) return place;
    if (!one) return 0;
  }
}

void check_curve(const EVP_PKEY* key, const std::string& name) {
  std::array<char, 80> curve{};
  size_t size = 0;
  if (EVP_PKEY_get_base_id(key) != EVP_PKEY_EC) return;
  if (EVP_PKEY_get_group_name(key, curve.data(), curve.size(), &size) != 1) return;
  const std::string_view group{curve.data(), size};
  for (const std::string_view known : {"prime256v1", "P-256", "secp384r1", "P-384", "secp521r1", "P-521"}) {
    if (group == known) return;
  }
  fail(name, "the private key is on the curve " + std::string{group} +
                 ", which TLS clients do not take; make one on prime256v1 (openssl ecparam -genkey -name prime256v1)");
}

void use_key(SSL_CTX* context, const TlsMaterial& material) {
  std::string parts = parted(material.key);
  const Bio key_text = reader(parts);
  const Key key{PEM_read_bio_PrivateKey(key_text.get(), nullptr, no_passphrase, nullptr)};
  OPENSSL_cleanse(parts.data(), parts.size());
  if (!key && has(material.key, "ENCRYPTED")) {
    fail(material.key_name,
         "the private key is encrypted; openssl pkey -in FILE -out NEW writes it without passphrase");
  }
  if (!key) fail(material.key_name, "expected a PEM private key: " + instead(material.key));
  check_curve(key.get(), material.key_name);
  if (X509_check_private_key(SSL_CTX_get0_certificate(context), key.get()) != 1) {
    if (const size_t place = place_of(key.get(), material.certificate); place > 1) {
      fail(material.certificate_name, "the certificate of the private key is number " + std::to_string(place) +
                                          " in the file; it must be the first, and its chain behind it");
    }
    fail(material.key_name, "the private key does not belong to the certificate in " + material.certificate_name);
  }
  if (SSL_CTX_use_PrivateKey(context, key.get()) != 1) {
    fail(material.key_name, "the private key cannot be used: " + openssl_reason());
  }
}

/// http/1.1 where the client offers it; who offers something else alone is served without a word about it.
int choose_protocol(SSL* /*ssl*/, const unsigned char** out, unsigned char* out_size, const unsigned char* in,
                    unsigned in_size, void* /*self*/) {
  const std::string_view offers{reinterpret_cast<const char*>(in), in_size};
  const std::string_view found = protocol_in(offers, kHttp11);
  if (found.empty()) return SSL_TLSEXT_ERR_NOACK;
  *out = reinterpret_cast<const unsigned char*>(found.data());
  *out_size = static_cast<unsigned char>(found.size());
  return SSL_TLSEXT_ERR_OK;
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

using Context = std::unique_ptr<SSL_CTX, Freer<SSL_CTX_free>>;

/// What a context has beside OpenSSL's: it goes with it, and a connection keeps its context alive on its own.
struct Extra {
  std::vector<Context> others;  // of other names
  std::shared_ptr<TicketKeys> tickets;
  std::vector<std::pair<std::string, Context>> challenges;
};

int extra_index() {
  static const int kIndex =
      SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr,
                               [](void* /*context*/, void* extra, CRYPTO_EX_DATA* /*data*/, int /*index*/,
                                  long /*number*/, void* /*argument*/) { delete static_cast<Extra*>(extra); });
  return kIndex;
}

Extra* extra_of(const SSL_CTX* context) { return static_cast<Extra*>(SSL_CTX_get_ex_data(context, extra_index())); }

bool has_name(const SSL_CTX* context, const char* name) {
  return X509_check_host(SSL_CTX_get0_certificate(context), name, 0, 0, nullptr) == 1;
}

/// An unknown name gets the first certificate: the client says better than an alert what is wrong with it.
int choose_certificate(SSL* ssl, int* /*alert*/, void* /*argument*/) {
  const char* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
  const SSL_CTX* first = SSL_get_SSL_CTX(ssl);
  if (name == nullptr || has_name(first, name)) return SSL_TLSEXT_ERR_OK;
  for (const Context& other : extra_of(first)->others) {
    if (!has_name(other.get(), name)) continue;
    SSL_set_SSL_CTX(ssl, other.get());
    break;
  }
  return SSL_TLSEXT_ERR_OK;
}

void ask_clients(SSL_CTX* context, const ClientAuthorities& clients) {
  const Bio from = reader(clients.text);
  size_t count = 0;
  while (const Certificate authority = read_certificate(from.get())) {
    if (X509_STORE_add_cert(SSL_CTX_get_cert_store(context), authority.get()) != 1 ||
        SSL_CTX_add_client_CA(context, authority.get()) != 1) {
      fail(clients.name, "a certificate of an authority cannot be used: " + openssl_reason());
    }
    ++count;
  }
  if (count == 0) fail(clients.name, "expected PEM certificates of authorities: " + instead(clients.text));
  ERR_clear_error();
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
}

int on_ticket(SSL* ssl, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac, int sealing) {
  TicketKeys* keys = extra_of(SSL_get_SSL_CTX(ssl))->tickets.get();
  if (keys == nullptr) return 0;  // a challenge
  return sealing == 1 ? keys->seal(name, iv, cipher, mac) : keys->open(name, iv, cipher, mac);
}

Context make_one(const TlsMaterial& material, const TlsRules& rules, Used* used) {
  constexpr unsigned char kSessions[] = "junctor";
  Context made{SSL_CTX_new(TLS_server_method())};
  if (!made) throw NetError{"OpenSSL cannot make a context: " + openssl_reason()};
  set_rules(made.get(), rules.least);
  SSL_CTX_set_session_id_context(made.get(), kSessions, sizeof kSessions - 1);
  *used = use_certificates(made.get(), material);
  use_key(made.get(), material);
  if (!rules.clients.text.empty()) ask_clients(made.get(), rules.clients);
  SSL_CTX_set_ex_data(made.get(), extra_index(), new Extra{{}, rules.tickets, {}});
  if (rules.tickets) {
    SSL_CTX_set_timeout(made.get(), rules.tickets->life().count());
    SSL_CTX_set_tlsext_ticket_key_evp_cb(made.get(), on_ticket);
  }
  return made;
}

int choose_challenge_protocol(SSL* /*ssl*/, const unsigned char** out, unsigned char* out_size,
                              const unsigned char* /*in*/, unsigned /*in_size*/, void* /*self*/) {
  *out = reinterpret_cast<const unsigned char*>(kAcmeProtocol.data());
  *out_size = static_cast<unsigned char>(kAcmeProtocol.size());
  return SSL_TLSEXT_ERR_OK;
}

Context make_challenge(const TlsMaterial& material) {
  Used unused;
  Context made = make_one(material, {}, &unused);
  SSL_CTX_set_alpn_select_cb(made.get(), choose_challenge_protocol, nullptr);
  return made;
}

/// Before anything else is decided. A challenge is no session of anybody's: no certificate is asked for, no ticket
/// given.
int on_hello(SSL* ssl, int* /*alert*/, void* /*argument*/) {
  const std::string name = challenged_name(ssl);
  if (name.empty()) return SSL_CLIENT_HELLO_SUCCESS;
  for (const auto& [challenged, context] : extra_of(SSL_get_SSL_CTX(ssl))->challenges) {
    if (challenged != name) continue;
    SSL_set_SSL_CTX(ssl, context.get());
    SSL_set_verify(ssl, SSL_VERIFY_NONE, nullptr);
    SSL_set_options(ssl, SSL_OP_NO_TICKET);
    break;
  }
  return SSL_CLIENT_HELLO_SUCCESS;
}

}  // namespace

std::shared_ptr<const TlsContext> TlsContext::make(const std::vector<TlsMaterial>& materials, const TlsRules& rules) {
  ERR_clear_error();
  std::shared_ptr<TlsContext> made{new TlsContext};
  Used used;
  made->context_ = make_one(materials.front(), rules, &used).release();
  made->expires_ = used.until;
  made->doubts_ = std::move(used.doubts);
  if (!rules.doubt.empty()) made->doubts_.push_back(rules.doubt);
  made->tickets_ = rules.tickets;
  Extra& extra = *extra_of(made->context_);
  for (size_t i = 1; i < materials.size(); ++i) {
    Used more;
    extra.others.push_back(make_one(materials[i], rules, &more));
    made->expires_ = std::min(made->expires_, more.until);
    std::move(more.doubts.begin(), more.doubts.end(), std::back_inserter(made->doubts_));
  }
  for (const TlsMaterial& one : rules.challenges) {
    extra.challenges.emplace_back(one.certificate_name, make_challenge(one));
  }
  if (!extra.others.empty()) SSL_CTX_set_tlsext_servername_callback(made->context_, choose_certificate);
  if (!extra.challenges.empty()) SSL_CTX_set_client_hello_cb(made->context_, on_hello, nullptr);
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
