// SPDX-License-Identifier: Apache-2.0
// Seats, numbers of sessions and what they share. One thread.
#include "ledger.hpp"

#include <doctest/doctest.h>

#include <thread>
#include <vector>

using namespace std::chrono_literals;
using namespace junctor;
using namespace junctor::relay;

namespace {

wire::Address ip(const std::string& text) { return *wire::Address::parse_ip(text, 5000); }

std::string word(const Ledger::Seated& seated) { return seated.refusal == nullptr ? "" : seated.refusal; }

TEST_CASE("without a rule a session is in no pool and no account") {
  Ledger ledger{{}};
  const auto seated = ledger.sit(ip("192.0.2.1"), ip("192.0.2.2"), "1");
  CHECK(word(seated) == "");
  CHECK(seated.seat.pools().empty());
  CHECK(seated.seat.rate() == 0);
  CHECK(ledger.uses(10).empty());
}

TEST_CASE("sessions of one address are counted, on either side, and a seat that goes is free again") {
  Rules rules;
  rules.address_sessions = 2;
  Ledger ledger{rules};
  auto first = ledger.sit(ip("192.0.2.1"), ip("192.0.2.2"), "");
  const auto second = ledger.sit(ip("192.0.2.3"), ip("192.0.2.1"), "");
  CHECK(word(ledger.sit(ip("192.0.2.1"), ip("192.0.2.4"), "")) == "address_sessions");
  CHECK(ledger.uses(10).size() == 3);
  first.seat = Seat{};
  CHECK(word(ledger.sit(ip("192.0.2.1"), ip("192.0.2.4"), "")) == "");
  CHECK(ledger.uses(10).size() == 2);
}

TEST_CASE("both sides at one address take one place") {
  Rules rules;
  rules.address_sessions = 1;
  Ledger ledger{rules};
  const auto seated = ledger.sit(ip("192.0.2.1"), ip("192.0.2.1"), "");
  CHECK(word(seated) == "");
  CHECK(ledger.uses(10).at(0).sessions == 1);
}

TEST_CASE("the addresses of an IPv6 network of 64 bits are one client") {
  Rules rules;
  rules.address_sessions = 1;
  Ledger ledger{rules};
  const auto seated = ledger.sit(ip("2001:db8::1"), ip("192.0.2.1"), "");
  CHECK(word(ledger.sit(ip("2001:db8::2"), ip("192.0.2.2"), "")) == "address_sessions");
  CHECK(word(ledger.sit(ip("2001:db8:0:1::1"), ip("192.0.2.2"), "")) == "");
}

TEST_CASE("an id and a group have their numbers too") {
  Rules rules;
  rules.id_sessions = 1;
  rules.groups.push_back({"till", {}, {"7*"}, 0, 0, 2});
  Ledger ledger{rules};
  const auto first = ledger.sit(ip("192.0.2.1"), ip("192.0.2.2"), "71");
  CHECK(word(ledger.sit(ip("192.0.2.3"), ip("192.0.2.4"), "71")) == "id_sessions");
  const auto second = ledger.sit(ip("192.0.2.1"), ip("192.0.2.2"), "72");
  CHECK(word(ledger.sit(ip("192.0.2.3"), ip("192.0.2.4"), "73")) == "group_sessions");
  CHECK(first.seat.group() == "till");
  const auto uses = ledger.uses(10);
  CHECK(uses.at(0).kind == "group");
  CHECK(uses.at(0).sessions == 2);
}

TEST_CASE("a session is in the pools of everything that has a rate, and shares them") {
  Rules rules;
  rules.rate = 50;
  rules.total_rate = 1000;
  rules.address_rate = 100;
  rules.groups.push_back({"till", {}, {"7*"}, 200, 25});
  Ledger ledger{rules};
  const auto one = ledger.sit(ip("192.0.2.1"), ip("192.0.2.2"), "71");
  const auto two = ledger.sit(ip("192.0.2.1"), ip("192.0.2.3"), "8");
  CHECK(one.seat.pools().size() == 4);  // the relay's, the group's, two addresses'
  CHECK(two.seat.pools().size() == 3);
  CHECK(one.seat.rate() == 25);
  CHECK(two.seat.rate() == 50);
  CHECK(one.seat.pools()[2] == two.seat.pools()[1]);
}

TEST_CASE("new rules change the rates of open accounts at once, and the rest with the next seat") {
  Rules rules;
  rules.address_rate = 100;
  Ledger ledger{rules};
  auto seated = ledger.sit(ip("192.0.2.1"), ip("192.0.2.2"), "");
  rules.address_rate = 40;
  rules.total_rate = 70;
  rules.address_sessions = 1;
  ledger.apply(rules);
  CHECK(seated.seat.pools().at(0)->rate() == 40);
  seated.seat = ledger.sit_again(ip("192.0.2.1"), ip("192.0.2.2"), "").seat;
  CHECK(seated.seat.pools().size() == 3);
  CHECK(ledger.uses(10).at(0).sessions == 1);
}

TEST_CASE("a session that may no longer run is told so when it sits down again") {
  Ledger ledger{{}};
  const auto seated = ledger.sit(ip("192.0.2.1"), ip("192.0.2.2"), "");
  Rules rules;
  rules.refused.add("192.0.2.2");
  ledger.apply(rules);
  CHECK(word(ledger.sit_again(ip("192.0.2.1"), ip("192.0.2.2"), "")) == "blocked");
}

TEST_CASE("who is on the list of the slow is slow from the begin") {
  Rules rules;
  rules.rate = 128;
  rules.slowing.rate = 32;
  rules.slowed.add("192.0.2.2");
  Ledger ledger{rules};
  const auto seated = ledger.sit(ip("192.0.2.1"), ip("192.0.2.2"), "");
  CHECK(seated.seat.slowed());
  CHECK(seated.seat.rate() == 32);
  CHECK_FALSE(ledger.sit(ip("192.0.2.1"), ip("192.0.2.3"), "").seat.slowed());
}

TEST_CASE("loops sit, measure and leave at once, rules change, and nothing is left behind") {
  Rules rules;
  rules.total_rate = 1'000'000;
  rules.address_rate = 500'000;
  Ledger ledger{rules};
  const auto loop = [&ledger](int number) {
    for (int i = 0; i < 500; ++i) {
      auto seated = ledger.sit(ip("192.0.2.1"), ip("192.0.2." + std::to_string(i % 7 + 2)), "1");
      Share share{seated.seat.pools(), 0ms};
      for (int tick = 1; tick <= 4; ++tick) {
        share.measure(static_cast<uint64_t>(tick * 10'000 * number), 0, std::chrono::milliseconds{tick * 150});
      }
      seated.seat = ledger.sit_again(ip("192.0.2.1"), ip("192.0.2.2"), "1").seat;
    }
  };
  std::vector<std::thread> loops;
  for (int number = 1; number <= 4; ++number) loops.emplace_back(loop, number);
  for (int i = 0; i < 100; ++i) {
    rules.total_rate = 1'000'000 + static_cast<uint64_t>(i);
    ledger.apply(rules);
    CHECK(ledger.uses(10).size() <= 10);
  }
  for (std::thread& one : loops) one.join();
  CHECK(ledger.uses(10).empty());
  CHECK(ledger.total().use() == 0);
  CHECK(ledger.total().first_level() == 1'000'099);
}

}  // namespace
