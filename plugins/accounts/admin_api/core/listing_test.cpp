// SPDX-License-Identifier: Apache-2.0
#include "accounts/admin_api/core/listing.hpp"

#include <doctest/doctest.h>

using namespace junctor::accounts::admin;

namespace {

constexpr SortColumn kColumns[] = {{"name", "u.name_key"}, {"created", "u.created", true}};

constexpr Endpoint kUsers = list("users.list", "/users", "User").sorted("name|-created");

Query query(std::string_view text) { return parse_query(text).value(); }

}  // namespace

TEST_CASE("a first page asks for one row more than it shows") {
  const Query none{};
  Listing listing{kUsers, none, kColumns};
  CHECK(listing.statement("u.guid", "{p}users u", "u.id") ==
        "SELECT u.name_key, u.id, u.guid FROM {p}users u ORDER BY u.name_key, u.id LIMIT 51");
}

TEST_CASE("a cursor goes on behind the row that it stands on, in both directions") {
  const Query down = query("sort=-created&limit=2&cursor=" + Cursor{"-created", "1700", 9}.text());
  Listing listing{kUsers, down, kColumns};
  listing.where("u.status = " + listing.bind_number(1));
  CHECK(listing.statement("u.guid", "{p}users u", "u.id") ==
        "SELECT u.created, u.id, u.guid FROM {p}users u WHERE u.status = ?1 AND (u.created < ?2 OR (u.created = ?2 AND "
        "u.id < ?3)) ORDER BY u.created DESC, u.id DESC LIMIT 3");
  CHECK(listing.parameters().size() == 3);
  CHECK(listing.count_statement("{p}users u") == "SELECT COUNT(*) FROM {p}users u WHERE u.status = ?1");
}

TEST_CASE("a cursor of another order, or none at all, is refused") {
  for (const std::string& text : {Cursor{"name", "a", 1}.text(), Cursor{"-created", "a", 1}.text(), std::string{"%41"},
                                  std::string{"Zm9v"}, std::string{"____"}}) {
    CAPTURE(text);
    const Query asked = query("sort=-created&cursor=" + text);
    CHECK_THROWS_AS((Listing{kUsers, asked, kColumns}), Refused);
  }
}

TEST_CASE("a cursor holds any text") {
  const Cursor cursor{"name", "a\nb \xc3\xa9\"", -5};
  const auto back = Cursor::parse(cursor.text());
  REQUIRE(back);
  CHECK(back->value == cursor.value);
  CHECK(back->id == -5);
}

TEST_CASE("what LIKE takes for wild is looked for as it is") {
  const Query asked = query("name=50%25_");
  Listing listing{kUsers, asked, kColumns};
  listing.contains("name", {"u.name", "u.email"});
  CHECK(listing.count_statement("x") ==
        "SELECT COUNT(*) FROM x WHERE (u.name {like} ?1 ESCAPE '\\' OR u.email {like} ?1 ESCAPE '\\')");
  CHECK(like_escaped("50%_\\") == "50\\%\\_\\\\");
}
