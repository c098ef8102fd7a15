// SPDX-License-Identifier: Apache-2.0
// Questions to storage that are on their way, by id: one question an id, with whoever waits for its answer. Any thread.
#pragma once

#include <array>
#include <atomic>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "junctor/service/signal.h"

namespace junctor::rendezvous {

class Flights {
 public:
  /// `capacity` bounds the ids, `waiters` those who wait for one of them: the network fills both.
  Flights(size_t capacity, size_t waiters) : capacity_{capacity}, waiters_{waiters} {}

  /// kFirst: ask storage, then call take. kJoined: somebody has asked, the answer will reach `channel` too (one address
  /// waits once). kFull: nothing was noted.
  enum class Join { kFirst, kJoined, kFull };
  Join join(std::string_view id, const jct_channel& channel);

  /// Ends the flight: everybody who waits, in the order in which they came.
  std::vector<jct_channel> take(std::string_view id);

  size_t size() const { return size_.load(std::memory_order_relaxed); }
  void set_capacity(size_t capacity) { capacity_.store(capacity, std::memory_order_relaxed); }

 private:
  static constexpr size_t kShards = 16;
  struct Shard {
    std::mutex mutex;
    std::unordered_map<std::string, std::vector<jct_channel>> flights;
  };
  Shard& shard_of(const std::string& id) { return shards_[std::hash<std::string>{}(id) % kShards]; }

  std::atomic<size_t> capacity_;
  const size_t waiters_;
  std::atomic<size_t> size_{0};
  std::array<Shard, kShards> shards_;
};

}  // namespace junctor::rendezvous
