// SPDX-License-Identifier: Apache-2.0
// What the system's resolver knows everywhere.
#include "wire/names.hpp"

#include <doctest/doctest.h>

using namespace junctor::wire;

TEST_CASE("the system knows localhost") {
  const Addresses found = look_up_name("localhost");
  REQUIRE_FALSE(found.empty());
  CHECK(found[0].is_loopback());
  std::string why;
  CHECK(look_up_name("no such name", &why).empty());
  CHECK_FALSE(why.empty());
}
