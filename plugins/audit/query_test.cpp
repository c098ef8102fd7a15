// SPDX-License-Identifier: Apache-2.0
#include "query.hpp"

#include <doctest/doctest.h>

namespace junctor::audit {
namespace {

constexpr uint64_t kNow = 1'700'000'000'000'000;
const auto kNever = std::chrono::steady_clock::time_point::max();

Query query(const std::vector<std::string>& words) {
  std::string why;
  const auto parsed = parse_query(words, kNow, &why);
  REQUIRE(parsed);
  return *parsed;
}

std::string line(uint64_t second, const std::string& kind, const std::string& rest) {
  return R"({"time":")" + time_text(second * 1'000'000) + R"(","kind":")" + kind + "\"," + rest + "}\n";
}

const std::string kText =
    line(1'699'999'000, "registration", R"("id":"123456789","b":"198.51.100.2:5")") +
    line(1'699'999'900, "punch", R"("id":"123456789","a":"203.0.113.1:5","a_id":"~987654321 ~55")") +
    "{\"time\":\"torn\n" + line(1'699'999'950, "relay", R"("id":"222222222","a":"203.0.113.0/24")");

const std::string kDecided = line(1'699'999'000, "operator", R"("what":"blocked","network":"10.0.0.0/8")") +
                             line(1'699'999'001, "registration", R"("what":"renamed","id":"22","by":"operator")") +
                             line(1'699'999'002, "registration", R"("what":"renamed","id":"33","by":"device")") +
                             line(1'699'999'003, "relay", R"("what":"stop","id":"22","reason":"operator")");

size_t found(const std::vector<std::string>& words, const std::string& text = kText) {
  Found all;
  search(text, query(words), kNever, &all);
  return all.rows.size();
}

TEST_CASE("a question is options with values; anything else is told with what is expected") {
  std::string why;
  for (const std::vector<std::string>& wrong : {std::vector<std::string>{"--id"},
                                                {"--limit", "0"},
                                                {"--limit", "10001"},
                                                {"--since", "2"},
                                                {"--since", "h"},
                                                {"--kind", "all"},
                                                {"--address", "x"},
                                                {"123456789"},
                                                {"--id", ""}}) {
    why.clear();
    CHECK_FALSE(parse_query(wrong, kNow, &why));
    CHECK(why.rfind("expected: audit ", 0) == 0);
  }
  CHECK(query({"--since", "2h"}).since == kNow - 7'200'000'000);
  CHECK(query({}).limit == 100);
}

TEST_CASE("the newest come first, and older files are not asked when there are enough") {
  Found all;
  CHECK_FALSE(search(kText, query({"--limit", "2"}), kNever, &all));
  REQUIRE(all.rows.size() == 2);
  CHECK(all.rows[0]->getValue<std::string>("id") == "222222222");
  CHECK(search(kText, query({}), kNever, &all));
  CHECK(all.rows.size() == 5);
}

TEST_CASE("by id: B's, and a guess at A's as a whole") {
  CHECK(found({"--id", "123456789"}) == 2);
  CHECK(found({"--id", "987654321"}) == 1);
  CHECK(found({"--id", "55"}) == 1);
  CHECK(found({"--id", "5"}) == 0);
  CHECK(found({"--id", "98765432"}) == 0);
}

TEST_CASE("by address of either side, by kind, by time") {
  CHECK(found({"--address", "198.51.100.2"}) == 1);
  CHECK(found({"--address", "203.0.113.0/24"}) == 2);
  CHECK(found({"--kind", "punch"}) == 1);
  CHECK(found({"--since", "2m"}) == 2);
  CHECK(found({"--since", "2m", "--kind", "relay"}) == 1);
}

TEST_CASE("what an operator did is found in whatever kind of record it is") {
  CHECK(found({"--kind", "operator"}, kDecided) == 3);
  CHECK(found({"--kind", "relay"}, kDecided) == 1);
}

TEST_CASE("a block is found by an address in it, and by a network that it is in") {
  CHECK(found({"--address", "10.1.2.3"}, kDecided) == 1);
  CHECK(found({"--address", "10.0.0.0/7"}, kDecided) == 1);
  CHECK(found({"--address", "11.0.0.0/8"}, kDecided) == 0);
}

}  // namespace
}  // namespace junctor::audit
