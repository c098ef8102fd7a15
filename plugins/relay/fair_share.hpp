// SPDX-License-Identifier: Apache-2.0
// How bandwidth is divided among the sessions that want it (max-min): what one does not use goes to the others, and
// nobody is cut while there is room. Pools are shared by all loops, without locks; a share lives on its session's loop.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "junctor/result.hpp"

namespace junctor::relay {

/// One bound that several sessions share: of the whole relay, of an address, an id or a group. Each member tells what
/// it takes; the level follows from the sums alone, so members of several loops need not meet. [any]
class Pool {
 public:
  /// What a member has told. Greedy: it takes all that this pool lets it have, give or take `slack`.
  struct Part {
    bool greedy = false;
    int64_t use = 0;    ///< bits a second, both directions together
    int64_t slack = 0;  ///< of a greedy one: what it was allowed less what it took; below zero where it took more
  };

  explicit Pool(uint64_t rate) : rate_{static_cast<int64_t>(rate)} {}

  /// Bits a second of all members and both directions; 0: no bound.
  void set_rate(uint64_t rate) { rate_.store(static_cast<int64_t>(rate), std::memory_order_relaxed); }
  uint64_t rate() const { return static_cast<uint64_t>(rate_.load(std::memory_order_relaxed)); }
  /// What the members take now.
  int64_t use() const { return use_.load(std::memory_order_relaxed); }

  void join() { members_.fetch_add(1, std::memory_order_relaxed); }
  void leave(const Part& last);
  void tell(const Part& before, const Part& now);

  /// What a member that takes `use` may have; 0: no bound.
  int64_t level(int64_t use) const;
  /// What one that has just joined begins with.
  int64_t first_level() const;

 private:
  std::atomic<int64_t> rate_;
  std::atomic<int64_t> members_{0};
  std::atomic<int64_t> greedy_{0};
  std::atomic<int64_t> use_{0};         // of all
  std::atomic<int64_t> modest_use_{0};  // of those that are not greedy
  std::atomic<int64_t> slack_{0};
};

using PoolPtr = std::shared_ptr<Pool>;

/// One session's part in its pools. The more often measure() is called the sooner others get what it leaves; 100 to 250
/// ms is meant.
class Share {
 public:
  Share(std::vector<PoolPtr> pools, Duration now);
  ~Share();
  Share(const Share&) = delete;
  Share& operator=(const Share&) = delete;

  /// The bytes of a session that ran before it had this share.
  void begin_with(uint64_t bytes_ab, uint64_t bytes_ba) {
    bytes_ab_ = bytes_ab;
    bytes_ba_ = bytes_ba;
  }

  /// The session's bytes so far, each direction. Does nothing within kLeastPeriod of the last time.
  void measure(uint64_t bytes_ab, uint64_t bytes_ba, Duration now);

  /// What each direction may have, in bits a second; 0: no bound. Both together stay within the share: a direction may
  /// have what the other leaves.
  uint64_t rate() const;

  static constexpr Duration kLeastPeriod = std::chrono::milliseconds{100};

 private:
  void choose_limit();

  std::vector<PoolPtr> pools_;
  std::vector<Pool::Part> told_;  // one a pool
  int64_t limit_ = 0;             // of both directions together; 0: none
  size_t bottleneck_;             // the pool that limit_ comes from; none: pools_.size()
  int64_t use_ = 0;
  int64_t lesser_use_ = 0;  // of the direction that takes less
  uint64_t bytes_ab_ = 0;
  uint64_t bytes_ba_ = 0;
  Duration at_;
};

}  // namespace junctor::relay
