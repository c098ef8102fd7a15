// SPDX-License-Identifier: Apache-2.0
// The box key pair that is offered. Any thread.
#include "signalling/box_offers.hpp"

#include "wire/frame.hpp"

namespace junctor::rendezvous {

void BoxOffers::renew() {
  auto keys = wire::BoxKeys::generate();
  const std::string signed_key = sign_(wire::bytes_of(keys.public_key()));
  std::shared_ptr<const Offer> fresh;
  if (!signed_key.empty()) {
    std::string frame;
    wire::append_frame(wire::make_offer(signed_key), frame);
    fresh = std::make_shared<const Offer>(Offer{std::move(keys), std::move(frame)});
  }
  std::lock_guard lock{mutex_};
  current_ = std::move(fresh);
}

std::shared_ptr<const Offer> BoxOffers::current() const {
  std::lock_guard lock{mutex_};
  return current_;
}

}  // namespace junctor::rendezvous
