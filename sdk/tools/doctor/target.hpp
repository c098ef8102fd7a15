// SPDX-License-Identifier: Apache-2.0
// Which server doctor examines, from the words of a person. Pure, any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "wire/signing.hpp"

namespace junctor::tools::doctor {

inline constexpr uint16_t kDefaultPort = 21116;   // P (protocol.md 1)
inline constexpr uint16_t kDefaultRelay = 21117;  // of a relay that is named without one, whatever P is (6.5)

struct HostPort {
  std::string host;
  uint16_t port = 0;
};

/// "HOST", "HOST:PORT", "1.2.3.4:5", "::1" or "[::1]:5". nullopt where it is none of them.
std::optional<HostPort> parse_host_port(const std::string& text, uint16_t default_port);
/// An IPv6 literal in brackets.
std::string text_of(const HostPort& server);

struct Target {
  HostPort server;
  std::string key;  ///< as clients have it; empty: checks that need it are skipped
  std::optional<wire::PublicKey> public_key;
  std::string relay;  ///< a client's own setting; empty: what the server hands out

  uint16_t port(int offset = 0) const { return static_cast<uint16_t>(server.port + offset); }
  /// What a client takes for the relay where it is told none.
  std::string default_relay() const { return text_of({server.host, port(1)}); }
};

}  // namespace junctor::tools::doctor
