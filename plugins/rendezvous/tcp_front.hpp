// SPDX-License-Identifier: Apache-2.0
// P/TCP and P-1/TCP: owns the connections, those of a loop on that loop.
#pragma once

#include <list>
#include <memory>
#include <string>
#include <vector>

#include "tcp_connection.hpp"

namespace junctor::rendezvous {

class TcpFront {
 public:
  TcpFront(const Host& host, SignalService& signal, const Settings& settings, const Traffic& traffic);

  /// [loop] A new connection, on which the kinds in `served` are answered.
  void accept(Stream stream, const jct_conn_info& info, KindSet served);
  /// [control] Once no callback runs any more.
  void stop();

 private:
  struct PerLoop {
    std::string scratch;
    std::list<TcpConnection> connections;
  };

  const Host& host_;
  SignalService& signal_;
  const Settings& settings_;
  const Traffic& traffic_;
  std::vector<std::unique_ptr<PerLoop>> loops_;
};

}  // namespace junctor::rendezvous
