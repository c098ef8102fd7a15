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
  const Locals::Pair local = locals_.at(record.local);
  Sighting out;
  out.channel.transport = record.transport;
  out.channel.handle = record.handle;
  out.channel.flags = record.handle != 0 ? record.flags & ~Record::kConfirmed : 0;
  out.channel.socket = local.socket;
  out.channel.local = local.local;
  out.channel.peer = record.address();
  out.seen = Duration{record.seen_ns};
  return out;
}

void Presence::note(Record& record, const jct_channel& channel, uint16_t local, Duration now) {
  const bool confirmed = record.is_confirmed_at(channel.peer);
  record.set_address(channel.peer);
  record.local = local;
  record.transport = static_cast<uint8_t>(channel.transport);
  record.flags = static_cast<uint8_t>(channel.flags | (confirmed ? Record::kConfirmed : 0));
  record.handle = channel.handle;
  record.seen_ns = now.count();
}

Presence::Beat Presence::beat(Record& record, const jct_channel& from, uint16_t local, Duration now) {
  if (record.handle != 0 || (!record.same_ip(from.peer) && !is_loopback(from.peer))) return Beat::kMoved;
  note(record, from, local, now);
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

bool Presence::put(std::string_view id, const jct_channel& channel, Duration now, std::string_view pk) {
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
  record->flags |= Record::kConfirmed;
  return true;
}

/// The bound holds over all shards at once, so a place is taken before the entry is made.
bool Presence::reserve_one() {
  if (size_.fetch_add(1, std::memory_order_relaxed) < max_peers_.load(std::memory_order_relaxed)) return true;
  size_.fetch_sub(1, std::memory_order_relaxed);
  return false;
}

bool Presence::is_confirmed(std::string_view id, const jct_channel& from) const {
  const Hash at = hash(id);
  Shard& shard = (*shards_)[at.shard];
  std::lock_guard lock{shard.mutex};
  const Record* record = shard.find(id, at.place);
  return record != nullptr && record->is_confirmed_at(from.peer);
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
  if (record == nullptr || record->handle != handle) return;
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

Presence::Census Presence::sweep(size_t index, Duration now, Duration online_timeout, Duration forget) {
  Census census;
  Shard& shard = (*shards_)[index];
  std::lock_guard lock{shard.mutex};
  std::vector<std::string> gone;
  for (const Record& record : shard.slots()) {
    if (record.empty()) continue;
    const bool connected = record.transport != JCT_CHANNEL_UDP && record.handle != 0;
    const Duration age = now - Duration{record.seen_ns};
    if (connected || (record.transport == JCT_CHANNEL_UDP && age < online_timeout)) {
      ++census.online;
      const size_t transport = record.transport - JCT_CHANNEL_UDP;
      if (transport < census.online_by_transport.size()) ++census.online_by_transport[transport];
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
