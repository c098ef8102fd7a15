// SPDX-License-Identifier: Apache-2.0
// From what was seen to plain words: what it means, at which hop, what to do. Pure functions, any thread.
#pragma once

#include "tools/doctor/check.hpp"
#include "tools/doctor/observations.hpp"
#include "tools/doctor/target.hpp"

namespace junctor::tools::doctor {

/// Names of checks, as --json has them. Stable.
namespace name {
inline constexpr const char* kName = "name_resolution";
inline constexpr const char* kTcp = "tcp_signalling";
inline constexpr const char* kTcpNat = "tcp_nat_test";
inline constexpr const char* kTcpRelay = "tcp_relay";
inline constexpr const char* kWebSocket = "websocket_signalling";
inline constexpr const char* kWebSocketRelay = "websocket_relay";
inline constexpr const char* kUdp = "udp_registration";
inline constexpr const char* kNat = "nat_tcp";
inline constexpr const char* kUdpNat = "nat_udp";
inline constexpr const char* kEncryption = "encrypted_signalling";
inline constexpr const char* kHttp = "http_over_signalling";
inline constexpr const char* kTcpRegistration = "tcp_registration";
inline constexpr const char* kKey = "key";
inline constexpr const char* kPunch = "punch_udp_device";
inline constexpr const char* kTcpPunch = "punch_tcp_device";
inline constexpr const char* kRelayRequest = "relay_request";
inline constexpr const char* kRelayAddress = "relay_address";
inline constexpr const char* kTransfer = "relay_transfer";
inline constexpr const char* kRelayKey = "relay_key";
inline constexpr const char* kOnline = "online_query";
}  // namespace name

// How the server is reached.
Check diagnose_name(const Target& target, const NameSeen& seen);
/// P on each address that the name has; `used` is among them.
Check diagnose_signalling(const std::vector<PortSeen>& seen, const Address& used);
Check diagnose_nat_port(const PortSeen& seen);
Check diagnose_relay_port(const PortSeen& seen);
Check diagnose_websocket(const char* name, const WebSocketSeen& seen);

// Signalling.
/// `tcp_works`: whether P/TCP is open, which tells a blocked UDP from a dead server.
Check diagnose_registration(const Target& target, const RegistrationSeen& seen, bool tcp_works);
Check diagnose_nat(const NatSeen& seen);
Check diagnose_udp_nat(const UdpNatSeen& seen);
Check diagnose_encryption(const EncryptionSeen& seen);
Check diagnose_http(const HttpSeen& seen);
Check diagnose_tcp_registration(const TcpRegistrationSeen& seen);

// Sessions.
Check diagnose_key(const Target& target, const KeySeen& seen);
Check diagnose_punch(const char* name, const PunchSeen& seen);
Check diagnose_relay_request(const RelayRequestSeen& seen);
/// `server`: as it is reached from here.
Check diagnose_relay_address(const Address& server, const RelayAddressSeen& a, const RelayAddressSeen& b);
Check diagnose_transfer(const Target& target, const TransferSeen& seen);
/// `refused`: a wrong key was.
Check diagnose_relay_key(bool refused);
Check diagnose_online(const OnlineSeen& seen);

}  // namespace junctor::tools::doctor
