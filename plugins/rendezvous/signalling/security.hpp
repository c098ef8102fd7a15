// SPDX-License-Identifier: Apache-2.0
// Whether a connection is encrypted: the first message that comes decides (protocol.md 5). Belongs to one connection.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "signalling/box_offers.hpp"

namespace junctor::rendezvous {

class Security {
 public:
  /// `offer`: what the client was offered; null: nothing, so that the connection is plain.
  explicit Security(std::shared_ptr<const Offer> offer) : offer_{std::move(offer)} {}

  /// Null once the client has said something.
  const std::shared_ptr<const Offer>& offer() const { return offer_; }

  enum class Opened {
    kMessage,   // `plain` is what the client said
    kAnswered,  // the client took the offer: sealed from now on, in both directions
    kBadBox,    // not for our key, not sealed with the client's, or out of turn: close the connection
  };
  /// One payload as it came. `plain` lies in it or in `scratch`. Heartbeats pass as they are and decide nothing.
  Opened open(std::string_view payload, std::string& scratch, std::string_view& plain);

  bool is_sealed() const { return channel_.has_value(); }
  /// What to send for `plain`; lies in it or in `scratch`.
  std::string_view seal(std::string_view plain, std::string& scratch);

 private:
  Opened decide(std::string_view payload, std::string& scratch, std::string_view& plain);

  std::shared_ptr<const Offer> offer_;  // until the client's first message
  std::optional<wire::SecureChannel> channel_;
};

}  // namespace junctor::rendezvous
