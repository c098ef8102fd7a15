// SPDX-License-Identifier: Apache-2.0
// Addresses and networks as operators write them. Values; any thread.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace junctor::auth {

/// family: 0 none, 4 (the first four octets of ip) or 6; an IPv4-mapped IPv6 address is given as IPv4.
struct Address {
  std::array<uint8_t, 16> ip{};
  uint8_t family = 0;

  /// Empty where there is none.
  std::string text() const;
  auto operator<=>(const Address&) const = default;
};

/// "10.0.0.0/8", "2001:db8::/32"; a bare address is a network of one. Bits beyond the prefix are zero.
class Network {
 public:
  static std::optional<Network> parse(std::string_view text);
  /// The network of the address's first `bits`; of all of them where it has fewer.
  static Network of(const Address& address, unsigned bits);
  /// What one client has: an IPv4 address, an IPv6 /64.
  static Network client(const Address& address) { return of(address, address.family == 4 ? 32 : 64); }

  bool contains(const Address& address) const { return address.family == base_.family && of(address, bits_) == *this; }
  uint8_t family() const { return base_.family; }
  unsigned bits() const { return bits_; }
  /// As parse() takes it; a network of one without its bits.
  std::string text() const;
  auto operator<=>(const Network&) const = default;

 private:
  Address base_;
  unsigned bits_ = 0;
};

}  // namespace junctor::auth
