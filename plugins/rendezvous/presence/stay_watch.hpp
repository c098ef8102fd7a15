// SPDX-License-Identifier: Apache-2.0
// Whoever is here, when rules change: auth/1 is asked of each presence and each connection whether it may stay, and who
// may not is put out. Looks from the home loop, walks on all loops in slices, so that none stands still.
#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "junctor/auth.hpp"
#include "presence/peers_admin.hpp"
#include "signalling/traffic.hpp"

namespace junctor::rendezvous {

class StayWatch {
 public:
  struct Parts {
    const AuthChain& auth;
    const Presence& presence;
    PeersAdmin& admin;
    SignalService& signal;
    const Traffic& traffic;
  };
  StayWatch(const Host& host, Parts parts) : host_{host}, parts_{parts} {}

  /// [control]
  void start();
  void stop() { ticker_.cancel(); }

 private:
  using Rows = std::shared_ptr<const std::vector<Presence::Row>>;

  void look();
  void walk_shard(size_t shard);
  void walk_rows(size_t shard, const Rows& rows, size_t from);
  void walk_channels(size_t from);
  void ask(const jct_channel& channel, const std::string& id, const std::string& token);
  void put_out(const jct_channel& channel, const std::string& id, const std::string& rule);
  void walked() { walking_.fetch_sub(1, std::memory_order_relaxed); }

  const Host& host_;
  const Parts parts_;
  Timer ticker_;
  uint64_t seen_ = 0;                 // home loop: of auth/1's changes
  std::atomic<uint32_t> walking_{0};  // loops' walks that are under way
};

}  // namespace junctor::rendezvous
