// SPDX-License-Identifier: Apache-2.0
// No ticket counts twice. One thread.
#include "seen.hpp"

#include <doctest/doctest.h>

using junctor::relay_tickets::Seen;
using Answer = Seen::Answer;

namespace {

TEST_CASE("of a uuid only a later ticket is fresh") {
  Seen seen{8};
  CHECK(seen.look("u", 10, 0) == Answer::kFresh);
  seen.add("u", 10, 70);
  CHECK(seen.look("u", 10, 11) == Answer::kKnown);
  CHECK(seen.look("u", 9, 11) == Answer::kKnown);
  CHECK(seen.look("u", 11, 11) == Answer::kFresh);
  CHECK(seen.look("v", 1, 11) == Answer::kFresh);
}

TEST_CASE("it is remembered for as long as the longest of them counts") {
  Seen seen{8};
  seen.add("u", 10, 70);
  seen.add("u", 20, 60);
  CHECK(seen.size() == 1);
  CHECK(seen.look("u", 20, 69) == Answer::kKnown);
  CHECK(seen.look("u", 20, 70) == Answer::kFresh);
  CHECK(seen.size() == 0);
  seen.add("v", 10, 70);
  seen.expire(69);
  CHECK(seen.size() == 1);
  seen.expire(70);
  CHECK(seen.size() == 0);
}

TEST_CASE("a full memory takes no new uuid, so that none is forgotten too early") {
  Seen seen{1};
  seen.add("u", 10, 70);
  CHECK(seen.look("v", 10, 11) == Answer::kFull);
  CHECK(seen.look("u", 11, 11) == Answer::kFresh);
  CHECK(seen.look("v", 10, 70) == Answer::kFresh);
}

}  // namespace
