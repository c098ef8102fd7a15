// SPDX-License-Identifier: Apache-2.0
// Socket addresses and networks as values. Any thread. Names are resolved elsewhere.
#pragma once

#include <sys/socket.h>

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace junctor::net {

/// The layout is that of jct_addr (kernel/api asserts it). IPv4 uses ip[0..3], the rest is 0; an IPv4-mapped IPv6
/// address is kept as IPv4. `ip` in network order, `port` in host order; `scope` is an IPv6 zone index or 0.
struct Address {
  std::array<uint8_t, 16> ip{};
  uint32_t scope = 0;
  uint16_t port = 0;
  uint8_t family = 0;  // 0 none (as a listening address: both families), 4 or 6
  uint8_t reserved = 0;

  static Address v4(uint8_t a, uint8_t b, uint8_t c, uint8_t d, uint16_t port);
  /// The wildcard of a family (4 or 6).
  static Address any(uint8_t family, uint16_t port);
  /// Family 0 for anything but AF_INET and AF_INET6.
  static Address from(const sockaddr* addr, socklen_t size);

  /// "1.2.3.4:80", "[2001:db8::1]:80", "[fe80::1%2]:80" (zone by index or interface name).
  static std::optional<Address> parse(std::string_view text);
  /// Also ":80" and "*:80": both families (family 0).
  static std::optional<Address> parse_listen(std::string_view text);
  /// "1.2.3.4", "2001:db8::1", "fe80::1%2": an address without a port.
  static std::optional<Address> parse_ip(std::string_view text);

  bool valid() const { return family != 0; }
  bool is_any() const;
  bool is_loopback() const;
  bool is_link_local() const;  // IPv6 fe80::/10
  bool is_multicast() const;
  Address with_port(uint16_t new_port) const;

  /// Fills `out`; returns its size, 0 for family 0.
  socklen_t to(sockaddr_storage& out) const;
  /// "1.2.3.4:80", "[::1]:80"; ":80" for family 0.
  std::string to_string() const;
  /// Without the port.
  std::string ip_string() const;

  friend bool operator==(const Address&, const Address&) = default;
  friend auto operator<=>(const Address&, const Address&) = default;
};
static_assert(sizeof(Address) == 24);

/// A range of addresses: "10.0.0.0/8", "2001:db8::/32", or one address.
class Network {
 public:
  static std::optional<Network> parse(std::string_view text);

  bool contains(const Address& address) const;
  uint8_t bits() const { return bits_; }
  const Address& base() const { return base_; }
  std::string to_string() const;

  friend bool operator==(const Network&, const Network&) = default;

 private:
  Address base_;
  uint8_t bits_ = 0;
};

struct AddressHash {
  size_t operator()(const Address& address) const noexcept;
};

}  // namespace junctor::net

template <>
struct std::hash<junctor::net::Address> : junctor::net::AddressHash {};
