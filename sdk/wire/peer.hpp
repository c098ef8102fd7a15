// SPDX-License-Identifier: Apache-2.0
// A client's identity and how it registers. For tools and tests; a value, any thread.
#pragma once

#include <string>

#include "wire/client.hpp"

namespace junctor::wire {

struct Peer {
  std::string id;
  std::string uuid;
  SigningKeys keys;

  /// A new uuid and key pair; without `id` a new one of 10 digits, too.
  static Peer make(std::string id = {});

  hbb::RegisterPk register_pk() const;
  /// `serial`: the newest site configuration that this peer has.
  hbb::RegisterPeer register_peer(int32_t serial = 0) const;
};

/// An address as it stands in a message, with the time of now.
std::string address_field(const Address& address);

/// Registers as a stock client does: RegisterPk until it is answered, then RegisterPeer until that is. Whatever else
/// comes meanwhile is passed over. Gives the server's answer to RegisterPk where it is not OK; throws where nothing is
/// answered.
hbb::RegisterPkResponse::Result register_peer(UdpClient& client, const Address& server, const Peer& peer,
                                              Millis timeout = kPatience);

/// The same on one connection (protocol.md 6.2), which then is the presence: hold it.
hbb::RegisterPkResponse register_peer(TcpClient& client, const Peer& peer, Millis timeout = kPatience);

}  // namespace junctor::wire
