// SPDX-License-Identifier: Apache-2.0
// For tests: a certificate, and OpenSSL as the client. One thread.
#pragma once

#include <doctest/doctest.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <memory>
#include <string>
#include <utility>

#include "net/test_kit.hpp"
#include "net/tls_context.hpp"
#include "support/certificate.hpp"

namespace junctor::net::test {

inline TlsMaterial material_of(const testing::Certificate& pair) {
  return {"cert.pem", pair.certificate, "key.pem", pair.key};
}

/// Of all tests that only need one.
inline const std::shared_ptr<const TlsContext>& any_context() {
  static const auto kContext =
      TlsContext::make(material_of(testing::make_certificate("test.example")), TlsVersion::k12);
  return kContext;
}

/// A non-blocking client; verifies nothing.
class TlsClient {
 public:
  explicit TlsClient(Fd fd, int version = TLS1_3_VERSION)
      : fd_{std::move(fd)}, context_{SSL_CTX_new(TLS_client_method())} {
    SSL_CTX_set_min_proto_version(context_, version);
    SSL_CTX_set_max_proto_version(context_, version);
    SSL_CTX_set_mode(context_, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    ssl_ = SSL_new(context_);
    SSL_set_fd(ssl_, fd_.get());
    SSL_set_connect_state(ssl_);
  }
  ~TlsClient() {
    SSL_free(ssl_);
    SSL_CTX_free(context_);
  }
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;

  /// True when it is done.
  bool handshake() {
    return done_ = done_ || call([&] { return SSL_do_handshake(ssl_); }) == 1;
  }
  /// How many bytes went.
  size_t put(std::string_view bytes) {
    size_t sent = 0;
    size_t piece = 0;
    while (sent < bytes.size()) {
      if (call([&] { return SSL_write_ex(ssl_, bytes.data() + sent, bytes.size() - sent, &piece); }) != 1) break;
      sent += piece;
    }
    return sent;
  }
  /// Appends what has come to `text`.
  void pull() {
    if (ending_) end();
    char buffer[65536];
    size_t got = 0;
    while (!ended && error == 0) {
      const int result = call([&] { return SSL_read_ex(ssl_, buffer, sizeof buffer, &got); });
      if (result != 1) return;
      text.append(buffer, got);
    }
  }
  /// Sends close_notify, with the next pull() when the socket is full; the other way stays open.
  void end() {
    ERR_clear_error();
    ending_ = SSL_shutdown(ssl_) < 0 && SSL_want_write(ssl_);
  }
  Fd& fd() { return fd_; }
  SSL* raw() { return ssl_; }
  std::string peer_name() const {
    X509* x = SSL_get0_peer_certificate(ssl_);
    char name[128] = "";
    if (x != nullptr) X509_NAME_get_text_by_NID(X509_get_subject_name(x), NID_commonName, name, sizeof name);
    return name;
  }

  std::string text;
  bool ended = false;  // by close_notify
  int error = 0;       // SSL_ERROR_SSL or SSL_ERROR_SYSCALL

 private:
  template <class Fn>
  int call(Fn fn) {
    ERR_clear_error();
    const int result = fn();
    const int what = SSL_get_error(ssl_, result);
    if (what == SSL_ERROR_ZERO_RETURN) ended = true;
    if (result <= 0 && (what == SSL_ERROR_SSL || what == SSL_ERROR_SYSCALL)) error = what;
    ERR_clear_error();
    return result;
  }

  Fd fd_;
  SSL_CTX* context_;
  SSL* ssl_;
  bool done_ = false;
  bool ending_ = false;
};

/// A handshake in memory, without sockets: as far as it goes.
class MemoryHandshake {
 public:
  explicit MemoryHandshake(const TlsContext& context, int version = TLS1_3_VERSION)
      : own_{SSL_CTX_new(TLS_client_method())}, server{SSL_new(context.raw())} {
    SSL_CTX_set_max_proto_version(own_, version);
    client = SSL_new(own_);
    BIO* a = nullptr;
    BIO* b = nullptr;
    BIO_new_bio_pair(&a, 0, &b, 0);
    SSL_set_bio(client, a, a);
    SSL_set_bio(server, b, b);
    SSL_set_connect_state(client);
    SSL_set_accept_state(server);
  }
  ~MemoryHandshake() {
    ERR_clear_error();
    SSL_free(client);
    SSL_free(server);
    SSL_CTX_free(own_);
  }
  MemoryHandshake(const MemoryHandshake&) = delete;
  MemoryHandshake& operator=(const MemoryHandshake&) = delete;

  /// What this client says: protocols as in RFC 7301, each behind its length.
  MemoryHandshake& named(const char* name) {
    if (name != nullptr) SSL_set_tlsext_host_name(client, name);
    return *this;
  }
  MemoryHandshake& offering(std::string_view protocols) {
    SSL_set_alpn_protos(client, reinterpret_cast<const unsigned char*>(protocols.data()),
                        static_cast<unsigned>(protocols.size()));
    return *this;
  }
  MemoryHandshake& resuming(SSL_SESSION* session) {
    SSL_set_session(client, session);
    return *this;
  }
  /// True: both are through. Tickets of TLS 1.3, which come behind it, are read.
  bool run() {
    bool done = false;
    for (int turn = 0; turn < 10 && !done; ++turn) {
      SSL_do_handshake(client);
      done = SSL_do_handshake(server) == 1;
    }
    char nothing = 0;
    if (done) SSL_read(client, &nothing, 1);
    ERR_clear_error();
    return done;
  }
  /// CN of the server's certificate.
  std::string subject() const {
    char text[256] = "";
    X509* peer = SSL_get0_peer_certificate(client);
    if (peer != nullptr) X509_NAME_get_text_by_NID(X509_get_subject_name(peer), NID_commonName, text, sizeof text);
    return text;
  }
  std::string protocol() const {
    const unsigned char* chosen = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(client, &chosen, &size);
    return {reinterpret_cast<const char*>(chosen), size};
  }
  /// Ours to free.
  SSL_SESSION* session() const {
    SSL_SESSION* taken = SSL_get1_session(client);
    return taken;
  }
  /// As if the connection had ended well: else its session is forgotten.
  void end() { SSL_shutdown(client); }

 private:
  SSL_CTX* own_;

 public:
  SSL* server;
  SSL* client = nullptr;
};

}  // namespace junctor::net::test
