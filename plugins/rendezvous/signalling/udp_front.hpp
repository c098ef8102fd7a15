// SPDX-License-Identifier: Apache-2.0
// P/UDP: each datagram is a message. The heartbeat is answered right here, without an allocation. Called on every loop.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "junctor/host.hpp"
#include "registration/registrar.hpp"
#include "signalling/signal_service.hpp"
#include "signalling/traffic.hpp"

namespace junctor::rendezvous {

class UdpFront {
 public:
  UdpFront(const Host& host, SignalService& signal, Registrar& registrar, const Traffic& traffic);

  /// [loop] A batch in the order of arrival.
  void receive(std::span<const jct_dgram> batch);

 private:
  struct PerLoop {
    std::string joined;           // for wire::peel
    hbb::RegisterPeer heartbeat;  // parsed into again and again
  };
  void receive_one(PerLoop& loop, const jct_dgram& datagram);
  void dispatch(const jct_channel& from, const wire::Peeled& peeled);

  const Host& host_;
  SignalService& signal_;
  Registrar& registrar_;
  const Traffic& traffic_;
  std::vector<std::unique_ptr<PerLoop>> loops_;
};

}  // namespace junctor::rendezvous
