// SPDX-License-Identifier: Apache-2.0
// Who was seen, where and when: the table behind every heartbeat. Any thread may touch any peer; a shard's mutex is
// held for a few memory accesses, never across I/O or a callback.
//
// A peer costs a core record of 64 bytes and, in an array of its own beside it, a public key of 32, in an open table
// that is between 64 and 80 % full; an id of more than 16 bytes adds its own length. A peer is in here only when
// storage holds its key; memory keeps it too, so that known peers still meet when storage cannot be read. Uuids stay in
// storage.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "junctor/result.hpp"
#include "junctor/service/signal.h"
#include "presence/locals.hpp"

namespace junctor::rendezvous {

/// How a peer was last reached.
struct Sighting {
  jct_channel channel{};  // where it was heard last
  Duration seen{};
  jct_channel also{};  // another port of the same IP, or way to it, that it was heard from; all zero: none
  Duration also_seen{};

  /// A connection is presence in itself; over UDP a registration counts for `timeout` (protocol.md 6.1).
  bool online(Duration now, Duration timeout) const {
    return channel.transport != JCT_CHANNEL_UDP ? channel.handle != 0 : now - seen < timeout;
  }
  /// Is what is pushed to go there too?
  bool is_also(Duration now, Duration timeout) const { return also.transport != 0 && now - also_seen < timeout; }
};

class Presence {
 public:
  using HashKey = std::array<uint8_t, 16>;
  /// Ed25519. All zero stands for "not kept"; such a key, or one of another length, is left to storage.
  using PublicKey = std::array<uint8_t, 32>;
  static constexpr size_t kShards = 256;

  struct Row {
    std::string id;
    Sighting sighting;
  };

  /// `key` is secret and random: ids come from the network and must not be made to collide.
  Presence(const HashKey& key, size_t max_peers);
  ~Presence();
  Presence(const Presence&) = delete;
  Presence& operator=(const Presence&) = delete;

  /// How long a place that is heard from no more counts, beside a newer one.
  void set_online_timeout(Duration timeout) { online_timeout_ns_.store(timeout.count(), std::memory_order_relaxed); }

  enum class Beat { kUnknown, kMoved, kAlive };
  /// A heartbeat by UDP. kAlive: it counts. kMoved, and nothing was changed: the IP differs from the one on record (two
  /// of loopback are no difference), or the peer holds a connection, or it is heard from two places already. Anybody
  /// can write a datagram, so one from another port, or to another of our addresses, makes a second place beside the
  /// first: what is pushed goes to both until the first has been silent for the online timeout, or a RegisterPk tells
  /// which is right. Never allocates.
  Beat beat(std::string_view id, const jct_channel& from, Duration now);

  /// A confirmed registration: makes or replaces the entry and its key. `receives`: its address has shown that it gets
  /// what is sent to it. False when it would be one too many.
  bool put(std::string_view id, const jct_channel& channel, Duration now, std::string_view pk = {},
           bool receives = false);
  /// A heartbeat of a peer whose key storage has told: makes the entry. Where there is one meanwhile, it and its key
  /// are newer and this is `beat`. kUnknown: it would be one too many.
  Beat admit(std::string_view id, const jct_channel& from, Duration now, std::string_view pk);

  enum class Proof { kNone, kRegistered, kReceives };
  /// Did the peer's last RegisterPk come from this very address and port, and has it shown that it receives?
  Proof proof(std::string_view id, const jct_channel& from) const;

  std::optional<Sighting> find(std::string_view id) const;
  /// None when there is no entry or its key is not kept.
  std::optional<PublicKey> key_of(std::string_view id) const;
  bool erase(std::string_view id);
  /// The connection has gone: the peer is offline, unless it has been reached on another channel since.
  void disconnected(std::string_view id, jct_handle handle, Duration now);

  size_t size() const { return size_.load(std::memory_order_relaxed); }
  size_t max_peers() const { return max_peers_.load(std::memory_order_relaxed); }
  void set_max_peers(size_t max_peers) { max_peers_.store(max_peers, std::memory_order_relaxed); }

  /// At most `limit` peers whose IP this is; reads the whole table, a shard at a time.
  std::vector<Row> at_address(const jct_addr& address, size_t limit) const;
  /// Who is reached somewhere now, of one shard.
  std::vector<Row> present(size_t shard, Duration now) const;
  /// Peers in no order, `skip` of them passed over: what a person pages through.
  std::vector<Row> page(size_t skip, size_t limit) const;

  struct Census {
    size_t online = 0;
    std::array<size_t, 3> online_by_transport{};  // JCT_CHANNEL_UDP, _TCP, _WS
    size_t forgotten = 0;
    std::vector<std::string> proven{};  // whose address has been found to receive
  };
  /// Counts who is online in one shard and drops those by UDP unseen for `forget`: storage still knows them. `receives`
  /// is asked of the addresses that have not shown yet that they do.
  Census sweep(size_t shard, Duration now, Duration forget, const std::function<bool(const jct_addr&)>& receives);

  /// Bytes held, all counted; for the measure that design.md 7 sets.
  size_t memory() const;

 private:
  struct Record;
  struct Shard;
  struct Hash {
    size_t shard;
    uint32_t place;
  };

  Hash hash(std::string_view id) const;
  Sighting sighting(const Record& record) const;
  static void note(Record& record, const jct_channel& channel, uint16_t local, Duration now);
  Beat beat(Record& record, const jct_channel& from, uint16_t local, Duration now) const;
  Beat beat_elsewhere(Record& record, uint16_t port, uint16_t local, Duration now) const;
  bool same_local(uint16_t one, uint16_t other) const;
  Duration online_timeout() const { return Duration{online_timeout_ns_.load(std::memory_order_relaxed)}; }
  bool reserve_one();
  std::vector<Row> collect(size_t shard, size_t skip, size_t limit,
                           const std::function<bool(const Record&)>& wanted) const;

  HashKey key_;
  mutable Locals locals_;
  std::atomic<size_t> max_peers_;
  std::atomic<size_t> size_{0};
  std::atomic<int64_t> online_timeout_ns_{30'000'000'000};
  std::unique_ptr<std::array<Shard, kShards>> shards_;
};

}  // namespace junctor::rendezvous
