// SPDX-License-Identifier: Apache-2.0
// What every provider of database/1 must do, as doctest cases for its author. The provider's test file defines a type
// with a default constructor (an empty database) and
//   jct_service_ref database();                       // its table and self
//   void run_until(const std::function<bool()>&);     // lets its threads and loops go on until then
//   uint32_t loops();                                 // worker loops that may ask: 0 .. loops() - 1
//   void reopen();                                    // ends the provider and starts it again on what it has stored
// and has JUNCTOR_DATABASE_CONTRACT(Type); at namespace scope. A case that is never answered hangs in run_until, which
// had better throw.
#pragma once

#include <doctest/doctest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "../database.hpp"

namespace junctor::testing {

inline const std::vector<const char*> kContractSchema = {
    "CREATE TABLE {p}people (id {serial}, name {text} NOT NULL, age {int} NOT NULL, photo {blob}, "
    "CONSTRAINT {p}people_name UNIQUE (name))",
    "CREATE TABLE {p}pets (id {serial}, owner {int} NOT NULL REFERENCES {p}people (id) ON DELETE CASCADE, "
    "name {text} NOT NULL CHECK (name <> ''))",
};

/// Works that wait for their answer.
template <class Provider>
class DatabaseAsker {
 public:
  explicit DatabaseAsker(Provider& provider) : provider_{provider} {}

  jct_status migrate(const std::string& space, const std::vector<std::vector<const char*>>& steps,
                     std::string* text = nullptr) {
    std::vector<std::vector<const char*>> lists = steps;
    std::vector<jct_migration> records;
    for (auto& list : lists) {
      list.push_back(nullptr);
      records.push_back({sizeof(jct_migration), static_cast<uint32_t>(records.size() + 1), list.data()});
    }
    std::vector<const jct_migration*> pointers;
    for (const jct_migration& record : records) pointers.push_back(&record);
    jct_error error{sizeof(jct_error), JCT_OK, {}};
    const jct_status status = table().migrate(self(), str(space), pointers.data(), pointers.size(), &error);
    if (text != nullptr) *text = error.text;
    return status;
  }
  jct_status write(std::function<void(Sql&)> work, uint32_t loop = 0) {
    return wait(table().write, work, "test", loop);
  }
  jct_status read(std::function<void(Sql&)> work, const std::string& space = "test") {
    return wait(table().read, work, space, 0);
  }
  int64_t number(const std::string& sql) {
    int64_t found = -1;
    CHECK(read([&](Sql& sql_) { found = sql_.number(sql); }) == JCT_OK);
    return found;
  }
  /// Asks without waiting; the answer comes to `slot`.
  void begin(bool writes, std::function<void(Sql&)> work, std::shared_ptr<std::optional<jct_status>> slot) {
    ask(writes ? table().write : table().read, std::move(work), "test", 0, std::move(slot));
  }

 private:
  struct Asked {
    std::function<void(Sql&)> work;
    std::shared_ptr<std::optional<jct_status>> slot;
  };
  const jct_database_service& table() { return *static_cast<const jct_database_service*>(provider_.database().table); }
  void* self() { return provider_.database().self; }

  void ask(void (*entry)(void*, const jct_sql_work*), std::function<void(Sql&)> work, const std::string& space,
           uint32_t loop, std::shared_ptr<std::optional<jct_status>> slot) {
    const jct_sql_work raw{new Asked{std::move(work), std::move(slot)},
                           [](void* asked, const jct_transaction* transaction) -> jct_status {
                             return detail::guard(nullptr, [&] {
                               Sql sql{transaction};
                               static_cast<Asked*>(asked)->work(sql);
                             });
                           },
                           [](void* asked, jct_status status) {
                             std::unique_ptr<Asked> owned{static_cast<Asked*>(asked)};
                             CHECK_FALSE(owned->slot->has_value());
                             *owned->slot = status;
                           },
                           str(space),
                           loop,
                           0};
    entry(self(), &raw);
  }
  jct_status wait(void (*entry)(void*, const jct_sql_work*), const std::function<void(Sql&)>& work,
                  const std::string& space, uint32_t loop) {
    auto slot = std::make_shared<std::optional<jct_status>>();
    ask(entry, work, space, loop, slot);
    CHECK_FALSE_MESSAGE(slot->has_value(), "answered inline");
    provider_.run_until([&] { return slot->has_value(); });
    return slot->value_or(JCT_E_TIMEOUT);
  }

  Provider& provider_;
};

/// A migrated database and its asker.
template <class Provider>
struct DatabaseCase {
  DatabaseCase() { CHECK(ask.migrate("test", {kContractSchema}) == JCT_OK); }
  void add(const std::string& name, int64_t age) {
    CHECK(ask.write([&](Sql& sql) {
      sql.exec("INSERT INTO {p}people (name, age) VALUES (?1, ?2)", {name, age});
    }) == JCT_OK);
  }
  int64_t people() { return ask.number("SELECT count(*) FROM {p}people"); }
  Provider provider;
  DatabaseAsker<Provider> ask{provider};
};

TEST_CASE_TEMPLATE_DEFINE("database/1: what was written is read again, of every kind", Provider, database_kinds) {
  DatabaseCase<Provider> db;
  const std::string blob{"\0\xff\x01", 3};
  const int64_t large = INT64_MAX;
  CHECK(db.ask.write([&](Sql& sql) {
    CHECK(sql.exec("INSERT INTO {p}people (name, age, photo) VALUES (?1, ?2, ?3), ('zoe', -1, ?4), ('nil', 0, NULL)",
                   {"Ad\xc3\xa9le", large, Blob{blob}, Blob{""}}) == 3);
  }) == JCT_OK);
  CHECK(db.ask.read([&](Sql& sql) {
    const auto rows = sql.all("SELECT name, age, photo FROM {p}people ORDER BY id LIMIT 9", {}, [](const Row& row) {
      return std::tuple{row.text(0), row.integer(1), row.null(2) ? "null" : row.text(2)};
    });
    REQUIRE(rows.size() == 3);
    CHECK(rows[0] == std::tuple{std::string{"Ad\xc3\xa9le"}, large, blob});
    CHECK(rows[1] == std::tuple{std::string{"zoe"}, int64_t{-1}, std::string{}});
    CHECK(rows[2] == std::tuple{std::string{"nil"}, int64_t{0}, std::string{"null"}});
  }) == JCT_OK);
}

TEST_CASE_TEMPLATE_DEFINE("database/1: a work that fails has written nothing, and others stand", Provider,
                          database_rollback) {
  DatabaseCase<Provider> db;
  db.add("ada", 36);
  CHECK(db.ask.write([](Sql& sql) {
    sql.exec("INSERT INTO {p}people (name, age) VALUES ('bob', 1)");
    throw Error{JCT_E_DENIED, "not allowed"};
  }) == JCT_E_DENIED);
  CHECK(db.ask.write([](Sql& sql) {
    sql.exec("INSERT INTO {p}people (name, age) VALUES ('cid', 1)");
    sql.exec("INSERT INTO {p}people (name, age) VALUES ('ada', 1)");
  }) == JCT_E_EXISTS);
  CHECK(db.people() == 1);
}

TEST_CASE_TEMPLATE_DEFINE("database/1: each mistake has its own answer, and ends the transaction", Provider,
                          database_mistakes) {
  DatabaseCase<Provider> db;
  const auto one = [&](const char* sql, std::vector<Param> parameters) {
    return db.ask.write([&](Sql& run) { run.exec(sql, parameters); });
  };
  CHECK(one("INSERT INTO {p}pets (owner, name) VALUES (99, 'rex')", {}) == JCT_E_MISMATCH);
  CHECK(one("INSERT INTO {p}people (name, age) VALUES ('x', NULL)", {}) == JCT_E_MISMATCH);
  CHECK(one("SELEKT 1", {}) == JCT_E_ARG);
  CHECK(one("SELECT {nothing}", {}) == JCT_E_ARG);
  CHECK(one("SELECT ?1", {}) == JCT_E_ARG);
  CHECK(one("SELECT 1", {2}) == JCT_E_ARG);
  CHECK(one("INSERT INTO {p}people (name, age) VALUES (?1, 1)", {std::string_view{"a\0b", 3}}) == JCT_E_ARG);
  CHECK(one("INSERT INTO {p}people (name, age) VALUES (?1, 1)", {"\xff"}) == JCT_E_ARG);
  CHECK(db.ask.read([](Sql& sql) { sql.exec("DELETE FROM {p}people"); }) == JCT_E_ARG);
  CHECK(db.ask.write([](Sql& sql) {
    try {
      sql.exec("SELEKT 1");
    } catch (const Error&) {
    }
    try {
      sql.exec("INSERT INTO {p}people (name, age) VALUES ('late', 1)");
    } catch (const Error& error) {
      CHECK(error.code() == JCT_E_STATE);
    }
  }) == JCT_E_ARG);
  CHECK(db.people() == 0);
}

TEST_CASE_TEMPLATE_DEFINE("database/1: the shared words work: conflict, returning, like, cascade", Provider,
                          database_words) {
  DatabaseCase<Provider> db;
  db.add("Ada", 36);
  CHECK(db.ask.write([](Sql& sql) {
    const int64_t id = sql.number("SELECT id FROM {p}people WHERE name {like} ?1 ESCAPE '\\'", {"aD%"});
    CHECK(id != 0);
    CHECK(sql.number("SELECT count(*) FROM {p}people WHERE name {like} ?1 ESCAPE '\\'", {"a\\_%"}) == 0);
    const int64_t pet = sql.number("INSERT INTO {p}pets (owner, name) VALUES (?1, 'rex') RETURNING id", {id});
    CHECK(pet != 0);
    CHECK(sql.number("INSERT INTO {p}pets (owner, name) VALUES (?1, 'tom') RETURNING id", {id}) != pet);
    CHECK(sql.exec(
              "INSERT INTO {p}people (name, age) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET age = excluded.age",
              {"Ada", 37}) == 1);
    CHECK(sql.number("SELECT age FROM {p}people WHERE id = ?1", {id}) == 37);
    CHECK(sql.exec("INSERT INTO {p}people (name, age) VALUES (?1, 1) ON CONFLICT DO NOTHING", {"Ada"}) == 0);
    CHECK(sql.number("SELECT age FROM {p}people WHERE id = ?1 AND id = ?1", {id}) == 37);
    CHECK(sql.exec("DELETE FROM {p}people WHERE id = ?1", {id}) == 1);
    CHECK(sql.number("SELECT count(*) FROM {p}pets") == 0);
  }) == JCT_OK);
}

TEST_CASE_TEMPLATE_DEFINE("database/1: writes are as if one came after another", Provider, database_serial) {
  DatabaseCase<Provider> db;
  db.add("counter", 0);
  std::vector<std::shared_ptr<std::optional<jct_status>>> slots;
  for (int i = 0; i < 200; ++i) {
    slots.push_back(std::make_shared<std::optional<jct_status>>());
    db.ask.begin(
        true,
        [](Sql& sql) {
          const int64_t seen = sql.number("SELECT age FROM {p}people WHERE name = 'counter'");
          sql.exec("UPDATE {p}people SET age = ?1 WHERE name = 'counter'", {seen + 1});
        },
        slots.back());
  }
  for (const auto& slot : slots) {
    db.provider.run_until([&] { return slot->has_value(); });
    CHECK(**slot == JCT_OK);
  }
  CHECK(db.ask.number("SELECT age FROM {p}people") == 200);
}

TEST_CASE_TEMPLATE_DEFINE("database/1: rows stop when the caller has enough, and may not ask again inside", Provider,
                          database_rows) {
  DatabaseCase<Provider> db;
  for (const char* name : {"a", "b", "c"}) db.add(name, 1);
  CHECK(db.ask.read([](Sql& sql) {
    int seen = 0;
    sql.exec("SELECT name FROM {p}people ORDER BY name LIMIT 9", {}, [&](const Row&) { return ++seen < 2; });
    CHECK(seen == 2);
    sql.exec("SELECT name FROM {p}people ORDER BY name LIMIT 1", {},
             [&](const Row&) { CHECK_THROWS_AS(sql.number("SELECT 1"), Error); });
    CHECK(sql.number("SELECT count(*) FROM {p}people") == 3);
  }) == JCT_OK);
}

TEST_CASE_TEMPLATE_DEFINE("database/1: a step runs once, later ones follow, and newer tables are refused", Provider,
                          database_migrations) {
  DatabaseCase<Provider> db;
  const std::vector<const char*> second{"ALTER TABLE {p}people ADD COLUMN town {text} NOT NULL DEFAULT ''"};
  db.add("ada", 36);
  db.provider.reopen();
  CHECK(db.ask.migrate("test", {kContractSchema}) == JCT_OK);
  CHECK(db.people() == 1);
  CHECK(db.ask.migrate("test", {kContractSchema, second}) == JCT_OK);
  CHECK(db.ask.number("SELECT count(*) FROM {p}people WHERE town = ''") == 1);

  std::string text;
  CHECK(db.ask.migrate("test", {kContractSchema}, &text) != JCT_OK);
  CHECK(text.find('2') != std::string::npos);
  CHECK(text.find('1') != std::string::npos);
  CHECK(db.ask.migrate("test", {kContractSchema, second, {"CREATE TABLE {p}a (b {int})", "SELEKT 1"}}) != JCT_OK);
  CHECK(db.ask.migrate("test", {kContractSchema, second, {"CREATE TABLE {p}a (b {int})"}}) == JCT_OK);
}

TEST_CASE_TEMPLATE_DEFINE("database/1: spaces do not see each other, and one that was not migrated is refused",
                          Provider, database_spaces) {
  DatabaseCase<Provider> db;
  db.add("ada", 36);
  CHECK(db.ask.read([](Sql&) {}, "other") == JCT_E_STATE);
  CHECK(db.ask.migrate("other", {kContractSchema}) == JCT_OK);
  int64_t there = -1;
  CHECK(db.ask.read([&](Sql& sql) { there = sql.number("SELECT count(*) FROM {p}people"); }, "other") == JCT_OK);
  CHECK(there == 0);
  CHECK(db.ask.migrate("no;name", {kContractSchema}) != JCT_OK);
}

TEST_CASE_TEMPLATE_DEFINE("database/1: what was answered is there after the provider was closed", Provider,
                          database_durable) {
  DatabaseCase<Provider> db;
  for (int i = 0; i < 50; ++i) db.add("name" + std::to_string(i), i);
  db.provider.reopen();
  CHECK(db.ask.migrate("test", {kContractSchema}) == JCT_OK);
  CHECK(db.people() == 50);
}

}  // namespace junctor::testing

#define JUNCTOR_DATABASE_CONTRACT(Provider)                                   \
  TEST_CASE_TEMPLATE_INVOKE(junctor::testing::database_kinds, Provider);      \
  TEST_CASE_TEMPLATE_INVOKE(junctor::testing::database_rollback, Provider);   \
  TEST_CASE_TEMPLATE_INVOKE(junctor::testing::database_mistakes, Provider);   \
  TEST_CASE_TEMPLATE_INVOKE(junctor::testing::database_words, Provider);      \
  TEST_CASE_TEMPLATE_INVOKE(junctor::testing::database_serial, Provider);     \
  TEST_CASE_TEMPLATE_INVOKE(junctor::testing::database_rows, Provider);       \
  TEST_CASE_TEMPLATE_INVOKE(junctor::testing::database_migrations, Provider); \
  TEST_CASE_TEMPLATE_INVOKE(junctor::testing::database_spaces, Provider);     \
  TEST_CASE_TEMPLATE_INVOKE(junctor::testing::database_durable, Provider)
