// SPDX-License-Identifier: Apache-2.0
#include "time_text.hpp"

#include <doctest/doctest.h>

using namespace junctor::accounts::admin;

TEST_CASE("a time is written and read back") {
  CHECK(time_text(0) == "1970-01-01T00:00:00Z");
  CHECK(time_text(1'769'854'830) == "2026-01-31T10:20:30Z");
  CHECK(parse_time("2026-01-31T10:20:30Z") == 1'769'854'830);
}

TEST_CASE("offsets and fractions are taken, other texts are not") {
  CHECK(parse_time("2026-01-31T11:20:30.123+01:00") == 1'769'854'830);
  CHECK(parse_time("2026-01-31t05:50:30-04:30") == 1'769'854'830);
  for (const char* text : {"", "2026-01-31", "2026-02-30T10:20:30Z", "2026-01-31T24:00:00Z", "2026-01-31T10:20:30",
                           "2026-01-31T10:20:30.Z", "2026-01-31T10:20:30Zx", "1969-12-31T23:59:59Z", "now"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_time(text));
  }
}
