// SPDX-License-Identifier: Apache-2.0
// Whether a connection is encrypted. Belongs to one connection.
#include "signalling/security.hpp"

#include <utility>

#include "wire/kinds.hpp"

namespace junctor::rendezvous {

namespace {
bool is_heartbeat(std::string_view payload) { return payload.size() <= 1; }
}  // namespace

Security::Opened Security::open(std::string_view payload, std::string& scratch, std::string_view& plain) {
  plain = payload;
  if (is_heartbeat(payload)) return Opened::kMessage;
  if (channel_) {
    scratch.clear();
    if (!channel_->open(payload, scratch)) return Opened::kBadBox;
    plain = scratch;
    return Opened::kMessage;
  }
  return offer_ ? decide(payload, scratch, plain) : Opened::kMessage;
}

Security::Opened Security::decide(std::string_view payload, std::string& scratch, std::string_view& plain) {
  const auto offer = std::exchange(offer_, nullptr);
  const auto peeled = wire::peel(payload, scratch);
  if (!peeled || peeled->kind != wire::kKindOf<hbb::KeyExchange>) return Opened::kMessage;
  plain = {};
  channel_ = offer->keys.accept(peeled->inner);
  return channel_ ? Opened::kAnswered : Opened::kBadBox;
}

std::string_view Security::seal(std::string_view plain, std::string& scratch) {
  if (!channel_ || is_heartbeat(plain)) return plain;
  scratch.clear();
  channel_->seal(plain, scratch);
  return scratch;
}

}  // namespace junctor::rendezvous
