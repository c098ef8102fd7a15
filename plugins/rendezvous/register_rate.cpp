// SPDX-License-Identifier: Apache-2.0
// How often an id may be registered. Any thread.
#include "register_rate.hpp"

#include <sodium.h>

#include <algorithm>
#include <cstring>

namespace junctor::rendezvous {

RegisterRate::RegisterRate(const std::array<uint8_t, 16>& key)
    : key_{key}, sets_{std::make_unique<std::array<Set, kSets>>()} {}

void RegisterRate::configure(uint32_t limit, Duration window) {
  limit_ = std::clamp(limit, 1U, kMostAllowed);
  window_ms_ = static_cast<uint32_t>(std::chrono::duration_cast<std::chrono::milliseconds>(window).count());
}

bool RegisterRate::allow(std::string_view id, Duration now) {
  uint64_t hash = 0;
  crypto_shorthash(reinterpret_cast<unsigned char*>(&hash), reinterpret_cast<const unsigned char*>(id.data()),
                   id.size(), key_.data());
  const auto now_ms = static_cast<uint32_t>(std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
  const uint32_t limit = limit_, window = window_ms_;
  Set& set = (*sets_)[hash % kSets];
  std::lock_guard lock{set.mutex};
  Entry& entry = entry_of(set, hash, now_ms);
  uint32_t recent = 0;
  for (uint32_t i = 0; i < entry.used; ++i) recent += now_ms - entry.at_ms[i] < window ? 1 : 0;
  if (recent >= limit) return false;
  entry.at_ms[entry.next] = now_ms;
  entry.next = static_cast<uint8_t>((entry.next + 1) % kMostAllowed);
  entry.used = std::min<uint8_t>(static_cast<uint8_t>(entry.used + 1), kMostAllowed);
  return true;
}

RegisterRate::Entry& RegisterRate::entry_of(Set& set, uint64_t id_hash, uint32_t now_ms) {
  Entry* quietest = &set.entries.front();
  for (Entry& entry : set.entries) {
    if (entry.used > 0 && entry.id_hash == id_hash) return entry;
    const bool free = entry.used == 0;
    if (free || (quietest->used > 0 && now_ms - newest(entry) > now_ms - newest(*quietest))) quietest = &entry;
  }
  *quietest = Entry{};
  quietest->id_hash = id_hash;
  return *quietest;
}

uint32_t RegisterRate::newest(const Entry& entry) {
  return entry.at_ms[(entry.next + kMostAllowed - 1) % kMostAllowed];
}

}  // namespace junctor::rendezvous
