// SPDX-License-Identifier: Apache-2.0
// Monotonic time behind an interface, so that tests turn it by hand. Any thread.
#pragma once

#include <atomic>
#include <chrono>

namespace junctor::loop {

using Duration = std::chrono::nanoseconds;
using Instant = std::chrono::steady_clock::time_point;

class Clock {
 public:
  virtual ~Clock() = default;
  /// [any] Never goes back.
  virtual Instant now() const = 0;
};

/// The machine's monotonic clock.
class SteadyClock final : public Clock {
 public:
  static SteadyClock& instance();
  Instant now() const override { return std::chrono::steady_clock::now(); }
};

/// What the calling thread has worked so far: CPU time, as the system counts it. A system call.
class ThreadClock final : public Clock {
 public:
  static ThreadClock& instance();
  Instant now() const override;
};

/// For tests: stands still until it is advanced.
class FakeClock final : public Clock {
 public:
  Instant now() const override { return Instant{Duration{nanos_.load(std::memory_order_relaxed)}}; }
  void advance(Duration by) { nanos_.fetch_add(by.count(), std::memory_order_relaxed); }

 private:
  std::atomic<int64_t> nanos_{1'000'000'000};
};

}  // namespace junctor::loop
