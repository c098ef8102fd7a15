// SPDX-License-Identifier: Apache-2.0
#include "support/tls_client.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>

#include <array>
#include <utility>

namespace junctor::testing {

TlsClient::TlsClient(LineClient line, Version version)
    : line_{std::move(line)}, context_{SSL_CTX_new(TLS_client_method())}, ssl_{nullptr} {
  const int number = version == Version::k12 ? TLS1_2_VERSION : TLS1_3_VERSION;
  SSL_CTX_set_min_proto_version(context_, number);
  SSL_CTX_set_max_proto_version(context_, number);
  SSL_CTX_set_mode(context_, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  ssl_ = SSL_new(context_);
  SSL_set_fd(ssl_, line_.fd());
  SSL_set_connect_state(ssl_);
}

TlsClient::~TlsClient() {
  SSL_free(ssl_);
  SSL_CTX_free(context_);
}

/// Runs it again whenever the socket is ready for what it waits for.
template <class Fn>
TlsClient::Went TlsClient::go(SteadyTime until, Fn fn) {
  while (true) {
    ERR_clear_error();
    const int result = fn();
    if (result == 1) return Went::kOn;
    const int what = SSL_get_error(ssl_, result);
    if (what == SSL_ERROR_ZERO_RETURN) return Went::kEnded;
    if (what != SSL_ERROR_WANT_READ && what != SSL_ERROR_WANT_WRITE) return Went::kBroken;
    const auto left = std::chrono::duration_cast<Millis>(until - std::chrono::steady_clock::now()).count();
    pollfd ready{line_.fd(), static_cast<short>(what == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT), 0};
    if (left <= 0 || ::poll(&ready, 1, static_cast<int>(left)) <= 0) return Went::kLate;
  }
}

bool TlsClient::handshake(Millis patience) {
  const SteadyTime until = std::chrono::steady_clock::now() + patient(patience);
  return go(until, [&] { return SSL_do_handshake(ssl_); }) == Went::kOn;
}

bool TlsClient::send(std::string_view bytes) {
  const SteadyTime until = std::chrono::steady_clock::now() + patient(kPatience);
  while (!bytes.empty()) {
    size_t sent = 0;
    if (go(until, [&] { return SSL_write_ex(ssl_, bytes.data(), bytes.size(), &sent); }) != Went::kOn) return false;
    bytes.remove_prefix(sent);
  }
  return true;
}

TlsClient::Went TlsClient::more(SteadyTime until) {
  std::array<char, 16384> buffer;
  size_t got = 0;
  const Went went = go(until, [&] { return SSL_read_ex(ssl_, buffer.data(), buffer.size(), &got); });
  if (went == Went::kOn) in_.append(buffer.data(), got);
  return went;
}

std::optional<std::string> TlsClient::read_line(Millis patience) {
  const SteadyTime until = std::chrono::steady_clock::now() + patient(patience);
  while (in_.find('\n') == std::string::npos) {
    if (more(until) != Went::kOn) return std::nullopt;
  }
  const size_t end = in_.find('\n');
  std::string line = in_.substr(0, end);
  in_.erase(0, end + 1);
  return line;
}

std::optional<std::string> TlsClient::read(size_t count, Millis patience) {
  const SteadyTime until = std::chrono::steady_clock::now() + patient(patience);
  while (in_.size() < count) {
    if (more(until) != Went::kOn) return std::nullopt;
  }
  std::string bytes = in_.substr(0, count);
  in_.erase(0, count);
  return bytes;
}

std::string TlsClient::ask(const std::string& line) {
  if (!send(line + "\n")) return "";
  return read_line().value_or("");
}

TlsClient::End TlsClient::wait_end(Millis patience) {
  const SteadyTime until = std::chrono::steady_clock::now() + patient(patience);
  Went went = Went::kOn;
  while (went == Went::kOn) went = more(until);
  if (went == Went::kLate) return End::kOpen;
  return went == Went::kEnded ? End::kNotified : End::kCut;
}

void TlsClient::finish() { SSL_shutdown(ssl_); }

std::string TlsClient::server_name() const {
  std::array<char, 128> name{};
  X509* certificate = SSL_get0_peer_certificate(ssl_);
  if (certificate != nullptr) {
    X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name.data(),
                              static_cast<int>(name.size()));
  }
  return name.data();
}

}  // namespace junctor::testing
