// SPDX-License-Identifier: Apache-2.0
#include "rows.hpp"

#include <doctest/doctest.h>

using namespace junctor::relay;

namespace {

TEST_CASE("sessions are rows of flat objects, and ids from the wire cannot break out of them") {
  const SessionRow row{
      7, "a\"b", "198.51.100.1:1", "198.51.100.2:2", "tcp-ws", 60, 1, 10, 1ULL << 40, 8000, "office", true, "~123"};
  CHECK(
      sessions_json({row}, 5, 2) ==
      R"({"rows":[{"session":7,"id":"a\"b","a":"198.51.100.1:1","b":"198.51.100.2:2","transport":"tcp-ws","age_s":60,"idle_s":1,)"
      R"("bytes_ab":10,"bytes_ba":1099511627776,"rate":8000,"group":"office","slowed":true,"a_id":"~123"}],"total":5,"waiting":2})");
}

TEST_CASE("no session is an empty list") { CHECK(sessions_json({}, 0, 0) == R"({"rows":[],"total":0,"waiting":0})"); }

TEST_CASE("limits are shown as the configuration writes them") {
  CHECK(limits_json({{"total", 100'000'000, 5, 2, 0}}, 3, {"192.0.2.1"}) ==
        R"({"rows":[{"limit":"total","rate":"100Mbit","now":5,"sessions":2,"max_sessions":"none"}],"tickets":3,)"
        R"("blocked":["192.0.2.1"]})");
}

}  // namespace
