// SPDX-License-Identifier: Apache-2.0
// Addresses as people write them: the one parser and printer of the tree. Pure functions; any thread.
#pragma once

#include <arpa/inet.h>
#include <net/if.h>

#include <charconv>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "abi.h"

namespace junctor {

namespace detail {

template <class Number>
bool whole_number(std::string_view text, Number& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc{} && end == text.data() + text.size();
}

/// 0: there is none such.
inline uint32_t zone_index(std::string_view zone) {
  uint32_t index = 0;
  if (whole_number(zone, index) || zone.empty()) return index;
  return if_nametoindex(std::string{zone}.c_str());
}

}  // namespace detail

/// "192.0.2.1", "2001:db8::1", "fe80::1%eth0" (a zone by name or index); an IPv4-mapped one is IPv4. Port 0.
inline std::optional<jct_addr> parse_ip(std::string_view text) {
  if (text.size() > 64 || text.find('\0') != std::string_view::npos) return std::nullopt;
  jct_addr out{};
  if (inet_pton(AF_INET, std::string{text}.c_str(), out.ip) == 1) {
    out.family = 4;
    return out;
  }
  const size_t percent = text.find('%');
  if (percent != std::string_view::npos) {
    out.scope = detail::zone_index(text.substr(percent + 1));
    if (out.scope == 0) return std::nullopt;
  }
  if (inet_pton(AF_INET6, std::string{text.substr(0, percent)}.c_str(), out.ip) != 1) return std::nullopt;
  out.family = 6;
  static constexpr uint8_t kMapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  if (std::memcmp(out.ip, kMapped, sizeof kMapped) != 0) return out;
  jct_addr mapped{};
  mapped.family = 4;
  std::memcpy(mapped.ip, out.ip + sizeof kMapped, 4);
  return mapped;
}

/// "192.0.2.1:80", "[2001:db8::1]:80". Without brackets "::1:80" could be either, and is neither.
inline std::optional<jct_addr> parse_address(std::string_view text) {
  const size_t colon = text.rfind(':');
  uint16_t port = 0;
  if (colon == std::string_view::npos || !detail::whole_number(text.substr(colon + 1), port)) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  const bool bracketed = host.size() >= 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  if (bracketed != (host.find(':') != std::string_view::npos)) return std::nullopt;
  auto out = parse_ip(host);
  if (out) out->port = port;
  return out;
}

/// Without brackets and port; "" for none.
inline std::string ip_text(const jct_addr& address) {
  if (address.family == 4) {
    // By hand: each line about a session has two of them, and inet_ntop prints by sprintf.
    char text[16];
    char* at = text;
    for (size_t i = 0; i < 4; ++i) {
      if (i > 0) *at++ = '.';
      at = std::to_chars(at, text + sizeof text, address.ip[i]).ptr;
    }
    return {text, at};
  }
  char text[INET6_ADDRSTRLEN] = {};
  if (address.family != 6 || inet_ntop(AF_INET6, address.ip, text, sizeof text) == nullptr) return {};
  return address.scope == 0 ? text : std::string{text} + "%" + std::to_string(address.scope);
}

/// "192.0.2.1:80", "[2001:db8::1]:80"; "" for none.
inline std::string address_text(const jct_addr& address) {
  if (address.family == 0) return {};
  const std::string ip = ip_text(address);
  return (address.family == 6 ? "[" + ip + "]:" : ip + ":") + std::to_string(address.port);
}

}  // namespace junctor
