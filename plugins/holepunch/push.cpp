// SPDX-License-Identifier: Apache-2.0
// What is pushed to B when A asks for it (protocol.md 6.4 point 3). Pure; any thread.
#include "push.hpp"

#include <algorithm>

namespace junctor::holepunch {

namespace {

bool in_lan(const wire::Address& address, const PushPolicy& policy) {
  return std::any_of(policy.lan.begin(), policy.lan.end(),
                     [&](const wire::Network& network) { return network.contains(address); });
}

}  // namespace

Push choose_push(const wire::Address& a, uint32_t a_transport, const wire::Address& b, hbb::NatType nat_type,
                 const PushPolicy& policy) {
  const bool a_inside = in_lan(a, policy), b_inside = in_lan(b, policy);
  // B on IPv6 answers FetchLocalAddr by relaying, so it is asked to punch instead.
  const bool neighbours = b.is_v4() && (a.same_ip(b) || (a_inside && b_inside));
  if (neighbours && a_transport != JCT_CHANNEL_WS) return {Push::Kind::kFetchLocalAddr, nat_type};
  const bool hopeless = policy.always_relay || a_inside != b_inside || a.family != b.family;
  return {Push::Kind::kPunchHole, hopeless ? hbb::SYMMETRIC : nat_type};
}

}  // namespace junctor::holepunch
