// SPDX-License-Identifier: Apache-2.0
// One end of a relayed session, over TCP or WebSocket, as messages. One thread for each direction.
#pragma once

#include <memory>
#include <optional>
#include <random>
#include <string>

#include "ws_client.hpp"

namespace junctor::site {

inline hbb::RequestRelay relay_request(const std::string& uuid, const std::string& key, const std::string& id = "") {
  hbb::RequestRelay request;
  request.set_uuid(uuid);
  request.set_licence_key(key);
  request.set_id(id);
  return request;
}

/// A client that has sent its RequestRelay.
class RelaySide {
 public:
  RelaySide(const Site& site, bool over_ws, const hbb::RequestRelay& request) {
    if (over_ws) {
      ws_ = std::make_unique<WsClient>(site, WsDial{3, "/", "", "127.0.0.1"});
      ws_->send_message(request);
    } else {
      tcp_ = std::make_unique<wire::TcpClient>(site.dial("127.0.0.1", 1));
      tcp_->send(request);
    }
  }

  void send(const std::string& message, std::mt19937& random) {
    if (ws_) return ws_->send_in_pieces(message, random);
    std::string frame;
    wire::append_frame(message, frame);
    tcp_->send_raw(frame, testing::patient(Millis{30'000}));
  }
  /// The next message; nothing at the end and at the timeout.
  std::optional<std::string> receive(Millis timeout) {
    return ws_ ? ws_->receive(timeout) : tcp_->receive_frame(timeout);
  }
  /// All that comes until the end; false at the deadline.
  bool wait_end(Millis timeout) {
    if (!ws_) return tcp_->wait_end(timeout);
    ws_->wait_close(timeout);
    return ws_->close_code() || ws_->tcp().end() != wire::TcpClient::End::kNotYet;
  }
  void finish() {
    if (ws_) return ws_->send_bytes(ws_bridge::testing::close_frame(1000));
    tcp_->shutdown_write();
  }
  wire::TcpClient& socket() { return ws_ ? ws_->tcp() : *tcp_; }
  WsClient* ws() { return ws_.get(); }

 private:
  std::unique_ptr<WsClient> ws_;
  std::unique_ptr<wire::TcpClient> tcp_;
};

}  // namespace junctor::site
