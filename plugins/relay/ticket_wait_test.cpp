// SPDX-License-Identifier: Apache-2.0
// Pairs that wait for their ticket: bounded in number and time. One thread.
#include "ticket_wait.hpp"

#include <doctest/doctest.h>

using namespace std::chrono_literals;
using namespace junctor::relay;

namespace {

TEST_CASE("a pair waits until it is taken, once") {
  Quota room{4};
  TicketWait wait{room};
  CHECK(wait.add("u", {1, 2}, 2s));
  CHECK_FALSE(wait.add("u", {3, 4}, 2s));
  CHECK(room.used() == 1);
  const auto pair = wait.take("u");
  REQUIRE(pair);
  CHECK(pair->first == 1);
  CHECK(pair->second == 2);
  CHECK_FALSE(wait.take("u"));
  CHECK(room.used() == 0);
  CHECK_FALSE(wait.next());
}

TEST_CASE("those whose time is over are told, the oldest first") {
  Quota room{4};
  TicketWait wait{room};
  wait.add("young", {1, 2}, 3s);
  wait.add("old", {3, 4}, 2s);
  CHECK(wait.next() == 2s);
  CHECK(wait.late(1s).empty());
  CHECK(wait.late(2s) == std::vector<std::string>{"old"});
  CHECK(wait.late(9s) == std::vector<std::string>{"old", "young"});
}

TEST_CASE("there is room for so many, and it is given back") {
  Quota room{1};
  {
    TicketWait wait{room};
    CHECK(wait.add("u", {1, 2}, 2s));
    CHECK_FALSE(wait.add("v", {3, 4}, 2s));
  }
  CHECK(room.used() == 0);
}

}  // namespace
