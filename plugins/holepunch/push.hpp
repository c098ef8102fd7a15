// SPDX-License-Identifier: Apache-2.0
// What is pushed to B when A asks for it (protocol.md 6.4 point 3). Pure; any thread.
#pragma once

#include <vector>

#include "junctor/service/signal.h"
#include "wire/address.hpp"
#include "wire/rendezvous.pb.h"

namespace junctor::holepunch {

struct PushPolicy {
  bool always_relay = false;
  std::vector<wire::Network> lan;  // the site's LAN mask
};

struct Push {
  enum class Kind { kFetchLocalAddr, kPunchHole };
  Kind kind;
  hbb::NatType nat_type;  // for PunchHole: SYMMETRIC makes B relay
};

/// `a` and `b` as the server sees them; `a_transport` is JCT_CHANNEL_*, `nat_type` what A said of itself.
Push choose_push(const wire::Address& a, uint32_t a_transport, const wire::Address& b, hbb::NatType nat_type,
                 const PushPolicy& policy);

}  // namespace junctor::holepunch
