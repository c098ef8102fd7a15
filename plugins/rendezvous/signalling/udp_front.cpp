// SPDX-License-Identifier: Apache-2.0
// P/UDP: each datagram is a message. Called on every loop.
#include "signalling/udp_front.hpp"

#include "wire/kinds.hpp"

namespace junctor::rendezvous {

UdpFront::UdpFront(const Host& host, SignalService& signal, Registrar& registrar, const Traffic& traffic)
    : host_{host}, signal_{signal}, registrar_{registrar}, traffic_{traffic} {
  for (uint32_t i = 0; i < host.loops(); ++i) loops_.push_back(std::make_unique<PerLoop>());
}

void UdpFront::receive(std::span<const jct_dgram> batch) {
  PerLoop& loop = *loops_.at(host_.current_loop());
  for (const jct_dgram& datagram : batch) receive_one(loop, datagram);
}

void UdpFront::receive_one(PerLoop& loop, const jct_dgram& datagram) {
  const jct_channel from{JCT_CHANNEL_UDP, 0, 0, datagram.socket, datagram.peer, datagram.local};
  const auto peeled = wire::peel(view(datagram.data), loop.joined);
  if (!peeled) return traffic_.refused(Refusal::kMalformed, from);
  if (peeled->kind != wire::kKindOf<hbb::RegisterPeer>) return dispatch(from, *peeled);
  traffic_.received(peeled->kind);
  if (!wire::parse_inner(peeled->inner, loop.heartbeat)) return traffic_.refused(Refusal::kMalformed, from);
  registrar_.register_peer(from, loop.heartbeat.id(), loop.heartbeat.serial());
}

/// RegisterPk has limits of its own, which know what is new and what is not.
void UdpFront::dispatch(const jct_channel& from, const wire::Peeled& peeled) {
  if (peeled.kind != wire::kKindOf<hbb::RegisterPk> && !signal_.allows(from)) {
    return traffic_.refused(Refusal::kAddressLimit, from);
  }
  signal_.dispatch(from, peeled.kind, peeled.inner);
}

}  // namespace junctor::rendezvous
