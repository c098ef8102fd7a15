// SPDX-License-Identifier: Apache-2.0
// OpenSSL's answers turned into those of recv and send. One thread at a time.
#include "net/tls_session.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/epoll.h>

#include <cerrno>
#include <utility>

#include "net/tls_hello.hpp"

namespace junctor::net {

namespace {

/// Internal: close_notify has come. No errno has this value.
constexpr int kEnded = -1;

}  // namespace

std::unique_ptr<TlsSession> TlsSession::make(const TlsContext& context, int fd) {
  ERR_clear_error();
  SSL* const ssl = SSL_new(context.raw());
  if (ssl == nullptr) return nullptr;
  std::unique_ptr<TlsSession> made{new TlsSession{ssl}};
  if (SSL_set_fd(ssl, fd) != 1) return nullptr;
  SSL_set_accept_state(ssl);
  return made;
}

TlsSession::TlsSession(ssl_st* ssl) : ssl_{ssl}, read_needs_{EPOLLIN}, write_needs_{EPOLLOUT} {}

TlsSession::~TlsSession() { SSL_free(ssl_); }

/// An errno for an operation that gave `result` <= 0, kEnded for the peer's close_notify.
int TlsSession::classify(int result, uint32_t* needs) {
  const int system = errno;
  switch (SSL_get_error(ssl_, result)) {
    case SSL_ERROR_WANT_READ:
      *needs = EPOLLIN;
      return EAGAIN;
    case SSL_ERROR_WANT_WRITE:
      *needs = EPOLLOUT;
      return EAGAIN;
    case SSL_ERROR_ZERO_RETURN:
      return kEnded;
    case SSL_ERROR_SYSCALL:
      broken_ = true;
      return system == 0 ? kTruncated : system;
    default:
      broken_ = true;
      return ERR_GET_REASON(ERR_peek_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING ? kTruncated : kBroken;
  }
}

TlsSession::Handshake TlsSession::handshake() {
  ERR_clear_error();
  errno = 0;
  const int result = SSL_do_handshake(ssl_);
  if (result == 1) {
    read_needs_ = EPOLLIN;
    return Handshake::kDone;
  }
  const unsigned long first = ERR_peek_error();
  const int error = classify(result, &read_needs_);
  if (error == EAGAIN) return Handshake::kAgain;
  const char* reason = error == kBroken ? ERR_reason_error_string(first) : nullptr;
  failure_ = reason != nullptr ? reason : "the client has gone";
  ERR_clear_error();
  return Handshake::kFailed;
}

bool TlsSession::was_challenge() const {
  const unsigned char* chosen = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(ssl_, &chosen, &size);
  return size > 0 && std::string_view{reinterpret_cast<const char*>(chosen), size} == kAcmeProtocol;
}

ssize_t TlsSession::read(std::span<std::byte> into) {
  size_t got = 0;
  int error = std::exchange(held_error_, 0);
  drained_ = false;
  while (error == 0 && got < into.size()) {
    size_t piece = 0;
    ERR_clear_error();
    errno = 0;
    const int result = SSL_read_ex(ssl_, into.data() + got, into.size() - got, &piece);
    got += piece;
    if (result != 1) error = classify(result, &read_needs_);
  }
  drained_ = error == EAGAIN;
  if (got > 0) {
    if (error != EAGAIN) held_error_ = error;
    return static_cast<ssize_t>(got);
  }
  if (error == kEnded) return 0;
  errno = error;
  return -1;
}

ssize_t TlsSession::write(std::span<const std::byte> from) {
  size_t put = 0;
  int error = broken_ ? EPIPE : 0;
  while (error == 0 && put < from.size()) {
    size_t piece = 0;
    ERR_clear_error();
    errno = 0;
    const int result = SSL_write_ex(ssl_, from.data() + put, from.size() - put, &piece);
    put += piece;
    if (result != 1) error = classify(result, &write_needs_);
  }
  if (put > 0 || from.empty()) return static_cast<ssize_t>(put);
  errno = error == kEnded ? EPIPE : error;
  return -1;
}

bool TlsSession::end() {
  if (broken_ || end_sent_) return true;
  ERR_clear_error();
  errno = 0;
  const int result = SSL_shutdown(ssl_);
  end_sent_ = result >= 0 || classify(result, &write_needs_) != EAGAIN;
  return end_sent_;
}

}  // namespace junctor::net
