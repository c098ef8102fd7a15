// SPDX-License-Identifier: Apache-2.0
// Several ways, one winner.
#include "race.hpp"

#include <doctest/doctest.h>

#include <future>

using namespace junctor::nat;
using junctor::wire::ClientError;
using junctor::wire::Millis;

TEST_CASE("one way alone is taken") {
  Race race;
  CHECK(race.claim());
  CHECK_FALSE(race.claim());
  CHECK(race.is_won());
}

TEST_CASE("the race is over with the session of the winner, though others are still being tried") {
  std::promise<void> over;
  auto ended = over.get_future();
  Race race;
  race.enter(true, [&] { ended.wait(); });
  race.enter(false, [&] {
    if (race.claim()) race.finish();
  });
  CHECK_NOTHROW(race.wait());
  over.set_value();
}

TEST_CASE("where no way leads anywhere the fault of the last one is told") {
  Race race;
  race.enter(false, [] { throw ClientError{"no relay"}; });
  CHECK_THROWS_WITH_AS(race.wait(), "no relay", ClientError);
}

TEST_CASE("a relay that is ready waits for direct ways as long as they are under way") {
  std::promise<void> gone;
  auto left = gone.get_future();
  Race race;
  race.let_direct_go_first(Millis{60'000});  // none
  race.enter(true, [&] { left.wait(); });
  race.let_direct_go_first(Millis{1});  // longer than it is patient
  CHECK_FALSE(race.is_won());
  gone.set_value();
  race.let_direct_go_first(Millis{60'000});
}
