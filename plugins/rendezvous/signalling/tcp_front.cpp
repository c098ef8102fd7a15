// SPDX-License-Identifier: Apache-2.0
// P/TCP and P-1/TCP: owns the connections, those of a loop on that loop.
#include "signalling/tcp_front.hpp"

#include <utility>

namespace junctor::rendezvous {

TcpFront::TcpFront(const Host& host, SignalService& signal, const Traffic& traffic, const Settings& settings)
    : host_{host} {
  for (uint32_t i = 0; i < host.loops(); ++i) {
    loops_.push_back(std::make_unique<PerLoop>(host, signal, traffic, settings));
  }
}

void TcpFront::accept(Stream stream, const jct_conn_info& info, const TcpConnection::Terms& terms) {
  PerLoop& loop = *loops_.at(host_.current_loop());
  auto& list = loop.connections;
  const auto place = list.emplace(list.end(), loop.shared, terms);
  if (!place->open(std::move(stream), info, list, place)) list.erase(place);
}

void TcpFront::stop() {
  for (auto& loop : loops_) {
    loop->connections.clear();
    loop->shared.turns.stop();
  }
}

}  // namespace junctor::rendezvous
