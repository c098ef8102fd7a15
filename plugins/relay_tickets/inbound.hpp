// SPDX-License-Identifier: Apache-2.0
// One connection of an issuer, as the relay reads it: bytes in, answers out. No sockets; lives where its connection
// does.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "channel.hpp"
#include "ticket.hpp"
#include "wire/frame.hpp"

namespace junctor::relay_tickets {

class Inbound {
 public:
  /// Whether tickets of this issuer are wanted; it has proven that it is the issuer.
  using Known = std::function<bool(const wire::PublicKey& issuer)>;
  using Take = std::function<Verdict(const wire::PublicKey& issuer, std::string_view signed_ticket)>;

  /// `own` outlives this.
  Inbound(const wire::SigningKeys& own, Known known, Take take)
      : own_{own}, known_{std::move(known)}, take_{std::move(take)} {}

  /// Takes all of `data` and appends what is to be sent. False: send that and close; reason() says why.
  bool feed(std::string_view data, std::string& out);

  /// A stable word.
  const char* reason() const { return reason_; }
  /// Once it has proven itself; whether it is welcome feed() has said.
  const std::optional<wire::PublicKey>& issuer() const { return issuer_; }
  bool welcome() const { return welcome_; }

 private:
  bool read(std::string_view frame, std::string& out);
  bool hello(std::string_view frame, std::string& out);
  bool proof(std::string_view plain, std::string& out);
  bool message(std::string_view plain);
  bool no(const char* reason);

  const wire::SigningKeys& own_;
  Known known_;
  Take take_;
  wire::FrameDecoder decoder_{kMaxFrame};
  Session session_;
  std::optional<Channel> channel_;
  std::optional<wire::PublicKey> issuer_;
  bool welcome_ = false;
  bool answer_due_ = false;
  std::string verdicts_;
  const char* reason_ = "";
};

}  // namespace junctor::relay_tickets
