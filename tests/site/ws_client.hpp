// SPDX-License-Identifier: Apache-2.0
// A small blocking WebSocket client against a site. One thread for each direction.
#pragma once

#include <optional>
#include <random>
#include <string>
#include <string_view>

#include "site.hpp"
#include "ws_bridge/test_frames.hpp"

namespace junctor::site {

using ws_bridge::testing::ClientFrame;
using ws_bridge::testing::ServerFrame;

struct WsDial {
  int offset = 2;  ///< the port: P + offset
  std::string path = "/";
  std::string headers = "";  ///< "X-Real-IP: 198.51.100.7\r\n"
  std::string from = "127.0.0.1";
};

class WsClient {
 public:
  /// Upgrades; throws where the answer is not 101.
  explicit WsClient(const Site& site, const WsDial& dial = {});

  wire::TcpClient& tcp() { return tcp_; }
  void send_bytes(std::string_view bytes) { tcp_.send_raw(bytes, testing::patient(kLong)); }
  void send(const std::string& payload) { send_bytes(ws_bridge::testing::binary(payload)); }
  template <class T>
  void send_message(const T& message) {
    send(wire::wrap_message(message));
  }
  /// In frames of random sizes, with pings in between now and then.
  void send_in_pieces(const std::string& payload, std::mt19937& random);

  /// The next frame, whatever it is; nothing at the timeout and at the end.
  std::optional<ServerFrame> receive_frame(Millis timeout = wire::kPatience);
  /// The next binary message; pongs are passed over. Nothing at the timeout, the end, or a Close: see close_code.
  std::optional<std::string> receive(Millis timeout = wire::kPatience);
  /// Its RendezvousMessage; heartbeats are sent back.
  std::optional<hbb::RendezvousMessage> receive_message(Millis timeout = wire::kPatience);
  /// Of the server's Close, 1005 for one without; nothing where none has come yet.
  std::optional<uint16_t> close_code() const { return close_code_; }
  /// Waits for it.
  std::optional<uint16_t> wait_close(Millis timeout = wire::kPatience);

 private:
  static constexpr Millis kLong{30'000};

  wire::TcpClient tcp_;
  std::string in_;
  std::optional<uint16_t> close_code_;
};

/// What the server answers to raw bytes, until it closes or the time is over.
std::string http_answer(const Site& site, const std::string& bytes, int offset = 2, Millis timeout = wire::kPatience);

}  // namespace junctor::site
