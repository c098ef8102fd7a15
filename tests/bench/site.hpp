// SPDX-License-Identifier: Apache-2.0
// A whole site as conf.d has it, with its database on a disk, and peers in it. One thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "subject.hpp"
#include "support/server.hpp"

namespace junctor::bench {

/// Where processes run and from where they are reached.
struct Ground {
  std::vector<std::string> wrapper;  ///< words that run a program where the servers are
  std::string server_ip = "127.0.0.1";
  std::string client_ip = "127.0.0.1";
  std::string device_ip = "127.0.0.2";  ///< of clients, too: so that A and B are no neighbours
};

class Site {
 public:
  /// With `peers` stored, and not running yet. `workers`: 0 is one for each core.
  Site(const Ground& ground, size_t peers, int workers);

  /// Seconds until it answers a heartbeat; starts it.
  double start();
  void stop();
  /// Every stored peer sends a heartbeat: now they are all in memory.
  void bring_online();

  bool is_running() { return server_.running(); }
  bool is_online() const { return online_; }
  size_t peers() const { return peers_; }
  /// Memory for each peer: what was added between the first tenth of them and the last. 0 before they are there.
  double bytes_per_peer() const { return bytes_per_peer_; }
  testing::Server& server() { return server_; }
  /// Its `tcp` is P, of UDP as well.
  const Subject& subject() const { return subject_; }

 private:
  Ground ground_;
  size_t peers_;
  testing::Server server_;
  Subject subject_;
  bool online_ = false;
  double bytes_per_peer_ = 0;
};

}  // namespace junctor::bench
