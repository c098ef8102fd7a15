// SPDX-License-Identifier: Apache-2.0
// Addresses: to and from the system's form and text. Any thread.
#include "net/address.hpp"

#include <netinet/in.h>

#include <algorithm>
#include <cstring>

#include "junctor/address.hpp"

namespace junctor::net {

namespace {

constexpr std::array<uint8_t, 12> kMappedPrefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

bool is_mapped(const uint8_t* ip) { return std::equal(kMappedPrefix.begin(), kMappedPrefix.end(), ip); }

static_assert(sizeof(Address) == sizeof(jct_addr));

Address of_abi(const jct_addr& address) {
  Address out;
  std::memcpy(static_cast<void*>(&out), &address, sizeof out);
  return out;
}

jct_addr to_abi(const Address& address) {
  jct_addr out;
  std::memcpy(&out, &address, sizeof out);
  return out;
}

uint64_t mix(uint64_t value) {
  value ^= value >> 32;
  value *= 0x9e3779b97f4a7c15U;
  value ^= value >> 29;
  value *= 0xbf58476d1ce4e5b9U;
  return value ^ (value >> 32);
}

}  // namespace

Address Address::v4(uint8_t a, uint8_t b, uint8_t c, uint8_t d, uint16_t port) {
  Address out;
  out.ip[0] = a;
  out.ip[1] = b;
  out.ip[2] = c;
  out.ip[3] = d;
  out.port = port;
  out.family = 4;
  return out;
}

Address Address::any(uint8_t family, uint16_t port) {
  Address out;
  out.family = family;
  out.port = port;
  return out;
}

Address Address::from(const sockaddr* addr, socklen_t size) {
  Address out;
  if (addr->sa_family == AF_INET && size >= sizeof(sockaddr_in)) {
    sockaddr_in in{};
    std::memcpy(&in, addr, sizeof in);
    std::memcpy(out.ip.data(), &in.sin_addr, 4);
    out.port = ntohs(in.sin_port);
    out.family = 4;
  } else if (addr->sa_family == AF_INET6 && size >= sizeof(sockaddr_in6)) {
    sockaddr_in6 in{};
    std::memcpy(&in, addr, sizeof in);
    const auto* ip = in.sin6_addr.s6_addr;
    if (is_mapped(ip)) return v4(ip[12], ip[13], ip[14], ip[15], ntohs(in.sin6_port));
    std::memcpy(out.ip.data(), ip, 16);
    out.scope = in.sin6_scope_id;
    out.port = ntohs(in.sin6_port);
    out.family = 6;
  }
  return out;
}

std::optional<Address> Address::parse_ip(std::string_view text) {
  const auto parsed = junctor::parse_ip(text);
  return parsed ? std::optional{of_abi(*parsed)} : std::nullopt;
}

std::optional<Address> Address::parse(std::string_view text) {
  const auto parsed = parse_address(text);
  return parsed ? std::optional{of_abi(*parsed)} : std::nullopt;
}

std::optional<Address> Address::parse_listen(std::string_view text) {
  const bool both = text.substr(0, 1) == ":" || text.substr(0, 2) == "*:";
  if (!both) return parse(text);
  Address out;
  if (!detail::whole_number(text.substr(text.find(':') + 1), out.port)) return std::nullopt;
  return out;
}

bool Address::is_any() const {
  return std::all_of(ip.begin(), ip.end(), [](uint8_t byte) { return byte == 0; });
}

bool Address::is_loopback() const {
  if (family == 4) return ip[0] == 127;
  return family == 6 && ip[15] == 1 && std::all_of(ip.begin(), ip.end() - 1, [](uint8_t byte) { return byte == 0; });
}

bool Address::is_link_local() const { return family == 6 && ip[0] == 0xfe && (ip[1] & 0xc0) == 0x80; }

bool Address::is_multicast() const { return family == 4 ? (ip[0] & 0xf0) == 0xe0 : family == 6 && ip[0] == 0xff; }

Address Address::with_port(uint16_t new_port) const {
  Address out = *this;
  out.port = new_port;
  return out;
}

socklen_t Address::to(sockaddr_storage& out) const {
  if (family == 4) {
    sockaddr_in in{};
    in.sin_family = AF_INET;
    in.sin_port = htons(port);
    std::memcpy(&in.sin_addr, ip.data(), 4);
    std::memcpy(&out, &in, sizeof in);
    return sizeof in;
  }
  if (family == 6) {
    sockaddr_in6 in{};
    in.sin6_family = AF_INET6;
    in.sin6_port = htons(port);
    in.sin6_scope_id = scope;
    std::memcpy(&in.sin6_addr, ip.data(), 16);
    std::memcpy(&out, &in, sizeof in);
    return sizeof in;
  }
  return 0;
}

std::string Address::ip_string() const { return ip_text(to_abi(*this)); }

std::string Address::to_string() const {
  return family == 0 ? ":" + std::to_string(port) : address_text(to_abi(*this));
}

size_t AddressHash::operator()(const Address& address) const noexcept {
  uint64_t high = 0;
  uint64_t low = 0;
  std::memcpy(&high, address.ip.data(), 8);
  std::memcpy(&low, address.ip.data() + 8, 8);
  const uint64_t rest = uint64_t{address.scope} << 32 | uint64_t{address.port} << 8 | address.family;
  return mix(mix(mix(high) ^ low) ^ rest);
}

}  // namespace junctor::net
