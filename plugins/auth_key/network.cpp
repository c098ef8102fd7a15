// SPDX-License-Identifier: Apache-2.0
// Networks by their bits. Any thread.
#include "auth_key/network.hpp"

#include <algorithm>
#include <charconv>

#include "junctor/address.hpp"

namespace junctor::auth {
namespace {

/// Zones are of one host, and no rule's.
std::optional<Address> parse_plain(std::string_view text) {
  const auto parsed = parse_ip(text);
  if (!parsed || parsed->scope != 0) return std::nullopt;
  Address address;
  std::copy(std::begin(parsed->ip), std::end(parsed->ip), address.ip.begin());
  address.family = parsed->family;
  return address;
}

unsigned width(const Address& address) { return address.family == 4 ? 32 : 128; }

}  // namespace

std::string Address::text() const {
  jct_addr address{};
  std::copy(ip.begin(), ip.end(), address.ip);
  address.family = family;
  return ip_text(address);
}

Network Network::of(const Address& address, unsigned bits) {
  Network network;
  network.base_.family = address.family;
  network.bits_ = std::min(bits, width(address));
  const size_t octets = network.bits_ / 8;
  std::copy_n(address.ip.begin(), octets, network.base_.ip.begin());
  const unsigned rest = network.bits_ % 8;
  if (rest != 0) network.base_.ip[octets] = static_cast<uint8_t>(address.ip[octets] & (0xff00u >> rest));
  return network;
}

std::optional<Network> Network::parse(std::string_view text) {
  const size_t slash = text.find('/');
  const auto base = parse_plain(text.substr(0, slash));
  if (!base) return std::nullopt;
  if (slash == std::string_view::npos) return of(*base, width(*base));
  const std::string_view digits = text.substr(slash + 1);
  unsigned bits = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
  const bool whole = error == std::errc{} && end == digits.data() + digits.size();
  return whole && bits <= width(*base) ? std::optional{of(*base, bits)} : std::nullopt;
}

std::string Network::text() const {
  return bits_ == width(base_) ? base_.text() : base_.text() + "/" + std::to_string(bits_);
}

}  // namespace junctor::auth
