// SPDX-License-Identifier: Apache-2.0
// The clock of the measurements. Any thread.
#pragma once

#include <chrono>

namespace junctor::bench {

using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

inline Clock::time_point after(Seconds time) {
  return Clock::now() + std::chrono::duration_cast<Clock::duration>(time);
}
inline double seconds_since(Clock::time_point begin) { return Seconds{Clock::now() - begin}.count(); }
inline double micros_since(Clock::time_point begin) { return seconds_since(begin) * 1e6; }

}  // namespace junctor::bench
