// SPDX-License-Identifier: Apache-2.0
// One connection to a relay, as signalling speaks on it. No sockets; lives where its connection does.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "channel.hpp"
#include "ticket.hpp"
#include "wire/frame.hpp"

namespace junctor::relay_tickets {

class Outbound {
 public:
  /// What the relay says of the oldest ticket that has no answer yet. False: there is none.
  using Told = std::function<bool(Verdict verdict)>;

  /// `own` outlives this. `relay`: nobody else is spoken to.
  Outbound(const wire::SigningKeys& own, const wire::PublicKey& relay, Told told)
      : own_{own}, relay_{relay}, told_{std::move(told)} {}

  /// First of all.
  void hello(std::string& out) const { wire::append_frame(make_hello(pair_.public_key()), out); }
  /// Takes all of `data` and appends what is to be sent. False: close; reason() says why.
  bool feed(std::string_view data, std::string& out);
  /// A stable word.
  const char* reason() const { return reason_; }

  /// The relay takes tickets; what follows is for then alone.
  bool welcome() const { return welcome_; }
  void ticket(const Ticket& ticket, std::string& out) {
    channel_->seal(kTicket + sign_ticket(own_, relay_, ticket), out);
  }
  void ping(std::string& out) { channel_->seal(std::string_view{&kPing, 1}, out); }

 private:
  bool read(std::string_view frame, std::string& out);
  bool answer(std::string_view frame, std::string& out);
  bool greeted(std::string_view plain);
  bool verdicts(std::string_view plain);
  bool no(const char* reason);

  const wire::SigningKeys& own_;
  const wire::PublicKey relay_;
  Told told_;
  Ephemeral pair_ = Ephemeral::generate();
  wire::FrameDecoder decoder_{kMaxFrame};
  std::optional<Channel> channel_;
  bool welcome_ = false;
  const char* reason_ = "";
};

}  // namespace junctor::relay_tickets
