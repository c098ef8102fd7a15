// SPDX-License-Identifier: Apache-2.0
// Registrations that are on their way to storage. Any thread.
#include "registration/turns.hpp"

#include <utility>

namespace junctor::rendezvous {

Turns::Begin Turns::begin(const AttemptPtr& attempt, AttemptPtr& dropped) {
  Shard& shard = shard_of(attempt->id);
  std::lock_guard lock{shard.mutex};
  if (const auto at = shard.waiting.find(attempt->id); at != shard.waiting.end()) {
    dropped = std::exchange(at->second, attempt);
    return Begin::kWaits;
  }
  if (size_.load(std::memory_order_relaxed) >= capacity_.load(std::memory_order_relaxed)) return Begin::kFull;
  shard.waiting.emplace(attempt->id, nullptr);
  size_.fetch_add(1, std::memory_order_relaxed);
  return Begin::kGo;
}

AttemptPtr Turns::end(const std::string& id) {
  Shard& shard = shard_of(id);
  std::lock_guard lock{shard.mutex};
  const auto at = shard.waiting.find(id);
  if (at == shard.waiting.end()) return nullptr;
  if (at->second) return std::exchange(at->second, nullptr);
  shard.waiting.erase(at);
  size_.fetch_sub(1, std::memory_order_relaxed);
  return nullptr;
}

}  // namespace junctor::rendezvous
