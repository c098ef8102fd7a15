// SPDX-License-Identifier: Apache-2.0
// Watching counts what would come in a pause. A trial tells senders that go on by themselves from those that wait for
// an answer. Lives on one loop.
#include "net/gather.hpp"

namespace junctor::net {

Gather::Duration Gather::after_read(size_t count, Instant now, Duration pause) {
  datagrams_ += static_cast<double>(count);
  ++reads_;
  if (pause <= Duration::zero()) return begin(State::kWatching, now, Duration::zero());
  return gathering() ? judge(now, pause) : watch(now, pause);
}

Gather::Duration Gather::begin(State state, Instant now, Duration pause) {
  state_ = state;
  since_ = now;
  datagrams_ = 0;
  reads_ = 0;
  return state == State::kWatching ? Duration::zero() : pause;
}

Gather::Duration Gather::watch(Instant now, Duration pause) {
  const Duration passed = now - since_;
  if (passed < kWatch * pause) return Duration::zero();
  expected_ = datagrams_ * static_cast<double>(pause.count()) / static_cast<double>(passed.count());
  const bool worth = expected_ >= kWorth && expected_ >= 2 * datagrams_ / reads_;
  return begin(worth && now >= rest_until_ ? State::kTrying : State::kWatching, now, pause);
}

Gather::Duration Gather::judge(Instant now, Duration pause) {
  if (state_ == State::kTrying) {
    const double awaited = reads_ * expected_;
    if (awaited < kTrial) return pause;
    if (datagrams_ >= awaited / 2) return begin(State::kGathering, now, pause);
    rest_until_ = now + kRest * pause;
    return begin(State::kWatching, now, pause);
  }
  if (reads_ < kWatch) return pause;
  return begin(datagrams_ >= kStillWorth * reads_ ? State::kGathering : State::kWatching, now, pause);
}

}  // namespace junctor::net
