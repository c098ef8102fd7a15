// SPDX-License-Identifier: Apache-2.0
// Who a client is behind a proxy. No thread of its own.
#include "proxied.hpp"

#include <algorithm>

#include "wire/abi.hpp"

namespace junctor::ws_bridge {

Proxies::Proxies(const std::vector<std::string>& trusted) {
  for (const std::string& text : trusted) {
    if (const auto network = wire::Network::parse(text)) trusted_.push_back(*network);
  }
}

jct_addr Proxies::client(const Head& head, const jct_addr& peer) const {
  const wire::Address proxy = wire::from_abi(peer);
  const bool trusts =
      std::any_of(trusted_.begin(), trusted_.end(), [&](const auto& net) { return net.contains(proxy); });
  if (!trusts) return peer;
  std::string_view forwarded = head.first("X-Forwarded-For").value_or("");
  forwarded = forwarded.substr(0, forwarded.find(','));
  forwarded = forwarded.substr(0, forwarded.find_last_not_of(" \t") + 1);
  for (const std::string_view named : {head.first("X-Real-IP").value_or(""), forwarded}) {
    if (const auto client = wire::Address::parse_ip(named, peer.port)) return wire::to_abi(*client);
  }
  return peer;
}

}  // namespace junctor::ws_bridge
