// SPDX-License-Identifier: Apache-2.0
// A WebSocket as a side of relay/1: the first message is its RequestRelay, the rest is re-framed both ways
// (protocol.md 6.5). Lives with its connection, from the request on, on the loop of its uuid.
#pragma once

#include <string>
#include <string_view>

#include "connection.hpp"
#include "incoming.hpp"
#include "junctor/service/relay.h"
#include "outgoing.hpp"
#include "wire/budget.hpp"

namespace junctor::ws_bridge {

/// What a RequestRelay says, as far as a relay asks.
struct RelayRequest {
  std::string uuid;
  std::string id;
  std::string licence_key;
  std::string token;
  uint32_t conn_type = 0;
};
/// False where the message is none, or has no uuid.
bool parse_request(std::string_view message, RelayRequest* request);

class RelayTalk final : public Talk {
 public:
  explicit RelayTalk(Connection& connection);
  ~RelayTalk() override;

  size_t on_data(std::string_view data) override;
  void on_writable() override;
  void on_drain() override;
  void on_end() override;
  void on_close_frame() override;
  bool between_messages() const override { return outgoing_.at_boundary(); }
  void send_control(std::string_view frame) override;
  void on_gone(jct_status reason) override;

 private:
  enum class State {
    kFirst,    // has yet to say what it wants
    kMoving,   // on its way to the loop of its uuid
    kOffered,  // the relay has it
    kOver      // the relay wants no more of it
  };

  size_t read_first(std::string_view data);
  bool take_first(std::string_view message);
  void offer();
  void read_on();
  size_t relay(std::string_view data);
  bool leaves(std::string_view unread) const;
  bool relay_some(std::string_view& data);
  bool pass(std::string_view data);
  bool pass_gathered();
  bool handle(Incoming::Event event);
  void bad_frame();
  size_t discard(std::string_view data);
  void finish_input();
  void tell_end();
  bool count_gathered();
  wire::Budget::Client client() const;

  // ---- what the relay calls ----
  static const jct_relay_link& link();
  jct_status send(std::string_view data);
  void resume();
  void end();
  void close(jct_status reason);

  State state_ = State::kFirst;
  Incoming incoming_;
  Outgoing outgoing_;
  std::string first_;     // the request, until it is whole
  std::string gathered_;  // a message that came in several frames, on its way to the relay
  size_t passed_ = 0;     // of it
  size_t counted_ = 0;    // of all sessions' gathered bytes: ours
  Timer patience_;        // with them
  RelayRequest request_;
  jct_handle handle_ = 0;
  bool begun_ = false;    // the session has
  bool unread_ = false;   // some of what came is left in the stream, as the relay has said to wait
  bool fin_ = false;      // no more will come from the client
  bool closing_ = false;  // the relay has asked for the end
};

}  // namespace junctor::ws_bridge
