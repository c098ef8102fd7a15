// SPDX-License-Identifier: Apache-2.0
// Networks: ranges of addresses by prefix. Any thread.
#include <charconv>

#include "net/address.hpp"

namespace junctor::net {

namespace {

uint8_t mask_of(unsigned bits) {
  if (bits >= 8) return 0xff;
  return static_cast<uint8_t>(0xff00U >> bits);
}

}  // namespace

std::optional<Network> Network::parse(std::string_view text) {
  const size_t slash = text.find('/');
  const auto ip = Address::parse_ip(text.substr(0, slash));
  if (!ip || ip->scope != 0) return std::nullopt;
  const unsigned most = ip->family == 4 ? 32 : 128;
  unsigned bits = most;
  if (slash != std::string_view::npos) {
    const std::string_view number = text.substr(slash + 1);
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), bits);
    if (error != std::errc{} || end != number.data() + number.size() || bits > most) return std::nullopt;
  }
  Network out;
  out.base_ = *ip;
  out.bits_ = static_cast<uint8_t>(bits);
  for (unsigned i = 0; i < 16; ++i) out.base_.ip[i] &= bits > i * 8 ? mask_of(bits - i * 8) : 0;
  return out;
}

bool Network::contains(const Address& address) const {
  if (address.family != base_.family) return false;
  for (unsigned i = 0; i * 8 < bits_; ++i) {
    if ((address.ip[i] & mask_of(bits_ - i * 8)) != base_.ip[i]) return false;
  }
  return true;
}

std::string Network::to_string() const { return base_.ip_string() + "/" + std::to_string(bits_); }

}  // namespace junctor::net
