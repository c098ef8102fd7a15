// SPDX-License-Identifier: Apache-2.0
// How bandwidth is divided among the sessions that want it (max-min). Pools: any thread; a share: its session's loop.
#include "fair_share.hpp"

#include <algorithm>
#include <utility>

namespace junctor::relay {
namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;

// No share is so small that a session stands still.
constexpr int64_t kLeastShare = 8'000;
// Who takes less than this part of its limit does not want all of it.
constexpr double kGreedyFrom = 0.9;
// A limit rises by no more than this from one measurement to the next, so that sessions which had all paused for a
// moment do not all take the whole room at once.
constexpr int64_t kSteepestRise = 2;

int64_t bits_a_second(uint64_t bytes, Duration time) {
  return static_cast<int64_t>(static_cast<double>(bytes) * 8 / std::chrono::duration<double>(time).count());
}

}  // namespace

// ---- pool ----

void Pool::leave(const Part& last) {
  tell(last, {});
  members_.fetch_sub(1, kRelaxed);
}

void Pool::tell(const Part& before, const Part& now) {
  use_.fetch_add(now.use - before.use, kRelaxed);
  const auto modest = [](const Part& part) { return part.greedy ? 0 : part.use; };
  modest_use_.fetch_add(modest(now) - modest(before), kRelaxed);
  slack_.fetch_add(now.slack - before.slack, kRelaxed);
  greedy_.fetch_add(static_cast<int64_t>(now.greedy) - static_cast<int64_t>(before.greedy), kRelaxed);
}

/// The greedy divide what the modest leave. Slack corrects for what pacing makes of a limit; see fair_share_test.cpp.
int64_t Pool::level(int64_t use) const {
  const int64_t rate = rate_.load(kRelaxed);
  if (rate == 0) return 0;
  const int64_t room = rate - modest_use_.load(kRelaxed);
  const int64_t greedy = greedy_.load(kRelaxed);
  const int64_t fair = rate / std::max<int64_t>(members_.load(kRelaxed), 1);
  const int64_t open = greedy > 0 ? (room + slack_.load(kRelaxed)) / greedy : room + use;
  return std::max(std::min(std::max(open, fair), rate), kLeastShare);
}

int64_t Pool::first_level() const {
  const int64_t rate = rate_.load(kRelaxed);
  if (rate == 0) return 0;
  const int64_t fair = rate / std::max<int64_t>(members_.load(kRelaxed), 1);
  return std::max({fair, (rate - use()) / 2, kLeastShare});
}

// ---- share ----

Share::Share(std::vector<PoolPtr> pools, Duration now)
    : pools_{std::move(pools)}, told_(pools_.size()), bottleneck_{pools_.size()}, at_{now} {
  for (const PoolPtr& pool : pools_) {
    pool->join();
    const int64_t level = pool->first_level();
    if (level != 0 && (limit_ == 0 || level < limit_)) limit_ = level;
  }
}

Share::~Share() {
  for (size_t i = 0; i < pools_.size(); ++i) pools_[i]->leave(told_[i]);
}

void Share::measure(uint64_t bytes_ab, uint64_t bytes_ba, Duration now) {
  if (now - at_ < kLeastPeriod) return;
  const int64_t ab = bits_a_second(bytes_ab - std::exchange(bytes_ab_, bytes_ab), now - at_);
  const int64_t ba = bits_a_second(bytes_ba - std::exchange(bytes_ba_, bytes_ba), now - at_);
  at_ = now;
  use_ = ab + ba;
  lesser_use_ = std::min(ab, ba);
  const bool greedy = limit_ != 0 && static_cast<double>(use_) >= kGreedyFrom * static_cast<double>(limit_);
  for (size_t i = 0; i < pools_.size(); ++i) {
    const bool here = greedy && i == bottleneck_;
    const Pool::Part part{here, use_, here ? limit_ - use_ : 0};
    pools_[i]->tell(std::exchange(told_[i], part), part);
  }
  choose_limit();
}

void Share::choose_limit() {
  int64_t limit = 0;
  bottleneck_ = pools_.size();
  for (size_t i = 0; i < pools_.size(); ++i) {
    const int64_t level = pools_[i]->level(use_);
    if (level == 0 || (limit != 0 && level >= limit)) continue;
    limit = level;
    bottleneck_ = i;
  }
  if (limit_ != 0 && limit > kSteepestRise * limit_) {
    limit = kSteepestRise * limit_;
    bottleneck_ = pools_.size();
  }
  limit_ = limit;
}

uint64_t Share::rate() const { return static_cast<uint64_t>(std::max(limit_ / 2, limit_ - lesser_use_)); }

}  // namespace junctor::relay
