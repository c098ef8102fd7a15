// SPDX-License-Identifier: Apache-2.0
#include "report.hpp"

#include <doctest/doctest.h>

namespace junctor::bench {

TEST_CASE("a spread is median, least and most") {
  const Spread odd = spread({3, 1, 2});
  CHECK(odd.median == 2);
  CHECK(odd.least == 1);
  CHECK(odd.most == 3);
  CHECK(spread({4, 1, 2, 3}).median == 2.5);
  CHECK(spread({}).median == 0);
}

TEST_CASE("a percentile is the value below which that part lies") {
  std::vector<double> values;
  for (int i = 100; i > 0; --i) values.push_back(i);
  CHECK(percentile(values, 0.5) == 51);
  CHECK(percentile(values, 0.99) == 100);
  CHECK(percentile(values, 1) == 100);
}

TEST_CASE("the fairness index is 1 for equal shares and 1/n for one winner") {
  CHECK(fairness_index({5, 5, 5, 5}) == doctest::Approx(1));
  CHECK(fairness_index({8, 0, 0, 0}) == doctest::Approx(0.25));
}

TEST_CASE("a ratio is of the same round, and a loss needs every round over twice the target") {
  Report report;
  Row& base = report.add({"part", "what", "splice", "s", nullptr});
  Row& row = report.add({"part", "what", "junctor", "s", &base, 1.1});
  row.gates = true;
  base.rounds = {1, 10, 2};
  row.rounds = {3, 20, 8};
  CHECK(row.ratios().median == 3);
  CHECK(row.ratios().least == 2);
  CHECK(row.verdict() == "missed");
  CHECK_FALSE(row.lost());
  row.rounds = {3, 30, 8};
  CHECK(row.lost());
  CHECK(report.any_lost());
  row.gates = false;
  CHECK_FALSE(report.any_lost());
}

TEST_CASE("large numbers are written in groups of three") {
  CHECK(with_commas(0) == "0");
  CHECK(with_commas(999) == "999");
  CHECK(with_commas(1000) == "1,000");
  CHECK(with_commas(1'234'567) == "1,234,567");
}

TEST_CASE("a target may be of the value beside a ratio") {
  Report report;
  Row& base = report.add({"part", "what", "bare", "us", nullptr});
  Row& row = report.add({"part", "what", "junctor", "us", &base, 60, false, true, true});
  base.rounds = {50, 60};
  row.rounds = {60, 66};
  CHECK(row.verdict() == "missed");
  CHECK(row.ratios().median < 1.3);
  row.rounds = {59, 60};
  CHECK(row.verdict() == "met");
  row.rounds = {121, 130};
  CHECK(row.lost());
}

TEST_CASE("a target may be a floor") {
  Report report;
  Row& row = report.add({"part", "what", "junctor", "", nullptr, 0.99, true});
  row.rounds = {0.98};
  CHECK(row.verdict() == "missed");
  row.rounds = {1};
  CHECK(row.verdict() == "met");
}

}  // namespace junctor::bench
