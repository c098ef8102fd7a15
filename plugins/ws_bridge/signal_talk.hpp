// SPDX-License-Identifier: Apache-2.0
// A WebSocket as a channel of signal/1: one binary message is one protobuf message, an empty one a heartbeat
// (protocol.md 2). The signal service does keep-alive and closes silent channels. Lives with its connection.
#pragma once

#include <string>
#include <string_view>

#include "connection.hpp"
#include "junctor/service/signal.h"

namespace junctor::ws_bridge {

class SignalTalk final : public Talk {
 public:
  explicit SignalTalk(Connection& connection);
  ~SignalTalk() override;

  void begin() override;
  size_t on_data(std::string_view data) override;
  void on_drain() override { connection_.say_close(close_code::kGoingAway); }
  void on_end() override { connection_.drop(); }
  void on_close_frame() override { connection_.say_close(close_code::kNormal); }
  void send_control(std::string_view frame) override { connection_.reply(frame); }
  void on_gone(jct_status reason) override;

 private:
  static const jct_transport& transport();
  jct_status send(std::string_view message);
  bool take(FrameReader::Status status, std::string& message);

  FrameReader reader_;
  std::string unfinished_;  // of a message that is still to come
  jct_channel channel_{};
};

}  // namespace junctor::ws_bridge
