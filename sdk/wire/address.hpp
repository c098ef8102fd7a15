// SPDX-License-Identifier: Apache-2.0
// Socket addresses as values, their text, their networks, and their form in `bytes` fields (protocol.md 4). Any thread.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace junctor::wire {

enum class Family : uint8_t { kNone = 0, kV4 = 4, kV6 = 6 };

using Octets4 = std::array<uint8_t, 4>;
using Octets16 = std::array<uint8_t, 16>;

/// An IP address and a port, or none at all. An IPv4-mapped IPv6 address is IPv4: build with `v4`, `v6` or `parse`.
/// IPv4 keeps its octets in front, the rest zero, so that equal addresses are equal members.
struct Address {
  Family family = Family::kNone;
  uint16_t port = 0;
  Octets16 ip{};

  static Address v4(const Octets4& octets, uint16_t port);
  static Address v6(const Octets16& octets, uint16_t port);

  /// "1.2.3.4:5" or "[::1]:5"; port 0 is allowed (for binding). Names and zone ids are not addresses.
  static std::optional<Address> parse(std::string_view text);
  /// "1.2.3.4" or "::1", without brackets and port.
  static std::optional<Address> parse_ip(std::string_view text, uint16_t port = 0);

  bool is_none() const { return family == Family::kNone; }
  bool is_v4() const { return family == Family::kV4; }
  bool is_v6() const { return family == Family::kV6; }
  bool is_loopback() const;
  bool is_unspecified() const;
  bool same_ip(const Address& other) const { return family == other.family && ip == other.ip; }
  Address with_port(uint16_t other) const;

  /// "1.2.3.4:5", "[::1]:5", or "" for none.
  std::string text() const;
  /// "1.2.3.4", "::1", or "" for none.
  std::string ip_text() const;

  friend auto operator<=>(const Address&, const Address&) = default;
};

/// A range of addresses in CIDR form; ports play no part.
class Network {
 public:
  /// "10.0.0.0/8", "fd00::/8", or an address alone. Host bits may be set and are ignored.
  static std::optional<Network> parse(std::string_view text);

  bool contains(const Address& address) const;
  std::string text() const;

  friend auto operator<=>(const Network&, const Network&) = default;

 private:
  Address base_;
  uint8_t bits_ = 0;
};

/// The form in a message. `tm_us` is the low 32 bits of the time in microseconds, used for IPv4 alone. None gives "".
std::string encode_address(const Address& address, uint32_t tm_us);

/// nullopt: not an address (a length of 17 or above 18, or port 0), so that the message is to be dropped. An empty
/// field gives none.
std::optional<Address> decode_address(std::string_view bytes);

}  // namespace junctor::wire

template <>
struct std::hash<junctor::wire::Address> {
  size_t operator()(const junctor::wire::Address& address) const noexcept;
};
