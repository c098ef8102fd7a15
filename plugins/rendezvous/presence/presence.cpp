// SPDX-License-Identifier: Apache-2.0
// The presence table: sharded, open addressing with linear probing, records of one cache line. Any thread.
#include "presence/presence.hpp"

#include <sodium.h>

#include <algorithm>
#include <cstring>

#include "presence/presence_record.hpp"

namespace junctor::rendezvous {

namespace {

Presence::PublicKey kept(std::string_view pk) {
  Presence::PublicKey key{};
  if (pk.size() == key.size()) std::memcpy(key.data(), pk.data(), key.size());
  return key;
}

}  // namespace

static_assert(crypto_shorthash_KEYBYTES == std::tuple_size_v<Presence::HashKey>);

Presence::Presence(const HashKey& key, size_t max_peers)
    : key_{key}, max_peers_{max_peers}, shards_{std::make_unique<std::array<Shard, kShards>>()} {}

Presence::~Presence() = default;

Presence::Hash Presence::hash(std::string_view id) const {
  std::array<uint8_t, crypto_shorthash_BYTES> out{};
  crypto_shorthash(out.data(), reinterpret_cast<const unsigned char*>(id.data()), id.size(), key_.data());
  uint64_t value = 0;
  std::memcpy(&value, out.data(), sizeof value);
  return {static_cast<size_t>(value >> 32) % kShards, static_cast<uint32_t>(value)};
}

Sighting Presence::sighting(const Record& record) const {
  const auto way = [&](uint16_t port, uint16_t index) {
    const Locals::Pair local = locals_.at(index);
    jct_channel channel{};
    channel.transport = record.transport;
    channel.handle = record.is_connected() ? record.handle : 0;
    channel.flags = record.is_connected() ? record.flags & ~uint32_t{Record::kOwnFlags} : 0;
    channel.socket = local.socket;
    channel.local = local.local;
    channel.peer = record.address();
    channel.peer.port = port;
    return channel;
  };
  Sighting out;
  out.channel = way(record.port, record.local);
  out.seen = Duration{record.seen_ns};
  if (record.has_other()) {
    out.also = way(record.other.port, record.other.local);
    out.also_seen = record.other_seen();
    if (out.also_seen > out.seen) {
      std::swap(out.channel, out.also);
      std::swap(out.seen, out.also_seen);
    }
  }
  return out;
}

void Presence::note(Record& record, const jct_channel& channel, uint16_t local, Duration now) {
  const auto kept = static_cast<uint8_t>(record.is_confirmed_at(channel.peer) ? record.flags & Record::kOwnFlags : 0);
  record.set_address(channel.peer);
  record.local = local;
  record.transport = static_cast<uint8_t>(channel.transport);
  record.flags = static_cast<uint8_t>(channel.flags | kept);
  record.handle = channel.handle;  // by UDP 0: no other place
  record.seen_ns = now.count();
}

/// Addresses alone: a reply may leave from any loop's socket.
bool Presence::same_local(uint16_t one, uint16_t other) const {
  return one == other || same_address(locals_.at(one).local, locals_.at(other).local);
}

Presence::Beat Presence::beat(Record& record, const jct_channel& from, uint16_t local, Duration now) const {
  if (record.is_connected()) return Beat::kMoved;
  const bool same_ip = record.same_ip(from.peer);
  if (!same_ip && !(is_loopback(from.peer) && is_loopback(record.address()))) return Beat::kMoved;
  if (!same_ip || !record.is_udp()) {
    note(record, from, local, now);
    return Beat::kAlive;
  }
  if (record.port != from.peer.port || !same_local(record.local, local)) {
    return beat_elsewhere(record, from.peer.port, local, now);
  }
  record.local = local;
  record.seen_ns = now.count();
  if (record.has_other() && now - record.other_seen() >= online_timeout()) record.other = {};
  return Beat::kAlive;
}

Presence::Beat Presence::beat_elsewhere(Record& record, uint16_t port, uint16_t local, Duration now) const {
  const bool first_left = now - Duration{record.seen_ns} >= online_timeout();
  const bool is_other = record.has_other() && record.other.port == port && same_local(record.other.local, local);
  const bool third = record.has_other() && !is_other && now - record.other_seen() < online_timeout();
  if (third && !first_left) return Beat::kMoved;
  if (first_left) {  // the newer of the two that remain is told apart from this one, or is this one
    record.seen_ns = third ? record.other_seen().count() : now.count();
    record.port = third ? record.other.port : port;
    record.local = third ? record.other.local : local;
    record.flags &= static_cast<uint8_t>(~Record::kOwnFlags);
    record.other = {};
    if (!third) return Beat::kAlive;
  }
  record.other = {Record::to_ms(now), port, local};
  return Beat::kAlive;
}

Presence::Beat Presence::beat(std::string_view id, const jct_channel& from, Duration now) {
  const Hash at = hash(id);
  const uint16_t local = locals_.index_of(from.socket, from.local);
  Shard& shard = (*shards_)[at.shard];
  std::lock_guard lock{shard.mutex};
  Record* record = shard.find(id, at.place);
  return record == nullptr ? Beat::kUnknown : beat(*record, from, local, now);
}

Presence::Beat Presence::admit(std::string_view id, const jct_channel& from, Duration now, std::string_view pk) {
  const Hash at = hash(id);
  const uint16_t local = locals_.index_of(from.socket, from.local);
  Shard& shard = (*shards_)[at.shard];
  std::lock_guard lock{shard.mutex};
  if (Record* record = shard.find(id, at.place)) return beat(*record, from, local, now);
  if (!reserve_one()) return Beat::kUnknown;
  Record& record = shard.insert(id, at.place);
  shard.key(record) = kept(pk);
  note(record, from, local, now);
  return Beat::kAlive;
}

bool Presence::put(std::string_view id, const jct_channel& channel, Duration now, std::string_view pk, bool receives) {
  const Hash at = hash(id);
  const uint16_t local = locals_.index_of(channel.socket, channel.local);
  Shard& shard = (*shards_)[at.shard];
  std::lock_guard lock{shard.mutex};
  Record* record = shard.find(id, at.place);
  if (record == nullptr) {
    if (!reserve_one()) return false;
    record = &shard.insert(id, at.place);
  }
  shard.key(*record) = kept(pk);
  note(*record, channel, local, now);
  record->flags |= receives ? Record::kOwnFlags : Record::kConfirmed;
  return true;
}

/// The bound holds over all shards at once, so a place is taken before the entry is made.
bool Presence::reserve_one() {
  if (size_.fetch_add(1, std::memory_order_relaxed) < max_peers_.load(std::memory_order_relaxed)) return true;
  size_.fetch_sub(1, std::memory_order_relaxed);
  return false;
}

Presence::Proof Presence::proof(std::string_view id, const jct_channel& from) const {
  const Hash at = hash(id);
  Shard& shard = (*shards_)[at.shard];
  std::lock_guard lock{shard.mutex};
  const Record* record = shard.find(id, at.place);
  if (record == nullptr || !record->is_confirmed_at(from.peer)) return Proof::kNone;
  return (record->flags & Record::kReceives) != 0 ? Proof::kReceives : Proof::kRegistered;
}

std::optional<Sighting> Presence::find(std::string_view id) const {
  const Hash at = hash(id);
  Shard& shard = (*shards_)[at.shard];
  std::lock_guard lock{shard.mutex};
  const Record* record = shard.find(id, at.place);
  if (record == nullptr) return std::nullopt;
  return sighting(*record);
}

std::optional<Presence::PublicKey> Presence::key_of(std::string_view id) const {
  const Hash at = hash(id);
  Shard& shard = (*shards_)[at.shard];
  std::lock_guard lock{shard.mutex};
  const Record* record = shard.find(id, at.place);
  if (record == nullptr || shard.key(*record) == PublicKey{}) return std::nullopt;
  return shard.key(*record);
}

bool Presence::erase(std::string_view id) {
  const Hash at = hash(id);
  Shard& shard = (*shards_)[at.shard];
  std::lock_guard lock{shard.mutex};
  Record* record = shard.find(id, at.place);
  if (record == nullptr) return false;
  shard.erase(*record);
  size_.fetch_sub(1, std::memory_order_relaxed);
  return true;
}

void Presence::disconnected(std::string_view id, jct_handle handle, Duration now) {
  const Hash at = hash(id);
  Shard& shard = (*shards_)[at.shard];
  std::lock_guard lock{shard.mutex};
  Record* record = shard.find(id, at.place);
  if (record == nullptr || !record->is_connected() || record->handle != handle) return;
  record->handle = 0;
  record->seen_ns = now.count();
}

std::vector<Presence::Row> Presence::collect(size_t index, size_t skip, size_t limit,
                                             const std::function<bool(const Record&)>& wanted) const {
  std::vector<Row> rows;
  Shard& shard = (*shards_)[index];
  std::lock_guard lock{shard.mutex};
  for (const Record& record : shard.slots()) {
    if (record.empty() || !wanted(record)) continue;
    if (skip > 0) {
      --skip;
      continue;
    }
    if (rows.size() == limit) break;
    rows.push_back({std::string{record.id()}, sighting(record)});
  }
  return rows;
}

std::vector<Presence::Row> Presence::at_address(const jct_addr& address, size_t limit) const {
  std::vector<Row> rows;
  for (size_t i = 0; i < kShards && rows.size() < limit; ++i) {
    auto some = collect(i, 0, limit - rows.size(), [&](const Record& record) { return record.same_ip(address); });
    std::move(some.begin(), some.end(), std::back_inserter(rows));
  }
  return rows;
}

std::vector<Presence::Row> Presence::present(size_t shard, Duration now) const {
  return collect(shard, 0, SIZE_MAX, [&](const Record& record) {
    return record.is_connected() || (record.is_udp() && now - record.last_seen() < online_timeout());
  });
}

std::vector<Presence::Row> Presence::page(size_t skip, size_t limit) const {
  std::vector<Row> rows;
  for (size_t i = 0; i < kShards && rows.size() < limit; ++i) {
    Shard& shard = (*shards_)[i];
    size_t here = 0;
    {
      std::lock_guard lock{shard.mutex};
      here = shard.used();
    }
    if (skip >= here) {
      skip -= here;
      continue;
    }
    auto some = collect(i, skip, limit - rows.size(), [](const Record&) { return true; });
    std::move(some.begin(), some.end(), std::back_inserter(rows));
    skip = 0;
  }
  return rows;
}

Presence::Census Presence::sweep(size_t index, Duration now, Duration forget,
                                 const std::function<bool(const jct_addr&)>& receives) {
  Census census;
  Shard& shard = (*shards_)[index];
  std::lock_guard lock{shard.mutex};
  std::vector<std::string> gone;
  for (Record& record : shard.slots()) {
    if (record.empty()) continue;
    const bool connected = record.is_connected();
    const Duration age = now - record.last_seen();
    if (connected || (record.is_udp() && age < online_timeout())) {
      ++census.online;
      const size_t transport = record.transport - JCT_CHANNEL_UDP;
      if (transport < census.online_by_transport.size()) ++census.online_by_transport[transport];
    }
    if ((record.flags & Record::kOwnFlags) == Record::kConfirmed && receives(record.address())) {
      record.flags |= Record::kReceives;
      census.proven.emplace_back(record.id());
    }
    if (!connected && age >= forget) gone.emplace_back(record.id());
  }
  for (const std::string& id : gone) shard.erase(*shard.find(id, hash(id).place));
  census.forgotten = gone.size();
  size_.fetch_sub(gone.size(), std::memory_order_relaxed);
  return census;
}

size_t Presence::memory() const {
  size_t bytes = sizeof *this + sizeof *shards_ + sizeof(Locals::Pair) * Locals::kCapacity;
  for (Shard& shard : *shards_) {
    std::lock_guard lock{shard.mutex};
    bytes += shard.memory();
  }
  return bytes;
}

}  // namespace junctor::rendezvous
