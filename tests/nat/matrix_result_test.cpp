// SPDX-License-Identifier: Apache-2.0
// How an attempt's outcome is read, judged and shown.
#include <doctest/doctest.h>

#include "matrix.hpp"

using namespace junctor::nat;

namespace {

Attempt attempt(const Expectation& expectation, const std::string& said) {
  Attempt one;
  one.a = "here";
  one.b = "there";
  one.expectation = expectation;
  read_result(said, one);
  return one;
}

}  // namespace

TEST_CASE("an attempt that went as expected is no complaint") {
  CHECK(attempt({{Way::kTcp, Way::kUdp}}, "udp 17\nok\n").complaint().empty());
  CHECK(attempt({{Way::kRelay}, false}, "relay 18031\nok\n").complaint().empty());
}

TEST_CASE("another way, another time and no way at all are told") {
  CHECK(attempt({{Way::kTcp}}, "relay 30\nok\n").complaint() ==
        "here to there (TCP): wanted tcp, got relay after 30 ms");
  CHECK(attempt({{Way::kRelay}, false}, "relay 30\nok\n").complaint() ==
        "here to there (TCP): wanted relay after 18 s, got relay after 30 ms");
  CHECK(attempt({{Way::kRelay}}, "relay 18030\nok\n").complaint() ==
        "here to there (TCP): wanted relay at once, got relay after 18030 ms");
  CHECK(attempt({{Way::kRelay}}, "refused: 2").complaint() == "here to there (TCP): wanted relay, failed: refused: 2");
}

TEST_CASE("a way that opened but was not gone to the end is a failure") {
  const Attempt half = attempt({{Way::kTcp}}, "tcp 20\na byte differs at 7\n");
  CHECK_FALSE(half.way);
  CHECK(half.result() == "failed");
}

TEST_CASE("a table has its rows and columns in the order of the attempts, and holes where there is none") {
  Attempt one = attempt({{Way::kTcp}}, "tcp 20\nok\n"), other = attempt({{Way::kRelay}, false}, "relay 18020\nok\n");
  other.a = "elsewhere";
  other.b = "nowhere";
  const auto a = [](const Attempt& each) { return each.a; };
  const auto b = [](const Attempt& each) { return each.b; };
  CHECK(table({one, other}, "A", a, b) ==
        "| A | there | nowhere |\n"
        "| --- | --- | --- |\n"
        "| here | tcp |  |\n"
        "| elsewhere |  | relay, 18 s |\n");
}
