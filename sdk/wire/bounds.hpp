// SPDX-License-Identifier: Apache-2.0
// How long each field of a message may be that the server takes, from what it means (protocol.md 3). Whoever sends more
// wants our memory, or a big datagram for somebody else. Any thread.
#pragma once

#include <climits>
#include <cstddef>

#include "wire/rendezvous.pb.h"

namespace junctor::wire {

inline constexpr size_t kMostId = 255;          // 100 bytes register; what is asked for may be a name
inline constexpr size_t kMostUuid = 128;        // of a session: 36 characters in every client
inline constexpr size_t kMostDeviceUuid = 256;  // of a machine, as its system makes it
inline constexpr size_t kMostHost = 300;        // a name of 253, brackets, a port
inline constexpr size_t kMostVersion = 64;
inline constexpr size_t kMostAddress = 18;        // protocol.md 4
inline constexpr size_t kMostKey = 255;           // licence_key: 44 characters, or a site's own text
inline constexpr size_t kMostPk = 64;             // Ed25519 has 32
inline constexpr size_t kMostToken = 2048;        // access_token: 43 characters of ours, more of others
inline constexpr size_t kMostSwitchCode = 128;    // 44 characters
inline constexpr size_t kMostText = 1024;         // for a person
inline constexpr size_t kMostAuditRef = 128;      // ours; no client sends it to a server
inline constexpr size_t kMostHandshakeKey = 256;  // KeyExchange: a box key, or one with its seal or signature
inline constexpr int kMostHandshakeKeys = 4;
inline constexpr size_t kMostMethod = 32;
inline constexpr size_t kMostPath = 16 * 1024;
inline constexpr size_t kMostHeader = 16 * 1024;  // a name, a value
inline constexpr int kMostHeaders = 128;

/// What goes out by UDP is no larger than one Ethernet frame carries over IPv6.
inline constexpr size_t kMostDatagram = 1452;

/// Of a whole message, what a later version adds included: protobuf keeps it. Lists and bodies have the transport's
/// bound.
template <class Message>
inline constexpr size_t kMostInner = 8 * 1024;
template <>
inline constexpr size_t kMostInner<hbb::OnlineRequest> = INT_MAX;
template <>
inline constexpr size_t kMostInner<hbb::OnlineResponse> = INT_MAX;
template <>
inline constexpr size_t kMostInner<hbb::HttpProxyRequest> = INT_MAX;
template <>
inline constexpr size_t kMostInner<hbb::HttpProxyResponse> = INT_MAX;

/// Is every field within its bound? Those of messages that the server sends only have none.
template <class Message>
bool within_bounds(const Message&) {
  return true;
}
inline bool within_bounds(const hbb::RegisterPeer& message) { return message.id().size() <= kMostId; }
bool within_bounds(const hbb::PunchHoleRequest& message);
bool within_bounds(const hbb::PunchHoleSent& message);
bool within_bounds(const hbb::LocalAddr& message);
bool within_bounds(const hbb::RegisterPk& message);
bool within_bounds(const hbb::RequestRelay& message);
bool within_bounds(const hbb::RelayResponse& message);
/// How many ids may be asked for is an option.
bool within_bounds(const hbb::OnlineRequest& message);
bool within_bounds(const hbb::KeyExchange& message);
bool within_bounds(const hbb::HealthCheck& message);
/// The body is bounded by the message.
bool within_bounds(const hbb::HttpProxyRequest& message);

}  // namespace junctor::wire
