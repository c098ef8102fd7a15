// SPDX-License-Identifier: Apache-2.0
// P/TCP and P-1/TCP: owns the connections, those of a loop on that loop.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "signalling/tcp_connection.hpp"

namespace junctor::rendezvous {

class TcpFront {
 public:
  TcpFront(const Host& host, SignalService& signal, const Traffic& traffic, const Settings& settings);

  /// [loop] A new connection.
  void accept(Stream stream, const jct_conn_info& info, const TcpConnection::Terms& terms);
  /// [control] Once no callback runs any more.
  void stop();

 private:
  struct PerLoop {
    PerLoop(const Host& host, SignalService& signal, const Traffic& traffic, const Settings& settings)
        : shared{host, signal, traffic, settings, ReadTurns{host}, {}, {}, {}} {}
    TcpLoop shared;
    TcpConnection::List connections;
  };

  const Host& host_;
  std::vector<std::unique_ptr<PerLoop>> loops_;
};

}  // namespace junctor::rendezvous
