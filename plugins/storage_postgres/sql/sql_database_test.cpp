// SPDX-License-Identifier: Apache-2.0
// database/1 on a real server: the contract, other nodes' transactions, and a server that goes and comes.
#include "storage_postgres/sql/sql_database.hpp"

#include <junctor/testing/database_contract.hpp>

#include <atomic>
#include <thread>

#include "storage_memory/sql_service_table.hpp"
#include "storage_postgres/test_server.hpp"

namespace junctor::storage::postgres {
namespace {

class Counting : public SqlWatcher, public LinkObserver {
 public:
  void waited(std::chrono::nanoseconds) override {}
  void committed(size_t, std::chrono::nanoseconds) override { ++commits_; }
  void read(std::chrono::nanoseconds) override {}
  void failed(const Fault& fault, size_t) override {
    const std::lock_guard lock{mutex_};
    reasons_.push_back(fault.reason);
  }
  void refused() override { ++refused_; }
  void retried(size_t works) override { retries_ += works; }
  void connected(const char*, const Connection&, bool) override {}
  void lost(const char*, const Fault&) override {}
  void failed(const char*, const Fault&) override {}

  size_t commits() const { return commits_; }
  size_t refused_count() const { return refused_; }
  size_t retries() const { return retries_; }
  std::vector<std::string> reasons() const {
    const std::lock_guard lock{mutex_};
    return reasons_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> reasons_;
  std::atomic<size_t> commits_{0}, refused_{0}, retries_{0};
};

/// A node on a schema: of its own, or another node's.
class Node {
 public:
  explicit Node(Target where = fresh_target()) : target{std::move(where)} { reopen(); }
  ~Node() {
    database_.reset();
    courier_.run_until([] { return true; });
  }
  jct_service_ref database() { return {&sql_service::kTable<SqlDatabase>, database_.get(), {}}; }
  void run_until(const std::function<bool()>& ready) { REQUIRE(courier_.run_until(ready)); }
  uint32_t loops() { return 1; }
  void reopen() {
    database_.reset();
    database_ = std::make_unique<SqlDatabase>(target, settings, courier_, observer, observer);
  }
  void close() { database_->close(); }
  std::string sql(const std::string& statement) const {
    return server().sql("SET search_path = " + target.schema + "; " + statement);
  }

  Target target;
  SqlSettings settings;
  Counting observer;

 private:
  TestCourier courier_;
  std::unique_ptr<SqlDatabase> database_;
};

JUNCTOR_DATABASE_CONTRACT(Node);

using Case = testing::DatabaseCase<Node>;
using Slot = std::shared_ptr<std::optional<jct_status>>;

TEST_CASE("no table is made before a space migrates, and the store's own name is refused") {
  Node node;
  testing::DatabaseAsker<Node> ask{node};
  CHECK(ask.read([](Sql&) {}) == JCT_E_STATE);
  CHECK(server().sql("SELECT count(*) FROM pg_namespace WHERE nspname = '" + node.target.schema + "'") == "0\n");
  std::string text;
  CHECK(ask.migrate("junctor", {testing::kContractSchema}, &text) == JCT_E_IO);
  CHECK(text.find("otherwise") != std::string::npos);
}

TEST_CASE("works that wait together share a commit, and keep the order in which they were asked") {
  Case db;
  std::mutex hold;
  std::unique_lock held{hold};
  std::vector<Slot> slots;
  const auto begin = [&](std::function<void(Sql&)> work) {
    slots.push_back(std::make_shared<std::optional<jct_status>>());
    db.ask.begin(true, std::move(work), slots.back());
  };
  const size_t before = db.provider.observer.commits();
  begin([&](Sql&) { const std::lock_guard wait{hold}; });
  for (int i = 0; i < 100; ++i) {
    begin([i](Sql& sql) { sql.exec("INSERT INTO {p}people (name, age) VALUES (?1, 1)", {std::to_string(i)}); });
  }
  held.unlock();
  for (const Slot& slot : slots) db.provider.run_until([&] { return slot->has_value(); });
  CHECK(db.provider.observer.commits() - before <= 3);
  CHECK(db.provider.sql("SELECT string_agg(name, ',' ORDER BY id) = "
                        "(SELECT string_agg(i::text, ',' ORDER BY i) FROM generate_series(0, 99) i) "
                        "FROM test_people") == "t\n");
}

TEST_CASE("a work that fails in a shared commit takes nobody along") {
  Case db;
  std::mutex hold;
  std::unique_lock held{hold};
  std::vector<Slot> slots;
  const auto begin = [&](std::function<void(Sql&)> work) {
    slots.push_back(std::make_shared<std::optional<jct_status>>());
    db.ask.begin(true, std::move(work), slots.back());
  };
  begin([&](Sql&) { const std::lock_guard wait{hold}; });
  begin([](Sql& sql) { sql.exec("INSERT INTO {p}people (name, age) VALUES ('ada', 1)"); });
  begin([](Sql& sql) {
    sql.exec("INSERT INTO {p}people (name, age) VALUES ('bob', 1)");
    sql.exec("INSERT INTO {p}people (name, age) VALUES ('ada', 1)");
  });
  begin([](Sql& sql) { sql.exec("SELEKT"); });
  begin([](Sql&) {});
  begin([](Sql& sql) { sql.exec("INSERT INTO {p}people (name, age) VALUES ('cid', 1)"); });
  held.unlock();
  for (const Slot& slot : slots) db.provider.run_until([&] { return slot->has_value(); });
  CHECK(**slots[1] == JCT_OK);
  CHECK(**slots[2] == JCT_E_EXISTS);
  CHECK(**slots[3] == JCT_E_ARG);
  CHECK(**slots[5] == JCT_OK);
  CHECK(db.provider.sql("SELECT string_agg(name, ',' ORDER BY name) FROM test_people") == "ada,cid\n");
}

TEST_CASE("kinds are those of the values: numbers of every width, truth, sums and texts") {
  Case db;
  db.add("ada", 36);
  db.add("bob", 4);
  CHECK(db.ask.read([](Sql& sql) {
    CHECK(sql.number("SELECT sum(age) FROM {p}people") == 40);
    CHECK(sql.number("SELECT count(*) FROM {p}people WHERE age > ?1", {10}) == 1);
    CHECK(sql.number("SELECT age = 36 FROM {p}people WHERE name = ?1", {"ada"}) == 1);
    CHECK(sql.number("SELECT ?1 + ?1", {int64_t{1} << 40}) == int64_t{1} << 41);
    CHECK(sql.number("SELECT count(*) FROM {p}people WHERE ?1 IS NULL OR name = ?1", {nullptr}) == 2);
    CHECK(sql.number("SELECT count(*) FROM {p}people WHERE (?1 IS NULL OR age = ?1) AND age > ?2", {nullptr, 5}) == 1);
    CHECK(sql.number("SELECT CASE WHEN ?1 IS NULL THEN 7 ELSE 8 END", {nullptr}) == 7);
    CHECK(sql.number("SELECT CASE WHEN ?1 IS NULL THEN 7 ELSE 8 END", {"x"}) == 8);
    CHECK(sql.one("SELECT ?1", {Blob{"\x01\xff"}}, [](const Row& row) { return row.text(0); }) == "\x01\xff");
    CHECK(sql.one("SELECT max(name) FROM {p}people", {}, [](const Row& row) { return row.text(0); }) == "bob");
  }) == JCT_OK);
}

TEST_CASE("texts sort by their bytes, and match without case in ASCII alone") {
  Case db;
  for (const char* name : {"b", "A", "a", "B", "\xc3\xa4"}) db.add(name, 1);
  CHECK(db.ask.read([](Sql& sql) {
    const auto names =
        sql.all("SELECT name FROM {p}people ORDER BY name LIMIT 9", {}, [](const Row& row) { return row.text(0); });
    CHECK(names == std::vector<std::string>{"A", "B", "a", "b", "\xc3\xa4"});
    CHECK(sql.number("SELECT count(*) FROM {p}people WHERE name {like} 'A'") == 2);
    CHECK(sql.number("SELECT count(*) FROM {p}people WHERE name {like} ?1", {"\xc3\x84"}) == 0);
  }) == JCT_OK);
}

TEST_CASE("two nodes that change the same rows come to what one after the other would have come to") {
  Case one;
  one.add("counter", 0);
  Node second{one.provider.target};
  second.settings.retries = one.provider.settings.retries = 200;
  one.provider.reopen();
  second.reopen();
  testing::DatabaseAsker<Node> other{second};
  CHECK(one.ask.migrate("test", {testing::kContractSchema}) == JCT_OK);
  CHECK(other.migrate("test", {testing::kContractSchema}) == JCT_OK);
  const auto add_one = [](Sql& sql) {
    const int64_t seen = sql.number("SELECT age FROM {p}people WHERE name = 'counter'");
    sql.exec("UPDATE {p}people SET age = ?1 WHERE name = 'counter'", {seen + 1});
  };
  std::vector<Slot> here, there;
  for (int i = 0; i < 100; ++i) {
    here.push_back(std::make_shared<std::optional<jct_status>>());
    one.ask.begin(true, add_one, here.back());
    there.push_back(std::make_shared<std::optional<jct_status>>());
    other.begin(true, add_one, there.back());
  }
  for (const Slot& slot : here) one.provider.run_until([&] { return slot->has_value(); });
  for (const Slot& slot : there) second.run_until([&] { return slot->has_value(); });
  int64_t done = 0;
  for (const auto& slots : {here, there}) {
    for (const Slot& slot : slots) {
      CHECK(**slot == JCT_OK);
      done += **slot == JCT_OK ? 1 : 0;
    }
  }
  CHECK(one.ask.number("SELECT age FROM {p}people") == done);
}

TEST_CASE("a work that meets another transaction is run again from the beginning, and no more often than allowed") {
  Case db;
  db.add("ada", 1);
  db.provider.settings.retries = 3;
  db.provider.reopen();
  CHECK(db.ask.migrate("test", {testing::kContractSchema}) == JCT_OK);
  int runs = 0;
  const auto meet = [&](int times) {
    runs = 0;
    return db.ask.write([&, times](Sql& sql) {
      const int64_t seen = sql.number("SELECT age FROM {p}people WHERE name = 'ada'");
      if (runs++ < times) db.provider.sql("UPDATE test_people SET age = age + 10");
      sql.exec("UPDATE {p}people SET age = ?1 WHERE name = 'ada'", {seen + 1});
    });
  };
  CHECK(meet(2) == JCT_OK);
  CHECK(runs == 3);
  CHECK(db.ask.number("SELECT age FROM {p}people") == 22);
  CHECK(meet(1000) == JCT_E_AGAIN);
  CHECK(runs == 4);
  CHECK(db.provider.observer.reasons() == std::vector<std::string>{"conflict"});
  CHECK(db.ask.number("SELECT age FROM {p}people") == 62);
}

TEST_CASE("a write that leans on what another has changed meanwhile is serialisable, not only undisturbed") {
  Case db;
  db.add("ada", 1);
  db.add("bob", 1);
  // Each of two transactions reads both rows and changes one: without SERIALIZABLE both would pass.
  bool met = false;
  CHECK(db.ask.write([&](Sql& sql) {
    const int64_t sum = sql.number("SELECT sum(age) FROM {p}people");
    if (!std::exchange(met, true)) {
      db.provider.sql(
          "BEGIN ISOLATION LEVEL SERIALIZABLE; SELECT sum(age) FROM test_people; "
          "UPDATE test_people SET age = 0 WHERE name = 'bob'; COMMIT");
    }
    if (sum == 2) sql.exec("UPDATE {p}people SET age = 0 WHERE name = 'ada'");
  }) == JCT_OK);
  CHECK(db.provider.sql("SELECT name, age FROM test_people ORDER BY name") == "ada|1\nbob|0\n");
}

TEST_CASE("a statement that runs for ever is ended, and the next one works") {
  Case db;
  db.provider.target.statement_timeout = Millis{200};
  db.provider.reopen();
  CHECK(db.ask.migrate("test", {testing::kContractSchema}) == JCT_OK);
  CHECK(db.ask.read([](Sql& sql) { sql.number("SELECT count(*) FROM pg_sleep(3600)"); }) == JCT_E_TIMEOUT);
  CHECK(db.ask.write([](Sql& sql) { sql.number("SELECT count(*) FROM pg_sleep(3600)"); }) == JCT_E_TIMEOUT);
  CHECK(db.people() == 0);
  db.add("ada", 36);
}

TEST_CASE("a work that ends its transaction by itself has not done anything more, and nobody else is harmed") {
  Case db;
  CHECK(db.ask.write([](Sql& sql) {
    sql.exec("COMMIT");
    sql.exec("INSERT INTO {p}people (name, age) VALUES ('ada', 1)");
  }) == JCT_E_IO);
  CHECK(db.people() == 0);
  db.add("bob", 1);
}

TEST_CASE("tables that another node has changed are read with their new columns") {
  Case db;
  db.add("ada", 36);
  const auto all = [&] {
    size_t columns = 0;
    CHECK(db.ask.read([&](Sql& sql) {
      sql.exec("SELECT * FROM {p}people", {}, [&](const Row& row) { columns = row.size(); });
    }) == JCT_OK);
    return columns;
  };
  const size_t before = all();
  db.provider.sql("ALTER TABLE test_people ADD COLUMN town TEXT NOT NULL DEFAULT ''");
  for (int i = 0; i < 4; ++i) CHECK(all() == before + 1);  // each of the readers
}

TEST_CASE("more statements than are kept prepared") {
  Case db;
  CHECK(db.ask.read([&](Sql& sql) {
    for (int i = 0; i < 1100; ++i) CHECK(sql.number("SELECT " + std::to_string(i)) == i);
  }) == JCT_OK);
  CHECK(db.people() == 0);
}

TEST_CASE("a full queue and a closed database are answers") {
  Case db;
  db.provider.settings.queue = 1;
  db.provider.settings.batch = 1;
  db.provider.reopen();
  CHECK(db.ask.migrate("test", {testing::kContractSchema}) == JCT_OK);
  std::vector<Slot> slots;
  std::mutex hold;
  std::unique_lock held{hold};
  for (int i = 0; i < 50; ++i) {
    slots.push_back(std::make_shared<std::optional<jct_status>>());
    db.ask.begin(
        true, [&hold](Sql&) { const std::lock_guard wait{hold}; }, slots.back());
  }
  held.unlock();
  size_t refused = 0;
  for (const Slot& slot : slots) {
    db.provider.run_until([&] { return slot->has_value(); });
    if (**slot == JCT_E_LIMIT) ++refused;
  }
  CHECK(refused >= 48);
  CHECK(refused == db.provider.observer.refused_count());
  db.provider.close();
  CHECK(db.ask.write([](Sql&) {}) == JCT_E_CLOSED);
  CHECK(db.ask.read([](Sql&) {}) == JCT_E_CLOSED);
}

TEST_CASE("connections that were cut while nobody asked are made again without a failed work") {
  Case db;
  db.add("ada", 36);
  db.provider.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'junctor'");
  db.add("bob", 36);
  for (int i = 0; i < 4; ++i) CHECK(db.people() == 2);
}

TEST_CASE("while the server is away works are answered at once, and they work again by themselves") {
  Case db;
  db.add("ada", 36);
  server().kill();
  for (int i = 0; i < 20; ++i) {
    CHECK(db.ask.write([](Sql& sql) { sql.exec("DELETE FROM {p}people"); }) == JCT_E_IO);
    CHECK(db.ask.read([](Sql& sql) { sql.number("SELECT 1"); }) == JCT_E_IO);
  }
  server().start();
  REQUIRE(testing::eventually([&] {
    return db.ask.write([](Sql& sql) {
      sql.exec("INSERT INTO {p}people (name, age) VALUES ('bob', 1) ON CONFLICT DO NOTHING");
    }) == JCT_OK;
  }));
  REQUIRE(testing::eventually([&] { return db.ask.read([](Sql&) {}) == JCT_OK; }));
  CHECK(db.provider.sql("SELECT count(*) FROM test_people") == "2\n");
}

}  // namespace
}  // namespace junctor::storage::postgres
