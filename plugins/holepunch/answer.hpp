// SPDX-License-Identifier: Apache-2.0
// What B says to a push, and what A is told of it (protocol.md 6.4 point 4, 6.5). Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "junctor/service/signal.h"
#include "wire/rendezvous.pb.h"

namespace junctor::holepunch {

/// One of B's answers, whatever message it came in. Owned bytes: it may be kept for a while.
struct Answer {
  enum class Kind {
    kSent,   // PunchHoleSent: the hole is there
    kLocal,  // LocalAddr: B's local address
    kRelay,  // RelayResponse: B relays, by itself or because A asked for it; which of the two tells what is pending
  };
  Kind kind = Kind::kSent;
  jct_channel from{};
  std::string a;  // A's address, as in a message
  std::string id;
  std::string uuid;
  std::string version;
  std::string relay_server;
  std::string local_addr;
  std::string socket_addr_v6;
  std::string refuse_reason;
  hbb::NatType nat_type = hbb::UNKNOWN_NAT;
  int32_t upnp_port = 0;

  static Answer of(const hbb::PunchHoleSent& message, const jct_channel& from);
  static Answer of(const hbb::LocalAddr& message, const jct_channel& from);
  static Answer of(const hbb::RelayResponse& message, const jct_channel& from);

  bool by_udp() const { return from.transport == JCT_CHANNEL_UDP; }
  /// Every address in it is one (protocol.md 4); A's is never missing.
  bool addresses_good() const;
  size_t bytes() const;
};

/// What A gets for kSent and kLocal. `pk`: the signed id or "". `tm_us` salts the address.
hbb::PunchHoleResponse punch_response(const Answer& answer, std::string pk, std::string relay_server, uint32_t tm_us);
/// What A gets for kRelay.
hbb::RelayResponse relay_response(const Answer& answer, std::string pk, std::string relay_server);

/// "" or an address; not what must be dropped.
bool is_address_or_empty(std::string_view bytes);

}  // namespace junctor::holepunch
