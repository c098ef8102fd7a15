// SPDX-License-Identifier: Apache-2.0
// Wakes a loop for its timers, so that it sleeps without a timeout: one that the system would start and cancel at each
// wake-up, where most timers only ever move further away. Lives on one loop.
#pragma once

#include <optional>

#include "loop/clock.hpp"

namespace junctor::loop {

class Alarm {
 public:
  /// Throws std::system_error where the system has no descriptor left.
  Alarm();
  ~Alarm();
  Alarm(const Alarm&) = delete;
  Alarm& operator=(const Alarm&) = delete;

  /// A timerfd. Readable once when it rings: to be watched edge-triggered, never read.
  int fd() const { return fd_; }
  /// Rings at `when` at the latest. One that is set for earlier stays: a wake-up too many costs less than a system call
  /// for each timer that moves.
  void ring_by(Instant when, Instant now);
  /// Call when it has rung.
  void rang() { set_.reset(); }

 private:
  int fd_;
  std::optional<Instant> set_;
};

}  // namespace junctor::loop
