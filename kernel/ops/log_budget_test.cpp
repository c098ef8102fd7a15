// SPDX-License-Identifier: Apache-2.0
#include "ops/log_budget.hpp"

#include <doctest/doctest.h>

using namespace junctor::ops;
using namespace std::chrono_literals;
using Weight = LogBudget::Weight;

namespace {

struct Flood {
  LogBudget budget;
  LogBudget::Instant now{100h};

  uint64_t write(Weight weight, int lines, const char* event = "relay.refused") {
    uint64_t through = 0;
    for (int i = 0; i < lines; ++i) through += budget.take(weight, 100, "relay", event, now) ? 100 : 0;
    return through;
  }
};

}  // namespace

TEST_CASE("a flood writes an hour's worth at most, and as much again in each hour") {
  Flood flood;
  flood.budget.set(100'000);
  CHECK(flood.write(Weight::kUsual, 10'000) == 70'000);
  for (int hour = 0; hour < 5; ++hour) {
    uint64_t through = 0;
    for (int minute = 0; minute < 60; ++minute) {
      flood.now += 1min;
      through += flood.write(Weight::kUsual, 1000);
    }
    CHECK(through >= 95'000);
    CHECK(through <= 105'000);
  }
}

TEST_CASE("warnings and errors still have room where a flood of lesser lines has none") {
  Flood flood;
  flood.budget.set(100'000);
  flood.write(Weight::kUsual, 10'000);
  CHECK(flood.write(Weight::kWarning, 10'000, "w") == 20'000);
  CHECK(flood.write(Weight::kError, 10'000, "e") == 10'000);
}

TEST_CASE("what is left out is told of once a minute, by event, the most frequent first") {
  Flood flood;
  flood.budget.set(1000);
  flood.write(Weight::kUsual, 50, "relay.refused");
  flood.write(Weight::kUsual, 200, "relay.parked");
  REQUIRE(flood.budget.is_due(flood.now));
  const LogBudget::LeftOut out = flood.budget.take_left_out(flood.now);
  CHECK(out.lines == 243);
  CHECK(out.bytes == 24'300);
  CHECK(out.events == "relay/relay.parked=200 relay/relay.refused=43");
  flood.write(Weight::kUsual, 1);
  CHECK_FALSE(flood.budget.is_due(flood.now + 59s));
  CHECK(flood.budget.is_due(flood.now + 60s));
}

TEST_CASE("names that somebody makes up do not grow the summary") {
  Flood flood;
  flood.budget.set(1);
  for (int i = 0; i < 10'000; ++i) flood.write(Weight::kUsual, 1, std::to_string(i).c_str());
  CHECK(flood.budget.take_left_out(flood.now).events.size() < 400);
}

TEST_CASE("without a budget everything is written") {
  Flood flood;
  CHECK(flood.write(Weight::kUsual, 10'000) == 1'000'000);
  CHECK_FALSE(flood.budget.has_left_out());
}
