// SPDX-License-Identifier: Apache-2.0
// Networks and ids. Any thread.
#include "auth_key/lists.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <stdexcept>

namespace junctor::auth {
namespace {

std::optional<Address> parse_address(const std::string& text) {
  Address address;
  if (inet_pton(AF_INET, text.c_str(), address.ip.data()) == 1) {
    address.family = 4;
    return address;
  }
  if (inet_pton(AF_INET6, text.c_str(), address.ip.data()) == 1) {
    address.family = 6;
    return address;
  }
  return std::nullopt;
}

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

std::optional<Network> Network::parse(std::string_view text) {
  const size_t slash = text.find('/');
  const auto base = parse_address(std::string{text.substr(0, slash)});
  if (!base) return std::nullopt;
  Network network;
  network.base_ = *base;
  const unsigned most = base->family == 4 ? 32 : 128;
  network.bits_ = most;
  if (slash == std::string_view::npos) return network;
  const std::string_view bits = text.substr(slash + 1);
  const auto [end, error] = std::from_chars(bits.data(), bits.data() + bits.size(), network.bits_);
  const bool whole = error == std::errc{} && end == bits.data() + bits.size();
  return whole && network.bits_ <= most ? std::optional{network} : std::nullopt;
}

bool Network::contains(const Address& address) const {
  if (address.family != base_.family) return false;
  const size_t octets = bits_ / 8;
  if (!std::equal(address.ip.begin(), address.ip.begin() + static_cast<std::ptrdiff_t>(octets), base_.ip.begin())) {
    return false;
  }
  const unsigned rest = bits_ % 8;
  if (rest == 0) return true;
  const unsigned mask = 0xff00u >> rest & 0xffu;
  return (address.ip[octets] & mask) == (base_.ip[octets] & mask);
}

Lists::Lists(const Texts& texts)
    : allow_{parse_all(texts.allow_networks)},
      deny_{parse_all(texts.deny_networks)},
      deny_ids_{texts.deny_ids.begin(), texts.deny_ids.end()} {}

bool Lists::allows(const Address& address) const {
  if (address.family == 0) return true;
  if (any_contains(deny_, address)) return false;
  return allow_.empty() || any_contains(allow_, address);
}

}  // namespace junctor::auth
