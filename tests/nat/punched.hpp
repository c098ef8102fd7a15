// SPDX-License-Identifier: Apache-2.0
// A path of datagrams between two peers, made by both sending (protocol.md 6.4), and a small exchange over it that
// loses nothing: real clients run KCP there. Packets of others than the peer are not seen. One thread a path.
#pragma once

#include <functional>
#include <string>

#include "client.hpp"
#include "wire/signing.hpp"

namespace junctor::nat {

class Punched {
 public:
  Punched(UdpClient& socket, const Address& peer) : socket_{socket}, peer_{peer} {}

  /// Knocks until the peer is heard; false at the deadline, or as soon as `stop` says so.
  bool open(Millis patience, const std::function<bool()>& stop);

  /// A: has the peer prove that it holds `pk`, then sends `count` packets, each of which comes back. Throws where not.
  void ask(const wire::PublicKey& pk, int count);
  /// B: answers until A is done; false where A falls silent before.
  bool answer(const wire::SigningKeys& keys);

 private:
  std::optional<std::string> next(Millis patience);
  std::string exchange(const std::string& question, char answer_kind);

  UdpClient& socket_;
  Address peer_;
};

}  // namespace junctor::nat
