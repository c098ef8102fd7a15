// SPDX-License-Identifier: Apache-2.0
// Networks by their bits. Any thread.
#include "auth_key/network.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

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

unsigned width(const Address& address) { return address.family == 4 ? 32 : 128; }

}  // namespace

std::string Address::text() const {
  char out[INET6_ADDRSTRLEN];
  if (family == 0 || inet_ntop(family == 4 ? AF_INET : AF_INET6, ip.data(), out, sizeof out) == nullptr) return {};
  return out;
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
  const auto base = parse_address(std::string{text.substr(0, slash)});
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
