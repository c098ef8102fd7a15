// SPDX-License-Identifier: Apache-2.0
// Tickets: good once, for a time, for one id. One thread.
#include "tickets.hpp"

#include <doctest/doctest.h>

using namespace std::chrono_literals;
using namespace junctor;
using namespace junctor::relay;

namespace {

using Answer = Tickets::Answer;

TEST_CASE("a ticket is good once") {
  Tickets tickets{8};
  CHECK(tickets.expect("u", "123", 0s, 60s));
  CHECK(tickets.check("v", "123", 1s) == Answer::kNone);
  CHECK(tickets.check("u", "123", 1s) == Answer::kGood);
  CHECK(tickets.check("u", "123", 1s) == Answer::kGood);
  tickets.used("u");
  CHECK(tickets.check("u", "123", 1s) == Answer::kNone);
}

TEST_CASE("a ticket ends with its time, and another word for its uuid renews it") {
  Tickets tickets{8};
  tickets.expect("u", "", 0s, 60s);
  tickets.expect("v", "", 0s, 60s);
  tickets.expect("v", "", 30s, 90s);
  CHECK(tickets.check("u", "", 60s) == Answer::kNone);
  CHECK(tickets.check("v", "", 60s) == Answer::kGood);
  CHECK(tickets.size(60s) == 1);
  CHECK(tickets.size(90s) == 0);
}

TEST_CASE("a ticket is for the id that was asked for, where both sides say one") {
  Tickets tickets{8};
  tickets.expect("u", "123", 0s, 60s);
  CHECK(tickets.check("u", "124", 1s) == Answer::kOtherId);
  CHECK(tickets.check("u", "", 1s) == Answer::kGood);
}

TEST_CASE("a flood of tickets evicts nothing that is fresh, and what is old makes room") {
  Tickets tickets{2};
  CHECK(tickets.expect("a", "", 0s, 10s));
  CHECK(tickets.expect("b", "", 0s, 20s));
  CHECK_FALSE(tickets.expect("c", "", 0s, 60s));
  CHECK(tickets.expect("b", "", 5s, 30s));
  CHECK(tickets.expect("c", "", 10s, 60s));
  CHECK(tickets.size(10s) == 2);
}

TEST_CASE("what is awaited is told when it comes, for as long as somebody waits") {
  Tickets tickets{8};
  bool awaited = true;
  tickets.expect("other", "", 0s, 60s, &awaited);
  CHECK_FALSE(awaited);
  CHECK(tickets.await("u", 0s));
  tickets.expect("u", "", 0s, 60s, &awaited);
  CHECK(awaited);
  CHECK_FALSE(tickets.await("u", 1s));
  tickets.await_no_more("u");
  tickets.expect("u", "", 1s, 61s, &awaited);
  CHECK_FALSE(awaited);
}

}  // namespace
