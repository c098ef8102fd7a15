// SPDX-License-Identifier: Apache-2.0
// Lists of networks. Any thread.
#include "auth_key/lists.hpp"

#include <algorithm>
#include <stdexcept>

namespace junctor::auth {
namespace {

std::vector<Network> parse_all(const std::vector<std::string>& texts) {
  std::vector<Network> all;
  for (const std::string& text : texts) {
    const auto network = Network::parse(text);
    if (!network) throw std::invalid_argument{"\"" + text + "\" is not a network (10.0.0.0/8, 2001:db8::/32)"};
    all.push_back(*network);
  }
  return all;
}

bool any_contains(const std::vector<Network>& networks, const Address& address) {
  return std::any_of(networks.begin(), networks.end(), [&](const Network& one) { return one.contains(address); });
}

}  // namespace

NetworkRule::NetworkRule(const Texts& texts) : allow_{parse_all(texts.allow)}, deny_{parse_all(texts.deny)} {}

bool NetworkRule::allows(const Address& address) const {
  if (address.family == 0) return true;
  if (any_contains(deny_, address)) return false;
  return allow_.empty() || any_contains(allow_, address);
}

}  // namespace junctor::auth
