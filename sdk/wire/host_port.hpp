// SPDX-License-Identifier: Apache-2.0
// A server as people write it: a name or an address, with a port or without. Pure, any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "wire/address.hpp"

namespace junctor::wire {

inline constexpr uint16_t kDefaultPort = 21116;  // P (protocol.md 1)

struct HostPort {
  std::string host;
  uint16_t port = 0;
};

/// "HOST", "HOST:PORT", "1.2.3.4:5", "::1" or "[::1]:5". nullopt where it is none of them.
std::optional<HostPort> parse_host_port(const std::string& text, uint16_t default_port);
/// With the port; an IPv6 literal in brackets.
std::string text_of(const HostPort& server);

/// An address that only its own network can reach: private, link-local, carrier NAT, loopback.
bool is_private(const Address& address);

}  // namespace junctor::wire
