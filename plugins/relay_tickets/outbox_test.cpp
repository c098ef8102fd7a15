// SPDX-License-Identifier: Apache-2.0
// The queue towards a relay: in order, bounded, nothing lost with a connection. One thread.
#include "outbox.hpp"

#include <doctest/doctest.h>

#include "test_keys.hpp"

using namespace junctor::relay_tickets;
using namespace junctor::relay_tickets::test;

namespace {

TEST_CASE("tickets leave in order, and stay until they are answered") {
  Outbox box{8};
  box.add(ticket("one"), kNow);
  box.add(ticket("two"), kNow);
  CHECK(box.next(kNow)->uuid == "one");
  box.sent();
  CHECK(box.next(kNow)->uuid == "two");
  box.sent();
  CHECK(box.next(kNow) == nullptr);
  CHECK(box.size() == 2);
  CHECK(box.answered());
  CHECK(box.answered());
  CHECK_FALSE(box.answered());
  CHECK(box.size() == 0);
}

TEST_CASE("what had no answer when the connection went is sent anew") {
  Outbox box{8};
  for (const char* uuid : {"one", "two", "three"}) box.add(ticket(uuid), kNow);
  box.sent();
  box.sent();
  box.answered();
  box.lost();
  CHECK_FALSE(box.answered());
  CHECK(box.next(kNow)->uuid == "two");
}

TEST_CASE("what is too old is forgotten and counted, and makes room") {
  Outbox box{2};
  CHECK(box.add(ticket("one"), kNow));
  CHECK(box.add(ticket("two", kNow + 30 * kSecond), kNow));
  CHECK_FALSE(box.add(ticket("three"), kNow));
  CHECK(box.add(ticket("three", kNow + 60 * kSecond), kNow + 60 * kSecond));
  CHECK(box.take_expired() == 1);
  CHECK(box.take_expired() == 0);
  CHECK(box.next(kNow + 60 * kSecond)->uuid == "two");
  CHECK(box.next(kNow + 90 * kSecond)->uuid == "three");
}

TEST_CASE("what was sent waits for its answer however old it gets") {
  Outbox box{2};
  box.add(ticket("one"), kNow);
  box.sent();
  CHECK(box.next(kNow + 99 * kSecond) == nullptr);
  CHECK(box.answered());
  CHECK(box.take_expired() == 0);
}

}  // namespace
