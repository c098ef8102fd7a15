// SPDX-License-Identifier: Apache-2.0
// P/TCP and P-1/TCP: owns the connections, those of a loop on that loop.
#include "tcp_front.hpp"

#include <utility>

namespace junctor::rendezvous {

TcpFront::TcpFront(const Host& host, SignalService& signal, const Settings& settings, const Traffic& traffic)
    : host_{host}, signal_{signal}, settings_{settings}, traffic_{traffic} {
  for (uint32_t i = 0; i < host.loops(); ++i) loops_.push_back(std::make_unique<PerLoop>());
}

void TcpFront::accept(Stream stream, const jct_conn_info& info, KindSet served) {
  PerLoop& loop = *loops_.at(host_.current_loop());
  auto& list = loop.connections;
  const auto place =
      list.emplace(list.end(), host_, signal_, traffic_, served, settings_.message_max.load(), loop.scratch);
  place->on_gone([&list, place] { list.erase(place); });
  if (!place->open(std::move(stream), info, settings_.silence())) list.erase(place);
}

void TcpFront::stop() {
  for (auto& loop : loops_) loop->connections.clear();
}

}  // namespace junctor::rendezvous
