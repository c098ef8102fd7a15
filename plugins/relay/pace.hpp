// SPDX-License-Identifier: Apache-2.0
// How fast the bytes of one direction may pass where the relay copies them. One thread at a time.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "junctor/result.hpp"

namespace junctor::relay {

/// A token bucket that may be overdrawn by one piece: whoever finds it above zero passes the whole piece.
class Pace {
 public:
  /// `rate` in bits a second; 0: no bound.
  Pace(uint64_t rate, Duration now) : at_{now} {
    set_rate(rate);
    tokens_ = burst_;
  }

  /// What was overdrawn stays so.
  void set_rate(uint64_t rate) {
    rate_ = static_cast<double>(rate) / 8;
    burst_ = std::max(rate_ / kBurstsPerSecond, kLeastBurst);
  }

  /// Zero: a piece may pass now; else how long until then.
  Duration wait(Duration now) {
    if (rate_ == 0) return Duration::zero();
    tokens_ = std::min(burst_, tokens_ + rate_ * std::chrono::duration<double>(now - at_).count());
    at_ = now;
    if (tokens_ > 0) return Duration::zero();
    const std::chrono::duration<double> wait{(1 - tokens_) / rate_};
    return std::max(std::chrono::duration_cast<Duration>(wait), kLeastWait);
  }
  void take(size_t bytes) { tokens_ -= static_cast<double>(bytes); }

 private:
  static constexpr double kBurstsPerSecond = 20;
  static constexpr double kLeastBurst = 16 * 1024;
  static constexpr Duration kLeastWait = std::chrono::milliseconds{1};  // timers are no finer

  double rate_ = 0;  // bytes a second
  double burst_ = 0;
  double tokens_ = 0;
  Duration at_;
};

}  // namespace junctor::relay
