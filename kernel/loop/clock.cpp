// SPDX-License-Identifier: Apache-2.0
// The clocks of the process and of its threads.
#include "loop/clock.hpp"

#include <ctime>

namespace junctor::loop {

SteadyClock& SteadyClock::instance() {
  static SteadyClock clock;
  return clock;
}

ThreadClock& ThreadClock::instance() {
  static ThreadClock clock;
  return clock;
}

Instant ThreadClock::now() const {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return Instant{std::chrono::seconds{time.tv_sec} + Duration{time.tv_nsec}};
}

}  // namespace junctor::loop
