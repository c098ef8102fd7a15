// SPDX-License-Identifier: Apache-2.0
// The tokens of database/1, prefixes and what counts as a text.
#include <doctest/doctest.h>

#include <junctor/sql_dialect.hpp>

namespace junctor {
namespace {

TEST_CASE("tokens become the backend's words, and an unknown or open one makes the statement void") {
  CHECK(expand_sql("SELECT id FROM {p}users WHERE name {like} ?1", "accounts_", SqlWords{}) ==
        "SELECT id FROM accounts_users WHERE name LIKE ?1");
  CHECK(expand_sql("CREATE TABLE {p}t (id {serial}, a {int}, b {blob}, c {text})", "x_", SqlWords{}) ==
        "CREATE TABLE x_t (id INTEGER PRIMARY KEY AUTOINCREMENT, a INTEGER, b BLOB, c TEXT)");
  CHECK(expand_sql("SELECT 1", "x_", SqlWords{}) == "SELECT 1");
  CHECK(expand_sql("SELECT ?1, {p}a.b FROM {p}a WHERE c = ?2", "x_", {"BIGINT", "TEXT", "BYTEA", "-", "ILIKE", '$'}) ==
        "SELECT $1, x_a.b FROM x_a WHERE c = $2");
  CHECK(expand_sql("SELECT {nothing}", "x_", SqlWords{}).empty());
  CHECK(expand_sql("SELECT {p", "x_", SqlWords{}).empty());
}

TEST_CASE("a space's name becomes a prefix, unless it could break out of a statement") {
  CHECK(table_prefix("accounts") == "accounts_");
  CHECK(table_prefix("relay-eu") == "relay_eu_");
  CHECK(table_prefix("").empty());
  CHECK(table_prefix("a;b").empty());
  CHECK(table_prefix("A").empty());
  CHECK(table_prefix(std::string(65, 'a')).empty());
}

TEST_CASE("text is valid UTF-8 without a NUL") {
  for (const char* good :
       {"", "ada", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\xed\x9f\xbf", "\xf4\x8f\xbf\xbf"}) {
    CHECK(is_sql_text(good));
  }
  CHECK_FALSE(is_sql_text(std::string_view{"a\0b", 3}));
  for (const char* bad : {"\xc0\xaf", "\xc3", "\xe2\x82", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xff", "\x80",
                          "\xe0\x80\xaf", "\xf0\x80\x80\xaf", "\xc3z"}) {
    CHECK_FALSE(is_sql_text(bad));
  }
}

}  // namespace
}  // namespace junctor
