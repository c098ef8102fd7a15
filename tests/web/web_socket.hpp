// SPDX-License-Identifier: Apache-2.0
// A small blocking WebSocket client over any connection that reads lines and bytes: plain or inside TLS. One thread.
#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "support/clients.hpp"
#include "support/tls_client.hpp"
#include "wire/kinds.hpp"
#include "ws_bridge/test_frames.hpp"

namespace junctor::web {

using testing::Millis;

/// `Line`: testing::LineClient or testing::TlsClient.
template <class Line>
class WebSocket {
 public:
  /// Upgrades on a connection that stands; throws where the answer is not 101. `headers`: "X-Real-IP: 198.51.100.7\r\n"
  WebSocket(Line& line, const std::string& path, const std::string& headers) : line_{line} {
    line_.send(ws_bridge::testing::upgrade(path, headers));
    const std::string status = line_.read_line().value_or("nothing");
    if (status.compare(0, 12, "HTTP/1.1 101") != 0) throw std::runtime_error{"not upgraded: " + status};
    while (line_.read_line().value_or("\r") != "\r") {
    }
  }

  void send(std::string payload) { line_.send(ws_bridge::testing::binary(std::move(payload))); }
  template <class T>
  void send_message(const T& message) {
    send(wire::wrap_message(message));
  }
  /// The next message's payload; nothing at the deadline, the end, or a Close.
  std::optional<std::string> receive(Millis patience = testing::kPatience) {
    const auto frame = receive_frame(patience);
    if (!frame || frame->opcode != 2) return std::nullopt;
    return frame->payload;
  }
  /// The same as a RendezvousMessage; heartbeats are sent back.
  std::optional<hbb::RendezvousMessage> receive_message(Millis patience = testing::kPatience) {
    auto payload = receive(patience);
    for (; payload && payload->empty(); payload = receive(patience)) send("");
    hbb::RendezvousMessage message;
    if (!payload || !message.ParseFromString(*payload)) return std::nullopt;
    return message;
  }

 private:
  std::optional<ws_bridge::testing::ServerFrame> receive_frame(Millis patience) {
    std::string bytes;
    size_t missing = 2;
    while (true) {
      const auto more = line_.read(missing, patience);
      if (!more) return std::nullopt;
      bytes += *more;
      if (auto frame = ws_bridge::testing::take_frame(bytes)) return frame;
      missing = still_missing(bytes);
    }
  }
  /// Of a frame whose first two bytes are there: of its length first, then of the whole.
  static size_t still_missing(const std::string& bytes) {
    const auto byte = [&](size_t i) { return static_cast<uint8_t>(bytes[i]); };
    const size_t small = byte(1) & 0x7F;
    const size_t header = small < 126 ? 2 : small == 126 ? 4 : 10;
    if (bytes.size() < header) return header - bytes.size();
    size_t size = small < 126 ? small : 0;
    for (size_t i = 2; i < header; ++i) size = size << 8 | byte(i);
    return header + size - bytes.size();
  }

  Line& line_;
};

/// wss://127.0.0.1:port
class WssClient {
 public:
  WssClient(uint16_t port, const std::string& path, const std::string& from = "127.0.0.1",
            const std::string& headers = "")
      : tls_{testing::LineClient{"127.0.0.1", port, from}} {
    if (!tls_.handshake()) throw std::runtime_error{"no TLS"};
    socket_.emplace(tls_, path, headers);
  }
  WebSocket<testing::TlsClient>* operator->() { return &*socket_; }
  testing::TlsClient& tls() { return tls_; }

 private:
  testing::TlsClient tls_;
  std::optional<WebSocket<testing::TlsClient>> socket_;
};

}  // namespace junctor::web
