// SPDX-License-Identifier: Apache-2.0
// Which relay two peers meet at, and by which address each of them reaches it (protocol.md 6.5). Immutable but for what
// is known of each relay; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "junctor/service/signal.h"
#include "relay.hpp"
#include "wire/abi.hpp"

namespace junctor::holepunch {

/// How a client came: its own address, and the server's address that it reached.
struct Route {
  wire::Address peer;
  wire::Address local;
};
inline Route route_of(const jct_channel& channel) {
  return {wire::from_abi(channel.peer), wire::from_abi(channel.local)};
}

/// Where two peers are to meet: at a relay of ours, at one of a client's own setting, or (both empty) nowhere, as no
/// relay takes sessions.
struct Meeting {
  RelayPtr relay;
  std::string foreign;

  bool nowhere() const { return relay == nullptr && foreign.empty(); }
  /// Nowhere, or at a relay that has been found dead, or out of reach of its tickets, since it was chosen.
  bool lost() const { return relay ? !relay->works() : foreign.empty(); }
};

class RelayChoice {
 public:
  /// No relays: one on this host, reached where the client reached the server. `bound` are that relay's sockets; none:
  /// any, `port`.
  RelayChoice(std::vector<RelayPtr> relays, std::vector<wire::Address> bound, uint16_t port);

  const std::vector<RelayPtr>& relays() const { return relays_; }

  /// One of the relays that take sessions, by weight and in turn with a counter that the caller keeps; rather one that
  /// both sides have a fitting address for.
  Meeting choose(size_t turn, const Route& a, const Route& b) const;
  /// The relay of ours that the giver means by `given`.
  std::optional<Meeting> named(std::string_view given, const Route& giver, const Route& receiver) const;

  /// Its address for this client; "" where none is known that the client could reach: nowhere, or this host's own
  /// address is private while the client is not.
  std::string address_for(const Meeting& meeting, const Route& client) const;

  /// Where the two will meet after the giver has said `given`: as `meeting` says where it is empty or is `pushed`, what
  /// the giver was told before.
  Meeting meant(std::string_view given, std::string_view pushed, const Meeting& meeting, const Route& giver,
                const Route& receiver) const;

  /// What the receiver is told where the giver said `given`: its own address of the same relay, where `given` is empty
  /// or names a relay of ours (or is `pushed`, what the giver was told before); else `given` as it is. An empty `given`
  /// always becomes a host and a port, unless the two meet nowhere.
  std::string rewrite(std::string_view given, std::string_view pushed, const Meeting& meeting, const Route& giver,
                      const Route& receiver) const;

 private:
  int rank(const Relay& relay, const Route& a, const Route& b) const;
  std::string own_address(const wire::Address& local) const;

  std::vector<RelayPtr> relays_;
  std::vector<wire::Address> bound_;
  uint16_t port_;
};

/// The one that there is without configuration.
RelayPtr relay_of_this_host();

/// Loopback, private, shared (carrier NAT), link-local and unique local addresses.
bool is_private(const wire::Address& address);

}  // namespace junctor::holepunch
