// SPDX-License-Identifier: Apache-2.0
// Which relay two peers meet at, and by which address each of them reaches it (protocol.md 6.5). Immutable; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "wire/address.hpp"

namespace junctor::holepunch {

/// How a client came: its own address, and the server's address that it reached.
struct Route {
  wire::Address peer;
  wire::Address local;
};

class RelayChoice {
 public:
  /// `advertised`: "host:port" of each relay, the same for every client; a missing port is 21117. Empty: one relay on
  /// this host, reached where the client reached the server. `bound` are that relay's sockets; none: any, `port`.
  RelayChoice(std::vector<std::string> advertised, std::vector<wire::Address> bound, uint16_t port);

  /// One of the relays, in turn with a counter that the caller keeps.
  size_t pick(size_t turn) const { return advertised_.empty() ? 0 : turn % advertised_.size(); }

  /// The address of relay `which` for this client; "" where none is known that the client could reach: the host's own
  /// address is private while the client is not.
  std::string address_for(size_t which, const Route& client) const;

  /// What the receiver is told where the giver said `given`: its own address of the same relay, where `given` is empty
  /// or names a relay of ours (or is `pushed`, what the giver was told before); else `given` as it is. An empty `given`
  /// always becomes a host and a port.
  std::string rewrite(std::string_view given, std::string_view pushed, size_t which, const Route& giver,
                      const Route& receiver) const;

 private:
  std::optional<size_t> named(std::string_view given, const Route& giver, const Route& receiver) const;
  std::string own_address(const wire::Address& local) const;

  std::vector<std::string> advertised_;
  std::vector<wire::Address> bound_;
  uint16_t port_;
};

/// Loopback, private, shared (carrier NAT), link-local and unique local addresses.
bool is_private(const wire::Address& address);

/// "host" becomes "host:21117" and "2001:db8::1" "[2001:db8::1]:21117"; in lower case. For comparing.
std::string with_relay_port(std::string_view server);

}  // namespace junctor::holepunch
