// SPDX-License-Identifier: Apache-2.0
// Which message type stands under which number of the union, and typed wrapping. Any thread.
#pragma once

#include <climits>
#include <string>
#include <string_view>

#include "wire/bounds.hpp"
#include "wire/message.hpp"
#include "wire/rendezvous.pb.h"

// X(type, field, number): the union of protocol.md 3.
#define JUNCTOR_WIRE_KINDS(X)                        \
  X(RegisterPeer, register_peer, 6)                  \
  X(RegisterPeerResponse, register_peer_response, 7) \
  X(PunchHoleRequest, punch_hole_request, 8)         \
  X(PunchHole, punch_hole, 9)                        \
  X(PunchHoleSent, punch_hole_sent, 10)              \
  X(PunchHoleResponse, punch_hole_response, 11)      \
  X(FetchLocalAddr, fetch_local_addr, 12)            \
  X(LocalAddr, local_addr, 13)                       \
  X(ConfigUpdate, configure_update, 14)              \
  X(RegisterPk, register_pk, 15)                     \
  X(RegisterPkResponse, register_pk_response, 16)    \
  X(SoftwareUpdate, software_update, 17)             \
  X(RequestRelay, request_relay, 18)                 \
  X(RelayResponse, relay_response, 19)               \
  X(TestNatRequest, test_nat_request, 20)            \
  X(TestNatResponse, test_nat_response, 21)          \
  X(PeerDiscovery, peer_discovery, 22)               \
  X(OnlineRequest, online_request, 23)               \
  X(OnlineResponse, online_response, 24)             \
  X(KeyExchange, key_exchange, 25)                   \
  X(HealthCheck, hc, 26)                             \
  X(HttpProxyRequest, http_proxy_request, 27)        \
  X(HttpProxyResponse, http_proxy_response, 28)

namespace junctor::wire {

template <class T>
struct KindOf;

#define JUNCTOR_WIRE_KIND_OF(type, field, number) \
  template <>                                     \
  struct KindOf<hbb::type> {                      \
    static constexpr uint32_t value = number;     \
  };
JUNCTOR_WIRE_KINDS(JUNCTOR_WIRE_KIND_OF)
#undef JUNCTOR_WIRE_KIND_OF

/// The union's field number of a message type.
template <class T>
inline constexpr uint32_t kKindOf = KindOf<T>::value;

/// Appends `message`, wrapped, without a copy in between.
template <class T>
void wrap_message(const T& message, std::string& out) {
  wrap_header(kKindOf<T>, message.ByteSizeLong(), out);
  message.AppendToString(&out);
}

template <class T>
std::string wrap_message(const T& message) {
  std::string out;
  wrap_message(message, out);
  return out;
}

/// Protobuf writes a line to standard error for each malformed text that it meets: a server calls this before it hears
/// the network, and counts such messages itself. Once a process is enough; again does no harm.
void silence_protobuf();

/// Parses what `peel` gave into `message`, whose memory is reused. False where the bytes are not such a message, or one
/// of its fields or all of it is longer than what it means can be (bounds.hpp).
template <class T>
bool parse_inner(std::string_view inner, T& message) {
  return inner.size() <= kMostInner<T> && message.ParseFromArray(inner.data(), static_cast<int>(inner.size())) &&
         within_bounds(message);
}

}  // namespace junctor::wire
