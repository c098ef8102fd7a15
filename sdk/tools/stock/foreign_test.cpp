// SPDX-License-Identifier: Apache-2.0
#include "tools/stock/foreign.hpp"

#include <SQLiteCpp/Database.h>
#include <doctest/doctest.h>

namespace junctor::stock {
namespace {

SQLite::Database peers(const std::string& columns, const std::string& rows) {
  SQLite::Database database{":memory:", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE};
  database.exec(
      "create table peer (guid blob primary key, id text, uuid blob, pk blob, created_at text, user blob, "
      "status int, note text, info text" +
      columns + ")");
  if (!rows.empty()) database.exec("insert into peer values " + rows);
  return database;
}

TEST_CASE("the stock's own columns are nobody else's, whatever they hold") {
  SQLite::Database database = peers("", "(x'01', 'a', x'', x'', 'now', x'01', 1, 'banned', '{}')");
  const Foreign foreign = read_foreign(database);
  CHECK(foreign.columns.empty());
  CHECK(foreign.banned.empty());
}

TEST_CASE("a further column counts where it holds something, and a ban names its peers") {
  SQLite::Database database = peers(", is_banned, \"deleted \"\"at\", region, blocked_at",
                                    "(x'01', 'b', 0, 0, 0, 0, 0, 0, 0, 1, null, '', null), (x'02', 'a', 0, 0, 0, 0, 0, "
                                    "0, 0, 'true', 0, 'eu', '2024-01-01'),"
                                    "(x'03', 'c', 0, 0, 0, 0, 0, 0, 0, 'False', '2024', null, ''), (x'04', 'd', 0, 0, "
                                    "0, 0, 0, 0, 0, 0, null, ' ', 0)");
  const Foreign foreign = read_foreign(database);
  REQUIRE(foreign.columns.size() == 4);
  CHECK(foreign.columns[0].name == "is_banned");
  CHECK(foreign.columns[0].rows == 2);
  CHECK(foreign.columns[0].bans);
  CHECK(foreign.columns[1].name == "deleted \"at");
  CHECK(foreign.columns[1].rows == 1);
  CHECK_FALSE(foreign.columns[1].bans);
  CHECK(foreign.columns[2].rows == 1);
  CHECK(foreign.columns[3].rows == 1);
  CHECK(foreign.banned == std::vector<std::string>{"a", "b"});
}

TEST_CASE("a column bans by its name") {
  for (const char* name : {"ban", "Banned", "is_blocked", "disabled_at", "blacklisted", "access_denied"}) {
    CHECK(is_ban(name));
  }
  for (const char* name : {"unban_count", "deleted", "region", "online", ""}) CHECK_FALSE(is_ban(name));
}

}  // namespace
}  // namespace junctor::stock
