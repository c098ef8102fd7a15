// SPDX-License-Identifier: Apache-2.0
// When datagrams are spread over the loops and when they come together again, by a clock of its own.
#include "net/steering.hpp"

#include <doctest/doctest.h>

using namespace std::chrono_literals;
using junctor::loop::Duration;
using junctor::loop::Instant;
using junctor::net::SpreadRule;

namespace {

struct Loops {
  /// Windows of 100 ms in which the loops worked so much, of 100.
  bool work(int first, int second, int windows = 1) {
    for (int i = 0; i < windows; ++i) {
      now += 100ms;
      rule.after_window(0, first * 1ms, 100ms, false, now);
      if (rule.spread()) rule.after_window(1, second * 1ms, 100ms, false, now);
    }
    return rule.spread();
  }
  SpreadRule rule;
  Instant now = Instant{} + 1s;
};

TEST_CASE("one loop reads alone until it has no time left") {
  Loops loops;
  CHECK_FALSE(loops.work(0, 0));
  CHECK_FALSE(loops.work(60, 0, 100));
  CHECK(loops.work(80, 0));
}

TEST_CASE("turns that do not come to an end of what is there spread it at once") {
  Loops loops;
  CHECK(loops.rule.after_window(0, 10us, 1ms, true, loops.now));
}

TEST_CASE("they come together again when all loops had been idle for two seconds, and not between") {
  Loops loops;
  REQUIRE(loops.work(80, 0));
  CHECK(loops.work(40, 40, 100));
  CHECK(loops.work(20, 20, 100));
  CHECK(loops.work(10, 10, 15));
  CHECK(loops.work(40, 10));
  CHECK(loops.work(10, 10, 19));
  CHECK_FALSE(loops.work(10, 10, 3));
}

TEST_CASE("a loop that is asked no more does not count with what it did last") {
  Loops loops;
  REQUIRE(loops.work(80, 0));
  REQUIRE_FALSE(loops.work(5, 20, 30));
  CHECK_FALSE(loops.work(60, 0, 30));
  CHECK(loops.work(90, 0));
  CHECK_FALSE(loops.work(5, 5, 30));
}

}  // namespace
