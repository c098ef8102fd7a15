// SPDX-License-Identifier: Apache-2.0
#include "loop/alarm.hpp"

#include <doctest/doctest.h>
#include <poll.h>

#include <chrono>

namespace junctor::loop {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

bool rings_within(const Alarm& alarm, milliseconds time) {
  pollfd entry{alarm.fd(), POLLIN, 0};
  return ::poll(&entry, 1, static_cast<int>(time.count())) == 1;
}

TEST_CASE("an alarm rings when its time has come, not before") {
  Alarm alarm;
  CHECK_FALSE(rings_within(alarm, milliseconds{0}));
  const Instant begin = std::chrono::steady_clock::now();
  alarm.ring_by(begin + milliseconds{20}, begin);
  REQUIRE(rings_within(alarm, milliseconds{5000}));
  CHECK(std::chrono::steady_clock::now() - begin >= milliseconds{20});
}

TEST_CASE("one that is late already rings at once") {
  Alarm alarm;
  const Instant now = std::chrono::steady_clock::now();
  alarm.ring_by(now - milliseconds{1}, now);
  CHECK(rings_within(alarm, milliseconds{5000}));
}

TEST_CASE("it rings for the earliest, and after that for what is set anew") {
  Alarm alarm;
  const Instant now = std::chrono::steady_clock::now();
  alarm.ring_by(now + hours{2}, now);
  alarm.ring_by(now + milliseconds{1}, now);
  alarm.ring_by(now + hours{1}, now);
  REQUIRE(rings_within(alarm, milliseconds{5000}));
  alarm.rang();
  alarm.ring_by(now + hours{1}, now);
  CHECK_FALSE(rings_within(alarm, milliseconds{0}));
}

}  // namespace
}  // namespace junctor::loop
