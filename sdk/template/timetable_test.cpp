// SPDX-License-Identifier: Apache-2.0
// The logic alone: no host is needed, not even a fake one.
#include "timetable.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <ctime>

using hours::Timetable;

namespace {

/// Microseconds since 1970 of a time on some day, in UTC.
constexpr uint64_t at(uint64_t hour, uint64_t minute) {
  constexpr uint64_t kDays = 20'000;
  return (kDays * 86'400 + hour * 3'600 + minute * 60) * 1'000'000;
}

Timetable table(const char* open, const char* close, const char* zone = "utc") {
  std::string why;
  const auto made = Timetable::parse(open, close, zone, &why);
  REQUIRE_MESSAGE(made, why);
  return *made;
}

TEST_CASE("the first minute is open and the last one is not") {
  const Timetable day = table("08:00", "18:00");
  CHECK_FALSE(day.is_open(at(7, 59)));
  CHECK(day.is_open(at(8, 0)));
  CHECK(day.is_open(at(17, 59)));
  CHECK_FALSE(day.is_open(at(18, 0)));
}

TEST_CASE("a night shift goes on past midnight") {
  const Timetable night = table("22:00", "06:00");
  CHECK(night.is_open(at(23, 0)));
  CHECK(night.is_open(at(5, 59)));
  CHECK_FALSE(night.is_open(at(6, 0)));
  CHECK_FALSE(night.is_open(at(21, 59)));
}

TEST_CASE("equal times mean that it never closes") { CHECK(table("08:00", "08:00").is_open(at(3, 0))); }

TEST_CASE("an offset moves the day, in both directions and over midnight") {
  CHECK(table("08:00", "18:00", "+02:00").is_open(at(6, 0)));
  CHECK_FALSE(table("08:00", "18:00", "+02:00").is_open(at(16, 0)));
  CHECK(table("20:00", "21:00", "-05:00").is_open(at(1, 30)));
}

TEST_CASE("local time is the server's") {
  setenv("TZ", "XYZ-3", 1);
  tzset();
  CHECK(table("08:00", "18:00", "local").is_open(at(5, 0)));
  CHECK_FALSE(table("08:00", "18:00", "local").is_open(at(4, 59)));
}

TEST_CASE("it is known when it opens and when it closes") {
  const Timetable day = table("08:00", "18:30");
  CHECK(day.next_change(at(12, 0)) == "18:30");
  CHECK(day.next_change(at(20, 0)) == "08:00");
}

TEST_CASE("texts that are not times are refused with what was expected") {
  std::string why;
  CHECK_FALSE(Timetable::parse("8:00", "18:00", "utc", &why));
  CHECK(why == "expected a time such as \"08:00\", got \"8:00\"");
  CHECK_FALSE(Timetable::parse("08:00", "24:00", "utc", &why));
  CHECK_FALSE(Timetable::parse("08:00", "18:60", "utc", &why));
  CHECK_FALSE(Timetable::parse("08:00", "18:00", "mars", &why));
  CHECK_FALSE(Timetable::parse("08:00", "18:00", "", &why));
}

}  // namespace
