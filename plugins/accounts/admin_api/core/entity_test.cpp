// SPDX-License-Identifier: Apache-2.0
#include "accounts/admin_api/core/entity.hpp"

#include <doctest/doctest.h>

using namespace junctor::accounts::admin;

TEST_CASE("what changes by itself is shown and leaves the ETag alone") {
  Entity one;
  one.fixed.put("name", "a");
  const std::string tag = one.etag();
  CHECK(one.json() == R"({"name":"a"})");
  one.live.put("online", true);
  CHECK(one.json() == R"({"name":"a","online":true})");
  CHECK(one.etag() == tag);
  one.fixed.put("note", "n");
  CHECK(one.etag() != tag);
}

TEST_CASE("a header names a tag among others, weakly, or any") {
  CHECK(names_tag("\"a\"", "\"a\""));
  CHECK(names_tag("\"b\", W/\"a\"", "\"a\""));
  CHECK(names_tag("*", "\"a\""));
  CHECK_FALSE(names_tag("\"b\"", "\"a\""));
  CHECK_FALSE(names_tag("", "\"a\""));
}
