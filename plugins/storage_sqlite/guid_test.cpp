// SPDX-License-Identifier: Apache-2.0
// Guids: unique and in order, whatever the clock does.
#include "storage_sqlite/guid.hpp"

#include <doctest/doctest.h>

namespace junctor::storage {
namespace {

TEST_CASE("guids have 16 bytes and grow with time, within a millisecond and when the clock goes back") {
  uint64_t now = 1'700'000'000'000;
  GuidSource guids{[&now] { return now; }, [] { return uint64_t{0xffff'ffff'ffff'ffff}; }};

  std::string last = guids.next();
  CHECK(last.size() == 16);
  for (int i = 0; i < 70'000; ++i) {
    if (i == 68'000) now -= 5'000;
    if (i == 69'000) now += 10'000;
    std::string next = guids.next();
    REQUIRE(next.size() == 16);
    REQUIRE(last < next);
    last = std::move(next);
  }
}

TEST_CASE("two sources at the same moment differ by their random half") {
  CHECK(system_guids().next().substr(8) != system_guids().next().substr(8));
}

}  // namespace
}  // namespace junctor::storage
