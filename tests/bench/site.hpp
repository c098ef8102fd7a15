// SPDX-License-Identifier: Apache-2.0
// A whole site as conf.d has it, with its database on a disk, and peers in it. One thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "heartbeat_load.hpp"
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
  /// With `peers` stored, and not running yet. `sockets`: of its load. `workers`: 0 is one for each core.
  Site(const Ground& ground, size_t peers, size_t sockets, int workers);

  /// Seconds until it answers a heartbeat; starts it.
  double start();
  void stop();
  /// Every stored peer sends a heartbeat: now they are all in memory.
  void bring_online();

  bool is_running() { return server_.running(); }
  bool is_online() const { return load_ != nullptr; }
  /// Who has brought them online, from the addresses that they have since.
  const std::shared_ptr<HeartbeatLoad>& load() const { return load_; }
  size_t peers() const { return peers_; }
  /// Memory for each peer: what was added between the first tenth of them and the last. 0 before they are there.
  double bytes_per_peer() const { return bytes_per_peer_; }
  testing::Server& server() { return server_; }
  /// Its `tcp` is P, of UDP as well.
  const Subject& subject() const { return subject_; }

 private:
  Ground ground_;
  size_t peers_;
  size_t sockets_;
  std::shared_ptr<HeartbeatLoad> load_;
  testing::Server server_;
  Subject subject_;
  double bytes_per_peer_ = 0;
};

}  // namespace junctor::bench
