// SPDX-License-Identifier: Apache-2.0
// Tests of RegisterRate.
#include "register_rate.hpp"

#include <doctest/doctest.h>

#include <string>

namespace junctor::rendezvous {
namespace {

using namespace std::chrono_literals;

TEST_CASE("an id may register three times in six seconds, and again once the first is older") {
  RegisterRate rate{{1}};
  CHECK(rate.allow("123456789", 100s));
  CHECK(rate.allow("123456789", 102s));
  CHECK(rate.allow("123456789", 104s));
  CHECK_FALSE(rate.allow("123456789", 105s));
  CHECK_FALSE(rate.allow("123456789", 105999ms));
  CHECK(rate.allow("123456789", 106s));
  CHECK_FALSE(rate.allow("123456789", 107s));
}

TEST_CASE("one id's registrations do not count against another's") {
  RegisterRate rate{{1}};
  for (int i = 0; i < 3; ++i) rate.allow("123456789", 1s);
  CHECK_FALSE(rate.allow("123456789", 1s));
  CHECK(rate.allow("987654321", 1s));
}

TEST_CASE("limit and window follow the configuration at once") {
  RegisterRate rate{{1}};
  rate.configure(1, 10s);
  CHECK(rate.allow("123456789", 1s));
  CHECK_FALSE(rate.allow("123456789", 10s));
  rate.configure(2, 10s);
  CHECK(rate.allow("123456789", 10s));
}

TEST_CASE("a flood of ids leaves the memory as it is and lets new ids in") {
  RegisterRate rate{{1}};
  for (int i = 0; i < 100'000; ++i) REQUIRE(rate.allow("flood-" + std::to_string(i), 1s));
}

}  // namespace
}  // namespace junctor::rendezvous
