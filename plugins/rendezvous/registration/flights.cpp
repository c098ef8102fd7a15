// SPDX-License-Identifier: Apache-2.0
// Questions to storage that are on their way, by id. Any thread.
#include "registration/flights.hpp"

#include <algorithm>
#include <cstring>

namespace junctor::rendezvous {

namespace {

bool same_sender(const jct_channel& a, const jct_channel& b) {
  return a.handle == b.handle && a.peer.port == b.peer.port && a.peer.family == b.peer.family &&
         std::memcmp(a.peer.ip, b.peer.ip, sizeof a.peer.ip) == 0;
}

}  // namespace

Flights::Join Flights::join(std::string_view id, const jct_channel& channel) {
  const std::string key{id};
  Shard& shard = shard_of(key);
  std::lock_guard lock{shard.mutex};
  if (const auto flight = shard.flights.find(key); flight != shard.flights.end()) {
    auto& waiting = flight->second;
    if (std::any_of(waiting.begin(), waiting.end(), [&](const auto& w) { return same_sender(w, channel); })) {
      return Join::kJoined;
    }
    if (waiting.size() >= waiters_) return Join::kFull;
    waiting.push_back(channel);
    return Join::kJoined;
  }
  if (size_.load(std::memory_order_relaxed) >= capacity_.load(std::memory_order_relaxed)) return Join::kFull;
  shard.flights[key].push_back(channel);
  size_.fetch_add(1, std::memory_order_relaxed);
  return Join::kFirst;
}

std::vector<jct_channel> Flights::take(std::string_view id) {
  const std::string key{id};
  Shard& shard = shard_of(key);
  std::lock_guard lock{shard.mutex};
  auto node = shard.flights.extract(key);
  if (node.empty()) return {};
  size_.fetch_sub(1, std::memory_order_relaxed);
  return std::move(node.mapped());
}

}  // namespace junctor::rendezvous
