// SPDX-License-Identifier: Apache-2.0
// B's registration, and what is pushed to it (protocol.md 6.1 and 6.2): over UDP, or where that is not answered over
// one encrypted connection. One thread.
#pragma once

#include <functional>
#include <optional>

#include "client.hpp"

namespace junctor::nat {

class Registration {
 public:
  Registration(const Arguments& arguments, const wire::Peer& peer) : arguments_{arguments}, peer_{peer} {}

  /// Throws where both ways are refused or not answered.
  void begin();
  /// Stays registered; each push goes to `serve`. Returns never but by an exception.
  void run(const std::function<void(const hbb::RendezvousMessage&)>& serve);

 private:
  using Serve = std::function<void(const hbb::RendezvousMessage&)>;
  void begin_tcp();
  void run_udp(const Serve& serve);
  void run_tcp(const Serve& serve);

  const Arguments& arguments_;
  const wire::Peer& peer_;
  std::optional<UdpClient> udp_;
  std::optional<TcpClient> tcp_;
  Millis silence_{};  ///< of the connection, after which it counts as dead
};

}  // namespace junctor::nat
