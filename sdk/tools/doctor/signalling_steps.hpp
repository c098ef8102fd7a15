// SPDX-License-Identifier: Apache-2.0
// Registration, NAT tests, encryption and the questions that one connection can ask. One thread.
#pragma once

#include <optional>

#include "tools/doctor/ask.hpp"
#include "tools/doctor/device.hpp"
#include "tools/doctor/observations.hpp"
#include "tools/doctor/target.hpp"

namespace junctor::tools::doctor {

struct RegisteredUdp {
  RegistrationSeen seen;
  std::optional<Device> device;  ///< where the server said OK
};
RegisteredUdp register_over_udp(const Address& server, Millis patience);

UdpNatSeen test_udp_nat(const Address& server, Millis patience);
/// `server` is P; both tests are made from one local port.
NatSeen test_nat(const Address& server, Millis patience);

EncryptionSeen check_encryption(const Address& server, const std::optional<wire::PublicKey>& key, Millis patience);

/// `key`: given where the offer is genuine; then the connection is encrypted.
HttpSeen ask_http(const Address& server, const std::optional<wire::PublicKey>& key, Millis patience);
struct RegisteredTcp {
  TcpRegistrationSeen seen;
  std::optional<Device> device;
};
RegisteredTcp register_over_tcp(const Address& server, const std::optional<wire::PublicKey>& key, Millis patience);

/// What an answer to PunchHoleRequest says.
Said said_of(const Answer& answer);
KeySeen check_key(const Address& server, const std::string& key, Millis patience);
OnlineSeen ask_online(const Address& server, std::vector<std::string> online, Millis patience);

}  // namespace junctor::tools::doctor
