// SPDX-License-Identifier: Apache-2.0
// Peers as this node has last stored or read them, for reads while the server is away: who is known meets others as
// ever. Bounded; who was asked for longest ago is forgotten first. Any thread.
#pragma once

#include <cstdint>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "storage_memory/changes.hpp"

namespace junctor::storage::postgres {

class KnownPeers {
 public:
  explicit KnownPeers(size_t bytes) : limit_{bytes} {}

  std::optional<Peer> find(const std::string& id);
  /// A change that is durable.
  void stored(const Change& change);
  /// Goes up with each stored(): what was read before may be older than what is known.
  uint64_t age() const;
  /// Found in the database by a read that began at that age.
  void read(const Peer& peer, uint64_t age);
  /// The same: it is not there.
  void read_nothing(const std::string& id, uint64_t age);

 private:
  using Order = std::list<Peer>;  // the latest first

  void put(Peer peer);
  void erase(const std::string& id);
  static size_t cost_of(const Peer& peer) { return bytes_of(peer) + peer.id.size() + 96; }  // and its places in both

  const size_t limit_;
  mutable std::mutex mutex_;
  Order order_;
  std::unordered_map<std::string, Order::iterator> by_id_;
  size_t bytes_ = 0;
  uint64_t age_ = 0;
};

}  // namespace junctor::storage::postgres
