// SPDX-License-Identifier: Apache-2.0
// The blocking protocol client of tools and tests. No thread of its own.
#include "wire/client.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace junctor::wire {
namespace {

constexpr size_t kReadSize = 65536;

hbb::RendezvousMessage parse(const std::string& bytes, const Address& from) {
  hbb::RendezvousMessage message;
  if (!message.ParseFromString(bytes)) {
    throw ClientError{"expected a RendezvousMessage from " + from.text() + ", got " + std::to_string(bytes.size()) +
                      " bytes that are none"};
  }
  return message;
}

Socket open_for(const Address& peer, const std::optional<Address>& local) {
  Socket socket = Socket::open(peer.family, Transport::kTcp);
  if (local && local->port == 0) socket.bind_ip(*local);
  if (local && local->port != 0) socket.bind(*local);
  return socket;
}

}  // namespace

Address any_local(const Address& peer) { return peer.is_v6() ? Address::v6({}, 0) : Address::v4({}, 0); }

UdpClient::UdpClient(const Address& local) : socket_{Socket::open(local.family, Transport::kUdp)} {
  socket_.bind(local);
}

std::optional<UdpClient::Datagram> UdpClient::receive_bytes(Millis timeout) {
  Datagram datagram;
  if (!socket_.receive_from(datagram.from, datagram.bytes, Deadline{timeout})) return std::nullopt;
  return datagram;
}

std::optional<UdpClient::Received> UdpClient::receive(Millis timeout) {
  const auto datagram = receive_bytes(timeout);
  if (!datagram) return std::nullopt;
  return Received{datagram->from, parse(datagram->bytes, datagram->from)};
}

TcpClient::TcpClient(Socket socket, const Address& peer, size_t max_message)
    : socket_{std::move(socket)}, local_{socket_.local_address()}, peer_{peer}, decoder_{max_message} {}

TcpClient TcpClient::connect(const Address& server, const Options& options) {
  Socket socket = open_for(server, options.local);
  const int error = socket.connect(server, Deadline{options.timeout});
  if (error != 0) throw ClientError{"connect " + server.text() + ": " + std::strerror(error)};
  return TcpClient{std::move(socket), server, options.max_message};
}

std::optional<TcpClient> TcpClient::try_connect(const Address& server, const Options& options) {
  Socket socket = open_for(server, options.local);
  if (socket.connect(server, Deadline{options.timeout}) != 0) return std::nullopt;
  return TcpClient{std::move(socket), server, options.max_message};
}

void TcpClient::send_frame(std::string_view payload) {
  std::string sealed, frame;
  if (channel_) {
    channel_->seal(payload, sealed);
    payload = sealed;
  }
  if (!append_frame(payload, frame)) throw ClientError{"a payload of more than 1 GiB does not fit into a frame"};
  send_raw(frame);
}

std::optional<std::string> TcpClient::receive_frame(Millis timeout) { return receive_payload(Deadline{timeout}); }

std::optional<std::string> TcpClient::receive_payload(const Deadline& deadline) {
  while (true) {
    if (auto payload = take_frame()) return payload;
    if (!fill(deadline)) return std::nullopt;
  }
}

std::optional<std::string> TcpClient::take_frame() {
  std::string_view input{inbox_}, payload;
  input.remove_prefix(inbox_begin_);
  const auto status = decoder_.next(input, payload);
  inbox_begin_ = inbox_.size() - input.size();
  if (status == FrameDecoder::Status::kTooLarge) throw ClientError{"frame from " + peer_.text() + " is too large"};
  if (status == FrameDecoder::Status::kNeedMore) return std::nullopt;
  if (!channel_) return std::string{payload};
  std::string plain;
  if (!channel_->open(payload, plain)) throw ClientError{"frame from " + peer_.text() + " is not sealed as agreed"};
  return plain;
}

std::optional<hbb::RendezvousMessage> TcpClient::receive(Millis timeout) {
  const Deadline deadline{timeout};
  while (auto payload = receive_payload(deadline)) {
    if (payload->empty()) {
      send_frame({});
      continue;
    }
    auto message = parse(*payload, peer_);
    if (message.has_key_exchange() && !channel_ && !std::exchange(skipped_offer_, true)) continue;
    return message;
  }
  return std::nullopt;
}

bool TcpClient::secure(const PublicKey& site, Millis timeout) {
  const auto payload = receive_frame(timeout);
  if (!payload) return false;
  std::string joined;
  const auto offer = peel(*payload, joined);
  if (!offer || offer->kind != kKindOf<hbb::KeyExchange>) {
    throw ClientError{"expected a KeyExchange from " + peer_.text() + ", got another message"};
  }
  auto answer = answer_offer(offer->inner, site);
  if (!answer) throw ClientError{"the KeyExchange of " + peer_.text() + " is not signed by the site's key"};
  send_frame(answer->message);
  channel_ = std::move(answer->channel);
  return true;
}

void TcpClient::send_raw(std::string_view bytes, Millis timeout) {
  const Deadline deadline{timeout};
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket_.fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent >= 0) {
      bytes.remove_prefix(static_cast<size_t>(sent));
    } else if (errno != EAGAIN && errno != EINTR) {
      throw ClientError{"send to " + peer_.text() + ": " + std::strerror(errno)};
    } else if (!socket_.wait_writable(deadline)) {
      throw ClientError{"send to " + peer_.text() + ": it takes no more, " + std::to_string(bytes.size()) +
                        " bytes are left"};
    }
  }
}

std::string TcpClient::receive_raw(size_t max, Millis timeout) {
  if (inbox_begin_ == inbox_.size() && !fill(Deadline{timeout})) return {};
  std::string bytes = inbox_.substr(inbox_begin_, max);
  inbox_begin_ += bytes.size();
  return bytes;
}

std::string TcpClient::receive_exactly(size_t count, Millis timeout) {
  const Deadline deadline{timeout};
  std::string bytes;
  while (bytes.size() < count) {
    const std::string piece = receive_raw(count - bytes.size(), deadline.left());
    if (piece.empty()) break;
    bytes += piece;
  }
  return bytes;
}

bool TcpClient::wait_end(Millis timeout) {
  const Deadline deadline{timeout};
  while (fill(deadline)) inbox_begin_ = inbox_.size();
  return end_ != End::kNotYet;
}

// More bytes from the socket; false at the deadline and at the end.
bool TcpClient::fill(const Deadline& deadline) {
  inbox_.erase(0, std::exchange(inbox_begin_, 0));
  while (end_ == End::kNotYet && socket_.wait_readable(deadline)) {
    const size_t before = inbox_.size();
    inbox_.resize(before + kReadSize);
    const ssize_t size = recv(socket_.fd(), &inbox_[before], kReadSize, 0);
    const int error = errno;
    inbox_.resize(before + static_cast<size_t>(std::max<ssize_t>(size, 0)));
    if (size > 0) return true;
    if (size == 0) {
      end_ = End::kClosed;
    } else if (error == ECONNRESET || error == EPIPE || error == ETIMEDOUT) {
      end_ = End::kReset;
    } else if (error != EAGAIN && error != EINTR) {
      throw ClientError{"receive from " + peer_.text() + ": " + std::strerror(error)};
    }
  }
  return false;
}

void TcpClient::shutdown_write() { ::shutdown(socket_.fd(), SHUT_WR); }

TcpListener::TcpListener(const Address& local) : socket_{Socket::open(local.family, Transport::kTcp)} {
  socket_.bind(local);
  socket_.listen();
}

std::optional<TcpClient> TcpListener::accept(Millis timeout) {
  auto [socket, peer] = socket_.accept(Deadline{timeout});
  if (!socket.is_open()) return std::nullopt;
  return TcpClient{std::move(socket), peer};
}

}  // namespace junctor::wire
