// SPDX-License-Identifier: Apache-2.0
// A comparison is some rounds of windows, one for each pause; what it says holds for a time that grows while the answer
// stays the same. Lives on one loop.
#include "net/pause_choice.hpp"

#include <algorithm>
#include <utility>

namespace junctor::net {

namespace {

/// The longest first: where it slows those who wait for answers, it is dropped after one window.
constexpr std::array<size_t, 3> kOrder{2, 0, 1};

}  // namespace

PauseChoice::Duration PauseChoice::pause_of(size_t choice, Duration longest) {
  constexpr std::array<int64_t, kPauses> kQuarters{0, 1, 4};
  return longest * kQuarters[choice] / 4;
}

size_t PauseChoice::compared() const { return kOrder[step_ % kPauses]; }

PauseChoice::Duration PauseChoice::choose(Instant now, Duration longest) {
  if (longest <= Duration::zero()) {
    rest(now);
    return Duration::zero();
  }
  active_ = true;
  if (!comparing_ && now >= retry_at_) {
    comparing_ = true;
    step_ = 0;
    tallies_ = {};
    begin_window(now);
  }
  if (!comparing_) return pause_of(chosen_, longest);
  const Duration passed = now - window_.begun;
  if (passed > kStale * longest) {
    begin_window(now);
  } else if (passed >= kWindow * longest) {
    end_window(now);
    next_step(now);
  }
  return pause_of(comparing_ ? compared() : chosen_, longest);
}

void PauseChoice::rest(Instant now) {
  active_ = false;
  if (comparing_) settle(0, now);
}

void PauseChoice::begin_window(Instant now) { window_ = {now, cpu_.now().time_since_epoch(), 0}; }

void PauseChoice::end_window(Instant now) {
  Tally& tally = tallies_[compared()];
  tally.units += window_.units;
  tally.cpu += cpu_.now().time_since_epoch() - window_.cpu;
  tally.time += now - window_.begun;
}

/// After the first round those that lower the rate are out, as they cost whoever waits.
void PauseChoice::next_step(Instant now) {
  do {
    ++step_;
    if (step_ == kPauses) {
      for (Tally& tally : tallies_) tally.dropped = tally.rate() < kKeepsRate * kKeepsRate * tallies_[0].rate();
    }
  } while (step_ < kPauses * kRounds && tallies_[compared()].dropped);
  if (step_ >= kPauses * kRounds) return decide(now);
  begin_window(now);
}

void PauseChoice::decide(Instant now) {
  size_t best = 0;
  for (size_t i = 1; i < kPauses; ++i) {
    const Tally& tally = tallies_[i];
    if (tally.dropped || tally.units == 0 || tally.rate() < kKeepsRate * tallies_[0].rate()) continue;
    if (tallies_[0].units > 0 && tally.cost() < kSaves * tallies_[best].cost()) best = i;
  }
  settle(best, now);
}

void PauseChoice::settle(size_t choice, Instant now) {
  hold_ = hold_ == Duration::zero() || choice != chosen_ ? kFirstHold : std::min(2 * hold_, kLongestHold);
  chosen_ = choice;
  retry_at_ = now + hold_;
  comparing_ = false;
}

}  // namespace junctor::net
