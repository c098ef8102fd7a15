// SPDX-License-Identifier: Apache-2.0
#include "keeper.hpp"

#include <doctest/doctest.h>

using namespace junctor::acme;

namespace {

constexpr Seconds kHour = 3600;
constexpr Seconds kKeeperNow = 1'800'000'000;
const Rules kRules{{"a.example", "b.example"}, "wish", 600, 24 * kHour};

}  // namespace

TEST_CASE("a certificate is renewed after two thirds of its life, and at once where a name is missing") {
  const Held held{{"a.example", "b.example"}, kKeeperNow, kKeeperNow + 90 * kHour};
  CHECK(is_due(std::nullopt, kRules, kKeeperNow));
  CHECK_FALSE(is_due(held, kRules, kKeeperNow));
  CHECK_FALSE(is_due(held, kRules, kKeeperNow + 60 * kHour - 1));
  CHECK(is_due(held, kRules, kKeeperNow + 60 * kHour));
  CHECK(is_due(Held{{"a.example"}, held.from, held.until}, kRules, kKeeperNow));
  CHECK_FALSE(is_due(Held{{"a.example", "b.example", "c.example"}, held.from, held.until}, kRules, kKeeperNow));
}

TEST_CASE("each failure in a row doubles the wait, up to the bound") {
  std::optional<Trouble> trouble;
  Seconds waited[12];
  for (Seconds& wait : waited) {
    trouble = after_failure(trouble, kRules, kKeeperNow, 0, 0);
    wait = trouble->wait;
  }
  CHECK(waited[0] == 600);
  CHECK(waited[1] == 1200);
  CHECK(waited[4] == 9600);
  CHECK(waited[11] == 24 * kHour);
  CHECK(trouble->failures == 12);
  CHECK(after_failure({}, kRules, kKeeperNow, 0, 99).wait == 659);
}

TEST_CASE("what the authority asks for counts where it is longer, within a month") {
  CHECK(after_failure({}, kRules, kKeeperNow, 3 * kHour, 50).wait == 3 * kHour);
  CHECK(after_failure({}, kRules, kKeeperNow, 1, 0).wait == 600);
  CHECK(after_failure({}, kRules, kKeeperNow, 1'000'000'000, 0).wait == 30 * 24 * kHour);
}

TEST_CASE("another wish need not wait for the trouble of the one before") {
  Trouble trouble = after_failure({}, kRules, kKeeperNow, 0, 0);
  CHECK(next_try(trouble, kRules, kKeeperNow + 10) == kKeeperNow + 600);
  Rules other = kRules;
  other.wish = "another";
  CHECK(next_try(trouble, other, kKeeperNow + 10) == kKeeperNow + 10);
  CHECK(after_failure(trouble, other, kKeeperNow, 0, 0).failures == 1);
}

TEST_CASE("a clock that is set back makes nobody wait longer than was decided") {
  const Trouble trouble = after_failure({}, kRules, kKeeperNow, 0, 0);
  CHECK(next_try(trouble, kRules, kKeeperNow - 1000 * kHour) == kKeeperNow - 1000 * kHour + 600);
  CHECK(next_try(trouble, kRules, kKeeperNow + 1000 * kHour) < kKeeperNow + 1000 * kHour);
}
