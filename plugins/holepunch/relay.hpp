// SPDX-License-Identifier: Apache-2.0
// A relay that clients are sent to: by which address whom, and whether it takes sessions. Any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "wire/address.hpp"

namespace junctor::holepunch {

/// A host and a port, as "host:port" or "[ipv6]:port" say.
struct Server {
  std::string host;
  uint16_t port = 0;
  /// nullopt: it is not one. Without a port it is 21117, as clients take it (protocol.md 6.5).
  static std::optional<Server> parse(std::string_view text);
  std::string text() const;
};

/// In the form of Server::text and in lower case, for comparing; as it is where it is no server.
std::string with_relay_port(std::string_view server);

/// What an operator says of a relay.
struct RelaySpec {
  using AddressFor = std::pair<wire::Network, std::string>;

  std::string name;
  std::string address;                  // for whoever has no other; empty: this host, where the client reached it
  std::vector<AddressFor> address_for;  // the first network that the client is in decides
  std::string check_address;            // where this server sees whether it works; empty: it is taken to work
  uint32_t weight = 1;
  bool drain = false;

  /// "10.0.0.0/8 = host:port"; nullopt: it is not that.
  static std::optional<AddressFor> parse_address_for(std::string_view text);
};

class Relay {
 public:
  explicit Relay(RelaySpec spec);
  /// The same relay after a reload: what was found out about it stays. `before` may be null.
  Relay(RelaySpec spec, const Relay* before);

  const RelaySpec& spec() const { return spec_; }
  bool is_this_host() const { return spec_.address.empty(); }

  /// Empty for this host's.
  const std::string& address_for(const wire::Address& client) const;
  /// The client's address of it is a name, or an address of the client's own family.
  bool suits(const wire::Address& client) const;
  /// `server` is one of its addresses. In the form of with_relay_port.
  bool has_address(std::string_view server) const;

  bool takes_sessions() const { return works() && !is_drained(); }
  bool works() const { return is_up() && gets_tickets(); }
  bool is_up() const { return state_->up; }
  void set_up(bool up) { state_->up = up; }
  /// It wants tickets, and they get through; or it wants none.
  bool gets_tickets() const { return state_->gets_tickets; }
  void set_gets_tickets(bool gets) { state_->gets_tickets = gets; }
  bool is_drained() const { return state_->drained; }
  void set_drained(bool drained) { state_->drained = drained; }

  void hand_out() const { state_->handed_out.fetch_add(1, std::memory_order_relaxed); }
  uint64_t handed_out() const { return state_->handed_out; }

 private:
  struct State {
    std::atomic<bool> up{true};  // until a check has said otherwise
    std::atomic<bool> gets_tickets{true};
    std::atomic<bool> drained{false};
    std::atomic<uint64_t> handed_out{0};
  };

  RelaySpec spec_;
  std::shared_ptr<State> state_;
};

using RelayPtr = std::shared_ptr<Relay>;

}  // namespace junctor::holepunch
