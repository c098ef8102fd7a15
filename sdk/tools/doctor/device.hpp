// SPDX-License-Identifier: Apache-2.0
// A throw-away device that is registered at the server: B. One thread.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "tools/doctor/observations.hpp"
#include "wire/peer.hpp"

namespace junctor::tools::doctor {

/// "doctor-" and eight random digits: who looks into the server's list sees what it was.
std::string throw_away_id();

class Device {
 public:
  Device(wire::UdpClient socket, const Address& server, wire::Peer peer)
      : server_{server}, peer_{std::move(peer)}, udp_{std::move(socket)} {}
  Device(wire::TcpClient connection, const Address& server, wire::Peer peer)
      : server_{server}, peer_{std::move(peer)}, tcp_{std::move(connection)} {}

  const wire::Peer& peer() const { return peer_; }
  const std::string& id() const { return peer_.id; }

  /// Renews the registration; whatever was pushed before is thrown away. Throws ClientError.
  void refresh();
  /// The next thing that the server asks of the device: PunchHole, FetchLocalAddr or RequestRelay. Throws ClientError.
  std::optional<hbb::RendezvousMessage> pushed(Millis patience);

 private:
  std::optional<hbb::RendezvousMessage> receive(Millis patience);

  Address server_;
  wire::Peer peer_;
  std::optional<wire::UdpClient> udp_;
  std::optional<wire::TcpClient> tcp_;
};

}  // namespace junctor::tools::doctor
