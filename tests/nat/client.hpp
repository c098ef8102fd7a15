// SPDX-License-Identifier: Apache-2.0
// What both sides of a session need of their site: its addresses, the NAT test, the relay. Any thread.
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "wire/client.hpp"
#include "wire/peer.hpp"

namespace junctor::nat {

using wire::Address;
using wire::ClientError;
using wire::Millis;
using wire::TcpClient;
using wire::UdpClient;

inline constexpr const char* kVersion = "1.4.0";
inline constexpr Millis kDirect{18'000};  // how long B listens, A dials, and both punch

struct Arguments {
  std::string role;
  Address server;
  wire::PublicKey site{};
  std::string key_text;
  std::string id;
  uint64_t bytes = 0;  ///< of a session, each way
  int sessions = 0;    ///< that B serves until it ends; 0: any number
  bool udp = false;    ///< A punches over UDP, too
  bool v6 = false;     ///< A tells its IPv6 address

  /// Throws with the usage.
  static Arguments parse(const std::vector<std::string>& words);
};

/// One line to standard output, whole.
void say(const std::string& line);

Address decoded(const std::string& field);

/// From one local port to two ports of the server; UNKNOWN_NAT where one of them does not answer.
hbb::NatType test_nat(const Arguments& arguments);
/// The port of `socket` as the server sees it; 0 where no answer comes.
uint16_t test_udp(const Arguments& arguments, UdpClient& socket);

/// On this host's IPv6 address, with a port of its own; none where it has no way into the world.
std::optional<UdpClient> open_v6();

std::string session_uuid();
TcpClient join_relay(const Arguments& arguments, const std::string& relay_server, const std::string& uuid,
                     const std::string& id);

}  // namespace junctor::nat
