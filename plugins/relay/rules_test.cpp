// SPDX-License-Identifier: Apache-2.0
// Lists, groups, rates as text, and an operator's changes. One thread.
#include "rules.hpp"

#include <doctest/doctest.h>

#include "changes.hpp"

using namespace junctor;
using namespace junctor::relay;

namespace {

wire::Address ip(const std::string& text) { return *wire::Address::parse_ip(text, 5000); }

TEST_CASE("the first group that has one of the addresses or the id is the session's") {
  Rules rules;
  rules.groups.push_back({"office", {*wire::Network::parse("10.0.0.0/8")}, {}});
  rules.groups.push_back({"till", {}, {"77*", "12345678?"}});
  CHECK(rules.group_of(ip("10.1.1.1"), ip("192.0.2.1"), "771")->name == "office");
  CHECK(rules.group_of(ip("192.0.2.1"), ip("10.1.1.1"), "")->name == "office");
  CHECK(rules.group_of(ip("192.0.2.1"), ip("192.0.2.2"), "771")->name == "till");
  CHECK(rules.group_of(ip("192.0.2.1"), ip("192.0.2.2"), "123456789")->name == "till");
  CHECK(rules.group_of(ip("192.0.2.1"), ip("192.0.2.2"), "1234567890") == nullptr);
  CHECK(rules.group_of(ip("192.0.2.1"), ip("192.0.2.2"), "") == nullptr);
}

TEST_CASE("who is refused is told by which rule") {
  Rules rules;
  rules.refused.add("192.0.2.0/24");
  rules.refused_ids.insert("666");
  rules.groups.push_back({"guests", {*wire::Network::parse("10.0.0.0/8")}, {}, 0, 0, 0, true});
  CHECK(std::string{rules.denial(ip("192.0.2.9"), "")} == "blocked");
  CHECK(std::string{rules.denial(ip("198.51.100.1"), "666")} == "blocked");
  CHECK(std::string{rules.denial(ip("10.0.0.1"), "")} == "group_denied");
  CHECK(rules.denial(ip("198.51.100.1"), "667") == nullptr);
}

TEST_CASE("rates are read and written with their unit") {
  CHECK(parse_rate("128Mbit") == 128'000'000);
  CHECK(parse_rate("0") == 0);
  CHECK(parse_rate("134217728bit") == 134'217'728);
  for (const char* text :
       {"", "128", "Mbit", "-1Mbit", "1.5Mbit", "1Mbit ", "99999999Tbit", "18446744073709551616bit"}) {
    CHECK_MESSAGE(!parse_rate(text), text);
  }
  for (const uint64_t rate : {uint64_t{0}, uint64_t{7}, uint64_t{1'500'000}, uint64_t{2'000'000'000}}) {
    CHECK(parse_rate(rate_text(rate)) == rate);
  }
}

TEST_CASE("an operator's changes stand over the configuration, and survive a file") {
  Changes changes;
  changes.rates = {{"total", 100'000'000}, {"session", 5}, {"group office one", 7}, {"group gone", 9}};
  changes.blocks = {"192.0.2.7", "10.0.0.0/8", "666"};
  const Changes read = Changes::parse(changes.text(), "x");
  CHECK(read.rates == changes.rates);
  CHECK(read.blocks == changes.blocks);
  Rules configured;
  configured.groups.push_back({"office one", {}, {}});
  configured.id_rate = 3;
  const Rules rules = read.over(configured);
  CHECK(rules.total_rate == 100'000'000);
  CHECK(rules.rate == 5);
  CHECK(rules.id_rate == 3);
  CHECK(rules.groups[0].rate == 7);
  CHECK(rules.refused.contains(ip("10.1.2.3")));
  CHECK(rules.denial(ip("198.51.100.1"), "666") != nullptr);
}

TEST_CASE("a file of changes that somebody broke is refused with the line") {
  for (const char* text :
       {"limit total", "limit total 5", "block ", "limit  5bit", "nonsense", "block 1\nlimit total fast"}) {
    CHECK_THROWS_AS(Changes::parse(text, "x"), Error);
  }
}

}  // namespace
