// SPDX-License-Identifier: Apache-2.0
// One end of a relayed session over any of the four transports.
#include "party.hpp"

#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <array>
#include <cstring>
#include <stdexcept>

#include "ws_bridge/test_frames.hpp"

namespace junctor::site {

using testing::patient;

namespace {

constexpr size_t kReadSize = 256 * 1024;

/// One for all: it is made for any certificate, and is only read afterwards.
SSL_CTX* client_context() {
  static SSL_CTX* const kContext = [] {
    SSL_CTX* context = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    return context;
  }();
  return kContext;
}

void append_ws_frame(uint8_t opcode, bool last, std::string_view payload, uint32_t mask, std::string& out) {
  ws_bridge::testing::ClientFrame head{opcode, "", last};
  std::memcpy(head.mask.data(), &mask, sizeof mask);
  out.push_back(static_cast<char>((last ? 0x80 : 0) | opcode));
  const int extra = payload.size() < 126 ? 0 : payload.size() < 65536 ? 2 : 8;
  const size_t first = extra == 0 ? payload.size() : extra == 2 ? 126 : 127;
  out.push_back(static_cast<char>(0x80 | first));
  for (int i = extra - 1; i >= 0; --i) out.push_back(static_cast<char>(payload.size() >> (8 * i)));
  out.append(head.mask.begin(), head.mask.end());
  const size_t begin = out.size();
  out.append(payload);
  const uint64_t wide = mask | static_cast<uint64_t>(mask) << 32;
  size_t at = begin;
  for (; at + sizeof wide <= out.size(); at += sizeof wide) {
    uint64_t word = 0;
    std::memcpy(&word, out.data() + at, sizeof word);
    word ^= wide;
    std::memcpy(out.data() + at, &word, sizeof word);
  }
  for (; at < out.size(); ++at) out[at] = static_cast<char>(out[at] ^ head.mask[(at - begin) % 4]);
}

}  // namespace

Tube::Tube(const wire::Address& server, bool tls, const wire::Address& from)
    : socket_{wire::Socket::open(server.family, wire::Transport::kTcp)} {
  const int on = 1;
  ::setsockopt(socket_.fd(), IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  socket_.bind(from);
  const wire::Deadline deadline{patient(wire::kPatience)};
  if (const int error = socket_.connect(server, deadline); error != 0) {
    throw wire::ClientError{"connect " + server.text() + ": " + std::strerror(error)};
  }
  if (!tls) return;
  ssl_ = SSL_new(client_context());
  SSL_set_fd(ssl_, socket_.fd());
  SSL_set_connect_state(ssl_);
}

Tube::~Tube() { SSL_free(ssl_); }

Tube::Went Tube::went(int result) const {
  switch (SSL_get_error(ssl_, result)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
      return Went::kWait;
    case SSL_ERROR_ZERO_RETURN:
      return Went::kEnd;
    default:
      return Went::kBroken;
  }
}

Tube::Went Tube::handshake() {
  if (ssl_ == nullptr) return Went::kOn;
  ERR_clear_error();
  const int result = SSL_do_handshake(ssl_);
  return result == 1 ? Went::kOn : went(result);
}

Tube::Went Tube::read(std::string& in) {
  thread_local std::array<char, kReadSize> buffer;
  if (ssl_ != nullptr) {
    ERR_clear_error();
    size_t got = 0;
    const int result = SSL_read_ex(ssl_, buffer.data(), buffer.size(), &got);
    if (result != 1) return went(result);
    in.append(buffer.data(), got);
    return Went::kOn;
  }
  const ssize_t got = ::recv(socket_.fd(), buffer.data(), buffer.size(), 0);
  if (got > 0) in.append(buffer.data(), static_cast<size_t>(got));
  if (got >= 0) return got > 0 ? Went::kOn : Went::kEnd;
  return errno == EAGAIN || errno == EINTR ? Went::kWait : Went::kBroken;
}

Tube::Went Tube::write(std::string_view& bytes) {
  if (ssl_ != nullptr) {
    ERR_clear_error();
    size_t sent = 0;
    const int result = SSL_write_ex(ssl_, bytes.data(), bytes.size(), &sent);
    if (result != 1) return went(result);
    bytes.remove_prefix(sent);
    return Went::kOn;
  }
  const ssize_t sent = ::send(socket_.fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (sent > 0) bytes.remove_prefix(static_cast<size_t>(sent));
  if (sent > 0) return Went::kOn;
  return errno == EAGAIN || errno == EINTR ? Went::kWait : Went::kBroken;
}

bool Tube::wait(bool for_writing, const wire::Deadline& deadline) const {
  return for_writing ? socket_.wait_writable(deadline) : socket_.wait_readable(deadline);
}

void Tube::write_under(std::string_view bytes) {
  static_cast<void>(::send(socket_.fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL));
}

std::string Tube::client_hello() {
  BIO* out = BIO_new(BIO_s_mem());
  SSL* ssl = SSL_new(client_context());
  SSL_set_bio(ssl, BIO_new(BIO_s_mem()), out);  // both are ssl's
  SSL_set_connect_state(ssl);
  SSL_do_handshake(ssl);
  char* data = nullptr;
  const long size = BIO_get_mem_data(out, &data);
  std::string hello{data, static_cast<size_t>(size)};
  SSL_free(ssl);
  return hello;
}

void Tube::finish() {
  if (ssl_ != nullptr && SSL_is_init_finished(ssl_)) SSL_shutdown(ssl_);
  cut();
}

void Tube::cut() { ::shutdown(socket_.fd(), SHUT_WR); }

std::string Tube::server_name() const {
  std::array<char, 128> name{};
  X509* certificate = SSL_get0_peer_certificate(ssl_);
  if (certificate != nullptr) {
    X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name.data(),
                              static_cast<int>(name.size()));
  }
  return name.data();
}

Party::Party(const wire::Address& door, Transport transport, const std::string& from)
    : transport_{transport}, tube_{door, is_tls(transport), ip(from)} {}

bool Party::secure(Millis patience) {
  const wire::Deadline deadline{patient(patience)};
  Tube::Went went;
  while ((went = tube_.handshake()) == Tube::Went::kWait) {
    if (!tube_.wait(false, deadline)) return false;
  }
  return went == Tube::Went::kOn;
}

bool Party::upgrade(Millis patience) {
  if (!is_ws(transport_)) return true;
  const wire::Deadline deadline{patient(patience)};
  if (!send_bytes(upgrade_request(), patience)) return false;
  size_t end = 0;
  while ((end = in_.find("\r\n\r\n")) == std::string::npos) {
    const Tube::Went went = read();
    if (went != Tube::Went::kOn && (went != Tube::Went::kWait || !tube_.wait(false, deadline))) return false;
  }
  taken_ = end + 4;
  return in_.compare(0, 12, "HTTP/1.1 101") == 0;
}

bool Party::greet(const FourWays& ways, const std::string& uuid, const std::string& id) {
  return secure() && upgrade() && send_bytes(greeting(ways, uuid, id));
}

bool Party::send(std::string_view message, Millis patience) { return send_bytes(encoded(message), patience); }

bool Party::send_bytes(std::string_view bytes, Millis patience) {
  const wire::Deadline deadline{patient(patience)};
  while (!bytes.empty()) {
    const Tube::Went went = tube_.write(bytes);
    if (went != Tube::Went::kOn && (went != Tube::Went::kWait || !tube_.wait(true, deadline))) return false;
  }
  return true;
}

std::optional<std::string> Party::receive(Millis patience) {
  const wire::Deadline deadline{patient(patience)};
  while (true) {
    if (const auto message = next()) return std::string{*message};
    if (heard_close_) return std::nullopt;
    const Tube::Went went = read();
    if (went != Tube::Went::kOn && (went != Tube::Went::kWait || !tube_.wait(false, deadline))) return std::nullopt;
  }
}

Party::End Party::wait_end(Millis patience) {
  const wire::Deadline deadline{patient(patience)};
  bool answered = false;
  while (true) {
    while (next()) continue;
    if (heard_close_ && !answered) {
      answered = true;
      finish();
    }
    const Tube::Went went = read();
    if (went == Tube::Went::kEnd) return End::kOrderly;
    if (went == Tube::Went::kBroken) return End::kBroken;
    if (went == Tube::Went::kWait && !tube_.wait(false, deadline)) return End::kOpen;
  }
}

void Party::encode(std::string_view message, std::string& out, uint32_t mask, size_t pieces) const {
  if (!is_ws(transport_)) {
    wire::append_frame(message, out);
    return;
  }
  const size_t piece = message.size() / pieces + 1;
  uint8_t opcode = 2;
  do {
    const std::string_view part = message.substr(0, piece);
    message.remove_prefix(part.size());
    append_ws_frame(opcode, message.empty(), part, mask, out);
    opcode = 0;
  } while (!message.empty());
}

std::string Party::encoded(std::string_view message) const {
  std::string out;
  encode(message, out);
  return out;
}

std::optional<std::string_view> Party::next() {
  if (const auto message = is_ws(transport_) ? next_ws() : next_tcp()) return message;
  in_.erase(0, taken_);
  taken_ = 0;
  return std::nullopt;
}

std::optional<std::string_view> Party::take(size_t header, uint64_t size) {
  if (in_.size() - taken_ < header + size) return std::nullopt;
  const std::string_view payload{in_.data() + taken_ + header, static_cast<size_t>(size)};
  taken_ += header + static_cast<size_t>(size);
  return payload;
}

std::optional<std::string_view> Party::next_tcp() {
  const size_t there = in_.size() - taken_;
  if (there == 0) return std::nullopt;
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(in_[taken_ + i]); };
  const size_t header = (byte(0) & 3U) + 1;
  if (there < header) return std::nullopt;
  uint32_t value = 0;
  for (size_t i = 0; i < header; ++i) value |= static_cast<uint32_t>(byte(i)) << (8 * i);
  return take(header, value >> 2);
}

std::optional<std::string_view> Party::next_ws() {
  while (in_.size() - taken_ >= 2) {
    const auto byte = [&](size_t i) { return static_cast<uint8_t>(in_[taken_ + i]); };
    uint64_t size = byte(1) & 0x7FU;
    const size_t extra = size < 126 ? 0 : size == 126 ? 2 : 8;
    if (in_.size() - taken_ < 2 + extra) return std::nullopt;
    if (extra > 0) size = 0;
    for (size_t i = 0; i < extra; ++i) size = size << 8 | byte(2 + i);
    const uint8_t opcode = byte(0) & 0x0F;
    const auto payload = take(2 + extra, size);
    if (!payload) return std::nullopt;
    if (opcode == 8) heard_close_ = true;
    if (opcode == 2) return payload;
  }
  return std::nullopt;
}

std::string Party::upgrade_request() { return ws_bridge::testing::upgrade(); }

std::string Party::greeting(const FourWays& ways, const std::string& uuid, const std::string& id) const {
  hbb::RequestRelay request;
  request.set_uuid(uuid);
  request.set_licence_key(ways.key());
  request.set_id(id);
  return encoded(wire::wrap_message(request));
}

void Party::finish() {
  if (!is_ws(transport_)) return tube_.finish();
  const std::string close = ws_bridge::testing::close_frame(1000);
  send_bytes(close, Millis{100});
}

Pair::Pair(const FourWays& ways, const std::string& uuid, Transport of_a, Transport of_b)
    : a{ways, of_a, "127.0.0.2"}, b{ways, of_b, "127.0.0.3"} {
  if (!b.greet(ways, uuid) || !a.greet(ways, uuid, "123456789") || !talk()) {
    throw wire::ClientError{std::string{"not joined: "} + name_of(of_a) + " and " + name_of(of_b)};
  }
}

bool Pair::talk(const std::string& word) {
  return a.send(word) && b.receive() == word && b.send(word) && a.receive() == word;
}

}  // namespace junctor::site
