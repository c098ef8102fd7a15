// SPDX-License-Identifier: Apache-2.0
// The steps run, from nothing, on SQLite; and every name keeps to what PostgreSQL allows.
#include "accounts/store/schema.hpp"

#include <doctest/doctest.h>
#include <junctor/testing/fake_database.hpp>

#include <algorithm>
#include <set>
#include <string>

namespace junctor::accounts {
namespace {

TEST_CASE("the tables are made from nothing") {
  testing::FakeHost host;
  testing::FakeDatabase raw{host};
  Host plugin{host.raw()};
  auto database = host.on_control([&] { return Database{plugin}; });
  host.on_control([&] { database.migrate("accounts", schema()); });
  std::optional<int64_t> users;
  host.on_loop(0, [&] {
    database.read([](Sql& sql) { return sql.number("SELECT count(*) FROM {p}users"); },
                  [&](jct_status status, int64_t count) {
                    if (status == JCT_OK) users = count;
                  });
  });
  host.run_until_idle();
  CHECK(users == 0);
}

TEST_CASE("no name of a table or index is longer than PostgreSQL keeps apart, nor given twice") {
  std::set<std::string> seen;
  for (const Migration& step : schema()) {
    for (const std::string statement : step.statements) {
      if (statement.rfind("ALTER", 0) == 0) continue;  // of a table that has its name
      for (const char* word : {"TABLE {p}", "INDEX {p}", "CONSTRAINT {p}"}) {
        for (size_t at = statement.find(word); at != std::string::npos; at = statement.find(word, at + 1)) {
          const size_t begin = at + std::string{word}.size();
          const std::string name = statement.substr(begin, statement.find(' ', begin) - begin);
          CHECK_MESSAGE(name.size() <= 40, name);
          CHECK_MESSAGE(seen.insert(name).second, name);
        }
      }
    }
  }
  CHECK(seen.size() > 50);
}

}  // namespace
}  // namespace junctor::accounts
