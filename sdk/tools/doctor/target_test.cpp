// SPDX-License-Identifier: Apache-2.0
#include "tools/doctor/target.hpp"

#include <doctest/doctest.h>

using namespace junctor::tools::doctor;

TEST_CASE("the relay that clients assume is on P+1") {
  Target target;
  target.server = {"rd.example.org", 22116};
  CHECK(target.default_relay() == "rd.example.org:22117");
  CHECK(target.port(-1) == 22115);
}
