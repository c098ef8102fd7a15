// SPDX-License-Identifier: Apache-2.0
// Places as operators write them.
#include "storage_postgres/target.hpp"

#include <doctest/doctest.h>

#include <stdexcept>

namespace junctor::storage::postgres {
namespace {

TEST_CASE("a place is a host with or without a port, or the directory of a socket") {
  CHECK(parse_place("db1", 5432) == Place{"db1", 5432});
  CHECK(parse_place("db1.example.org:5433", 5432) == Place{"db1.example.org", 5433});
  CHECK(parse_place("192.0.2.7", 5432) == Place{"192.0.2.7", 5432});
  CHECK(parse_place("[2001:db8::7]:5433", 5432) == Place{"2001:db8::7", 5433});
  CHECK(parse_place("[2001:db8::7]", 5432) == Place{"2001:db8::7", 5432});
  CHECK(parse_place("2001:db8::7", 5432) == Place{"2001:db8::7", 5432});
  CHECK(parse_place("/run/postgresql", 5433) == Place{"/run/postgresql", 5433});
}

TEST_CASE("what libpq would read as something else is refused") {
  for (const char* text : {"", "db1,db2", "db1:", "db1:0", "db1:65536", "db1:54x", "db1 sslmode=disable", "[db1]:5432",
                           "[2001:db8::7", "[2001:db8::7]5432", "/run/a,b", "host='x'"}) {
    CHECK_THROWS_AS(parse_place(text, 5432), std::invalid_argument);
  }
}

TEST_CASE("a place is shown as it can be reached") {
  CHECK(text_of({"db1", 5432}) == "db1:5432");
  CHECK(text_of({"2001:db8::7", 5432}) == "[2001:db8::7]:5432");
  CHECK(text_of({"/run/postgresql", 5432}) == "/run/postgresql/.s.PGSQL.5432");
}

TEST_CASE("an identifier in quotes is one, whatever it holds") {
  CHECK(quoted("site") == "\"site\"");
  CHECK(quoted("a\"; DROP TABLE b; --") == "\"a\"\"; DROP TABLE b; --\"");
}

}  // namespace
}  // namespace junctor::storage::postgres
