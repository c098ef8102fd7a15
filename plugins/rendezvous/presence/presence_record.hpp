// SPDX-License-Identifier: Apache-2.0
// What presence.cpp is made of: the record of fixed size and the table of one shard. Whoever calls holds the shard's
// mutex.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <new>
#include <span>
#include <string_view>
#include <utility>

#include "presence/presence.hpp"

namespace junctor::rendezvous {

inline bool is_loopback(const jct_addr& address) {
  static constexpr uint8_t kV6[16] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
  return address.family == 4 ? address.ip[0] == 127
                             : address.family == 6 && std::memcmp(address.ip, kV6, sizeof kV6) == 0;
}

/// The core record. Plain memory: moved by copying, empty when all zero. The owner of a long id is the shard.
struct Presence::Record {
  static constexpr size_t kInline = 16;
  static constexpr uint8_t kConfirmed = 0x80;  // in flags: a RegisterPk came from this address and port
  static constexpr uint8_t kReceives = 0x40;   // in flags: so it did, and that address receives what is sent to it
  static constexpr uint8_t kOwnFlags = kConfirmed | kReceives;

  /// A second place at the same IP, over UDP alone.
  struct Place {
    uint32_t seen_ms;  // the low half of it
    uint16_t port;     // 0: there is none
    uint16_t local;
  };

  union {
    char near[kInline];
    char* far;  // of malloc, id_size bytes
  };
  uint8_t ip[16];
  int64_t seen_ns;
  union {
    jct_handle handle;  // of a connection
    Place other;        // by UDP
  };
  uint32_t place;  // the low half of the id's hash
  uint32_t scope;
  uint16_t port;
  uint16_t local;
  uint8_t id_size;  // 0: empty
  uint8_t family;
  uint8_t transport;
  uint8_t flags;

  bool empty() const { return id_size == 0; }
  bool is_far() const { return id_size > kInline; }
  std::string_view id() const { return {is_far() ? far : near, id_size}; }

  bool is_udp() const { return transport == JCT_CHANNEL_UDP; }
  bool is_connected() const { return !is_udp() && handle != 0; }
  bool has_other() const { return is_udp() && other.port != 0; }

  static uint32_t to_ms(Duration time) { return static_cast<uint32_t>(time.count() / 1'000'000); }
  /// Full again: it is within 24 days of the first place's.
  Duration other_seen() const {
    const auto apart = static_cast<int32_t>(other.seen_ms - to_ms(Duration{seen_ns}));
    return Duration{seen_ns / 1'000'000 * 1'000'000} + std::chrono::milliseconds{apart};
  }
  Duration last_seen() const { return has_other() ? std::max(Duration{seen_ns}, other_seen()) : Duration{seen_ns}; }

  bool same_ip(const jct_addr& address) const {
    return family == address.family && std::memcmp(ip, address.ip, sizeof ip) == 0;
  }
  /// Did the last RegisterPk come from this very address and port?
  bool is_confirmed_at(const jct_addr& address) const {
    return (flags & kConfirmed) != 0 && same_ip(address) && port == address.port;
  }
  jct_addr address() const {
    jct_addr out{};
    std::memcpy(out.ip, ip, sizeof ip);
    out.scope = scope;
    out.port = port;
    out.family = family;
    return out;
  }
  void set_address(const jct_addr& address) {
    std::memcpy(ip, address.ip, sizeof ip);
    scope = address.scope;
    port = address.port;
    family = address.family;
  }
};

inline constexpr size_t kRecordSize = 64;  // one cache line

/// Linear probing; a record's home follows its hash in order, so that growing by a quarter (not doubling) keeps the
/// memory for a peer within bounds at every size. Erasing moves followers back: no tombstones. Keys lie beside the
/// records at the same index: a heartbeat never touches them.
struct alignas(64) Presence::Shard {
  mutable std::mutex mutex;

  Shard() = default;
  Shard(const Shard&) = delete;
  Shard& operator=(const Shard&) = delete;
  ~Shard() {
    for (Record& record : slots()) forget_id(record);
    std::free(slots_);
    std::free(keys_);
  }

  std::span<Record> slots() { return {slots_, capacity_}; }
  size_t used() const { return used_; }
  size_t memory() {
    size_t bytes = capacity_ * (sizeof(Record) + sizeof(PublicKey));
    for (const Record& record : slots()) bytes += record.is_far() ? record.id_size : 0;
    return bytes;
  }

  PublicKey& key(const Record& record) { return keys_[&record - slots_]; }

  Record* find(std::string_view id, uint32_t place) {
    if (used_ == 0 || id.empty()) return nullptr;
    for (size_t i = home(place); !slots_[i].empty(); i = next(i)) {
      if (slots_[i].place == place && slots_[i].id() == id) return &slots_[i];
    }
    return nullptr;
  }

  /// `id` has 1 to 255 bytes and is not in here; its key is all zero. Throws bad_alloc with nothing changed.
  Record& insert(std::string_view id, uint32_t place) {
    if ((used_ + 1) * 5 > capacity_ * 4) grow();
    Record record{};
    record.place = place;
    record.id_size = static_cast<uint8_t>(id.size());
    if (record.is_far()) {
      record.far = static_cast<char*>(std::malloc(id.size()));
      if (record.far == nullptr) throw std::bad_alloc{};
    }
    std::memcpy(record.is_far() ? record.far : record.near, id.data(), id.size());
    ++used_;
    return place_record(record, PublicKey{});
  }

  void erase(Record& record) {
    forget_id(record);
    auto hole = static_cast<size_t>(&record - slots_);
    for (size_t i = next(hole); !slots_[i].empty(); i = next(i)) {
      if (!may_fill(hole, i)) continue;
      slots_[hole] = slots_[i];
      keys_[hole] = keys_[i];
      hole = i;
    }
    slots_[hole] = Record{};
    keys_[hole] = PublicKey{};
    --used_;
  }

 private:
  static_assert(sizeof(Record) == kRecordSize);
  static constexpr size_t kFirstCapacity = 8;

  size_t home(uint32_t place) const { return static_cast<size_t>(static_cast<uint64_t>(place) * capacity_ >> 32); }
  size_t next(size_t i) const { return i + 1 == capacity_ ? 0 : i + 1; }

  /// May the record in `from` move back to `hole` and still be found from its home?
  bool may_fill(size_t hole, size_t from) const {
    const size_t start = home(slots_[from].place);
    return hole <= from ? start <= hole || start > from : start <= hole && start > from;
  }

  Record& place_record(const Record& record, const PublicKey& key) {
    size_t i = home(record.place);
    while (!slots_[i].empty()) i = next(i);
    slots_[i] = record;
    keys_[i] = key;
    return slots_[i];
  }

  void grow() {
    const size_t bigger = capacity_ == 0 ? kFirstCapacity : capacity_ + capacity_ / 4;
    void* records = std::aligned_alloc(alignof(Shard), bigger * sizeof(Record));
    void* keys = std::malloc(bigger * sizeof(PublicKey));
    if (records == nullptr || keys == nullptr) {
      std::free(records);
      std::free(keys);
      throw std::bad_alloc{};
    }
    std::memset(records, 0, bigger * sizeof(Record));
    std::memset(keys, 0, bigger * sizeof(PublicKey));
    const std::span<Record> old = slots();
    PublicKey* const old_keys = keys_;
    slots_ = static_cast<Record*>(records);
    keys_ = static_cast<PublicKey*>(keys);
    capacity_ = bigger;
    for (size_t i = 0; i < old.size(); ++i) {
      if (!old[i].empty()) place_record(old[i], old_keys[i]);
    }
    std::free(old.data());
    std::free(old_keys);
  }

  static void forget_id(Record& record) {
    if (record.is_far()) std::free(record.far);
  }

  Record* slots_ = nullptr;
  PublicKey* keys_ = nullptr;
  size_t capacity_ = 0;
  size_t used_ = 0;
};

}  // namespace junctor::rendezvous
