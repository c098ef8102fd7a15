// SPDX-License-Identifier: Apache-2.0
// Hours of the week: how they are written, and what they hold.
#include "accounts/model/hours.hpp"

#include <doctest/doctest.h>

namespace junctor::accounts {
namespace {

constexpr int64_t kMinute = 60, kHour = 3600, kDay = 86400;
constexpr int64_t kMonday = 1767571200;  // 2026-01-05 00:00 UTC

WeeklyHours hours(std::string_view text) {
  std::string why;
  const auto parsed = WeeklyHours::parse(text, &why);
  REQUIRE_MESSAGE(parsed, why);
  return *parsed;
}

TEST_CASE("hours of the week hold on their days, from their first minute to before their last") {
  const WeeklyHours office = hours("mon-fri 08:00-18:00, Sat 09:00-12:30");
  CHECK_FALSE(office.contains(kMonday + 8 * kHour - 1));
  CHECK(office.contains(kMonday + 8 * kHour));
  CHECK(office.contains(kMonday + 18 * kHour - 1));
  CHECK_FALSE(office.contains(kMonday + 18 * kHour));
  CHECK(office.contains(kMonday + 4 * kDay + 9 * kHour));
  CHECK(office.contains(kMonday + 5 * kDay + 12 * kHour + 29 * kMinute));
  CHECK_FALSE(office.contains(kMonday + 5 * kDay + 12 * kHour + 30 * kMinute));
  CHECK_FALSE(office.contains(kMonday + 6 * kDay + 9 * kHour));
  CHECK_FALSE(office.contains(kMonday - kDay + 9 * kHour));
}

TEST_CASE("a night goes on after midnight, on Sunday into the next week, and days may wrap") {
  const WeeklyHours night = hours("sat-sun 22:00-06:00");
  CHECK(night.contains(kMonday + 5 * kDay + 23 * kHour));
  CHECK(night.contains(kMonday + 6 * kDay + 5 * kHour));
  CHECK(night.contains(kMonday + 5 * kHour));
  CHECK_FALSE(night.contains(kMonday + 6 * kHour));
  CHECK_FALSE(night.contains(kMonday + 23 * kHour));
  const WeeklyHours wrapped = hours("sun-mon 00:00-24:00");
  CHECK(wrapped.contains(kMonday));
  CHECK(wrapped.contains(kMonday - 1));
  CHECK_FALSE(wrapped.contains(kMonday + kDay));
}

TEST_CASE("what is not hours is refused with what was expected") {
  for (const char* bad : {"mon", "mon 8-18", "mon-fri 08:00", "mon 08:00-25:00", "mon 24:00-08:00", "mon 08:60-09:00",
                          "xyz 08:00-09:00", "mon 08:00-08:00", ", mon 08:00-09:00", "mon-fri-sat 08:00-09:00"}) {
    CAPTURE(bad);
    std::string why;
    CHECK_FALSE(WeeklyHours::parse(bad, &why));
    CHECK(why.find("mon-fri 08:00-18:00") != std::string::npos);
  }
  CHECK(hours("  ").always());
}

TEST_CASE("a validity tells hours from days") {
  Validity validity{kMonday, kMonday + kDay, hours("mon 08:00-18:00")};
  CHECK(validity.at(kMonday - 1) == Moment::kOver);
  CHECK(validity.at(kMonday) == Moment::kOutsideHours);
  CHECK(validity.at(kMonday + 9 * kHour) == Moment::kInside);
  CHECK(validity.at(kMonday + kDay) == Moment::kOver);
  CHECK(Validity{}.at(0) == Moment::kInside);
}

}  // namespace
}  // namespace junctor::accounts
