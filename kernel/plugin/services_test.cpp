// SPDX-License-Identifier: Apache-2.0
// Services are found by whoever is bound to their provider, and by nobody else.
#include "plugin/services.hpp"

#include <doctest/doctest.h>

using junctor::plugin::Services;

TEST_CASE("a user finds what its providers provide, in their order") {
  Services services;
  int first = 0;
  int second = 0;
  CHECK(services.provide("b#2", "auth/1", {"b", &second, nullptr}));
  CHECK(services.provide("a#1", "auth/1", {"a", &first, nullptr}));
  CHECK_FALSE(services.provide("a#1", "auth/1", {"a", &second, nullptr}));
  services.bind("user#3", {"a#1", "b#2"});
  const auto found = services.find("user#3", "auth/1");
  REQUIRE(found.size() == 2);
  CHECK(found[0].table == &first);
  CHECK(found[1].table == &second);
  CHECK(services.find("user#3", "keys/1").empty());
  CHECK(services.find("stranger#4", "auth/1").empty());
}

TEST_CASE("an old object and its successor do not meet") {
  Services services;
  int old_table = 0;
  int new_table = 0;
  services.provide("a#1", "auth/1", {"a", &old_table, nullptr});
  services.bind("user#2", {"a#1"});
  services.provide("a#3", "auth/1", {"a", &new_table, nullptr});
  services.bind("user#4", {"a#3"});
  CHECK(services.find("user#2", "auth/1").at(0).table == &old_table);
  CHECK(services.find("user#4", "auth/1").at(0).table == &new_table);
  services.withdraw("a#1");
  CHECK_FALSE(services.provides("a#1", "auth/1"));
  CHECK(services.provides("a#3", "auth/1"));
  CHECK(services.find("user#2", "auth/1").empty());
}
