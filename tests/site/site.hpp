// SPDX-License-Identifier: Apache-2.0
// A site as it is installed, and the clients that tests need around it. One thread.
#pragma once

#include <optional>
#include <string>

#include "support/server.hpp"
#include "wire/client.hpp"
#include "wire/peer.hpp"

namespace junctor::site {

using testing::Millis;

inline constexpr const char* kWholeSite = "[storage_sqlite]\n[auth_key]\n[rendezvous]\n[holepunch]\n[relay]\n";

class Site {
 public:
  /// Not started yet. `more`: of the configuration; "[rendezvous]\nsilence = \"1s\"\n" overrides single keys.
  explicit Site(const std::string& more = "", testing::ServerOptions options = {});

  testing::Server& server() { return server_; }
  Site& start() {
    server_.start();
    return *this;
  }
  /// 127.0.0.1:P + offset.
  wire::Address at(int offset = 0) const;

  std::string key();
  wire::PublicKey public_key();
  /// Of `status`; throws where there is no such metric. `label`: "reason=malformed".
  int64_t metric(const std::string& instance, const std::string& name, const std::string& label = "");
  int64_t memory_kib();

  /// From one of loopback's many addresses, which the server takes for that many hosts.
  wire::TcpClient dial(const std::string& from_ip = "127.0.0.1", int offset = 0) const;
  static wire::UdpClient datagrams(const std::string& ip = "127.0.0.1");

 private:
  testing::Server server_;
};

wire::Address ip(const std::string& text);
wire::Address decoded(const std::string& field);
/// An IPv4 address of this host that is not loopback; none where it has none.
wire::Address outer_address();

/// A device that is registered over UDP: B.
class Device {
 public:
  /// Registers; throws where the server does not say OK.
  Device(Site& site, const std::string& from_ip, const std::string& id = "");

  const wire::Peer& peer() const { return peer_; }
  const std::string& id() const { return peer_.id; }
  wire::UdpClient& socket() { return socket_; }
  /// What the server pushes next; none within the time: an empty message.
  hbb::RendezvousMessage pushed(Millis patience = wire::kPatience);
  /// RegisterPeer; what the answer's request_pk says, or nothing where none comes.
  std::optional<bool> beat(const Site& site, Millis patience = wire::kPatience);

 private:
  wire::Peer peer_;
  wire::UdpClient socket_;
};

/// One RegisterPeer and the request_pk of its answer.
std::optional<bool> beat(wire::UdpClient& socket, const wire::Address& server, const wire::Peer& peer,
                         Millis patience = wire::kPatience);
/// One RegisterPk and its result; nothing where no answer comes.
std::optional<hbb::RegisterPkResponse::Result> register_once(wire::UdpClient& socket, const wire::Address& server,
                                                             const hbb::RegisterPk& request,
                                                             Millis patience = wire::kPatience);
hbb::PunchHoleRequest punch_request(Site& site, const std::string& id);
/// B's answer to a push: it has punched towards `a` (an address field).
hbb::PunchHoleSent hole_sent(const std::string& id, const std::string& a);
/// Asks for `id` on a connection of its own.
hbb::PunchHoleResponse ask_for(Site& site, const std::string& id);
/// The whole of protocol.md 6.4: a request, the push, B's answer, and the signed id that A verifies.
bool connects(Site& site, Device& b);
/// A session on the relay, with a word each way. A uuid is good for one.
bool relays(Site& site, const std::string& uuid);

}  // namespace junctor::site
