// SPDX-License-Identifier: Apache-2.0
// Which server doctor examines, from the words of a person. Pure, any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "wire/host_port.hpp"
#include "wire/signing.hpp"

namespace junctor::tools::doctor {

using wire::HostPort;
using wire::kDefaultPort;
using wire::parse_host_port;
using wire::text_of;

inline constexpr uint16_t kDefaultRelay = 21117;  // of a relay that is named without one, whatever P is (6.5)

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
