// SPDX-License-Identifier: Apache-2.0
// Registrations that are on their way to storage: one at a time for an id, and of those who wait the newest, as that is
// where the device is now. Any thread.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "junctor/service/signal.h"

namespace junctor::rendezvous {

struct Attempt {
  std::string id, uuid, pk;
  jct_channel from{};
};
using AttemptPtr = std::shared_ptr<const Attempt>;

class Turns {
 public:
  /// `capacity` bounds the ids: the network fills the table.
  explicit Turns(size_t capacity) : capacity_{capacity} {}
  void set_capacity(size_t capacity) { capacity_.store(capacity, std::memory_order_relaxed); }

  /// kGo: it is this one's turn, call end when it is over. kWaits: end will give it back; whom it replaces in waiting
  /// is in `dropped`. kFull: nothing was noted.
  enum class Begin { kGo, kWaits, kFull };
  Begin begin(const AttemptPtr& attempt, AttemptPtr& dropped);
  /// Whose turn is next; null: nobody's.
  AttemptPtr end(const std::string& id);
  size_t size() const { return size_.load(std::memory_order_relaxed); }

 private:
  static constexpr size_t kShards = 16;
  struct Shard {
    std::mutex mutex;
    std::unordered_map<std::string, AttemptPtr> waiting;  // by ids under way; null: nobody waits
  };
  Shard& shard_of(const std::string& id) { return shards_[std::hash<std::string>{}(id) % kShards]; }

  std::atomic<size_t> capacity_;
  std::atomic<size_t> size_{0};
  std::array<Shard, kShards> shards_;
};

}  // namespace junctor::rendezvous
