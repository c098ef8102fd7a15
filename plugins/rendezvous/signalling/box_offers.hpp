// SPDX-License-Identifier: Apache-2.0
// The server's box key pair, signed by the site key, that every new connection to P/TCP is offered (protocol.md 5). Any
// thread.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "wire/secure_channel.hpp"

namespace junctor::rendezvous {

/// One pair serves all connections that were offered it; whoever still has to answer keeps it alive.
struct Offer {
  wire::BoxKeys keys;
  std::string frame;  // KeyExchange, wrapped and framed
};

class BoxOffers {
 public:
  /// crypto_sign by the site key; "" where the site cannot sign, and then nothing is offered.
  using Sign = std::function<std::string(std::string_view message)>;
  explicit BoxOffers(Sign sign) : sign_{std::move(sign)} {}

  /// Makes a new pair (50 us). An old one stays good for those who were offered it.
  void renew();
  /// Null: nothing is offered.
  std::shared_ptr<const Offer> current() const;

 private:
  const Sign sign_;
  mutable std::mutex mutex_;
  std::shared_ptr<const Offer> current_;
};

}  // namespace junctor::rendezvous
