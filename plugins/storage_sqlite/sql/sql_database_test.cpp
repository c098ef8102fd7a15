// SPDX-License-Identifier: Apache-2.0
// database/1 on a real file: the contract, and what is SQLite's own.
#include "storage_sqlite/sql/sql_database.hpp"

#include <junctor/testing/database_contract.hpp>

#include <fstream>

#include "storage_memory/sql_service_table.hpp"
#include "storage_sqlite/test_file.hpp"

namespace junctor::storage {
namespace {

class Counting : public SqlObserver {
 public:
  void waited(std::chrono::nanoseconds) override {}
  void committed(size_t works, std::chrono::nanoseconds) override {
    ++commits_;
    works_ += works;
  }
  void read(std::chrono::nanoseconds) override {}
  void failed(const Fault& fault, size_t) override {
    const std::lock_guard lock{mutex_};
    reasons_.push_back(fault.reason);
  }
  void refused() override { ++refused_; }

  size_t commits() const { return commits_; }
  size_t refused_count() const { return refused_; }
  std::vector<std::string> reasons() const {
    const std::lock_guard lock{mutex_};
    return reasons_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> reasons_;
  std::atomic<size_t> commits_{0}, works_{0}, refused_{0};
};

class OnFile {
 public:
  OnFile() { reopen(); }
  ~OnFile() {
    database_.reset();
    courier_.run_until([] { return true; });
  }
  jct_service_ref database() { return {&sql_service::kTable<SqlDatabase>, database_.get(), {}}; }
  void run_until(const std::function<bool()>& ready) { REQUIRE(courier_.run_until(ready)); }
  uint32_t loops() { return 1; }
  void reopen() {
    database_.reset();
    database_ = std::make_unique<SqlDatabase>(file(), settings, courier_, observer);
  }
  std::string file() const { return (dir_.path() / "junctor.sqlite3").string(); }

  SqlSettings settings = [] {
    SqlSettings quick;
    quick.tuning.busy_timeout = std::chrono::milliseconds{50};
    return quick;
  }();
  Counting observer;

 private:
  TempDir dir_;
  TestCourier courier_;
  std::unique_ptr<SqlDatabase> database_;
};

JUNCTOR_DATABASE_CONTRACT(OnFile);

using Case = testing::DatabaseCase<OnFile>;

TEST_CASE("no file is made before a space migrates") {
  OnFile database;
  CHECK_FALSE(std::filesystem::exists(database.file()));
  testing::DatabaseAsker<OnFile> ask{database};
  CHECK(ask.read([](Sql&) {}) == JCT_E_STATE);
  CHECK(ask.migrate("test", {testing::kContractSchema}) == JCT_OK);
  CHECK(std::filesystem::exists(database.file()));
}

TEST_CASE("works that wait together share a commit") {
  Case db;
  SQLite::Database other{db.provider.file(), SQLite::OPEN_READWRITE, 10'000};
  const size_t before = db.provider.observer.commits();
  std::vector<std::shared_ptr<std::optional<jct_status>>> slots;
  for (int i = 0; i < 100; ++i) {
    slots.push_back(std::make_shared<std::optional<jct_status>>());
    db.ask.begin(
        true, [i](Sql& sql) { sql.exec("INSERT INTO {p}people (name, age) VALUES (?1, 1)", {std::to_string(i)}); },
        slots.back());
  }
  for (const auto& slot : slots) db.provider.run_until([&] { return slot->has_value(); });
  CHECK(db.provider.observer.commits() - before < 100);
  CHECK(db.people() == 100);
}

TEST_CASE("a file that another process holds is an answer, and works again once it is free") {
  Case db;
  SQLite::Database other{db.provider.file(), SQLite::OPEN_READWRITE, 10'000};
  other.exec("BEGIN IMMEDIATE");
  CHECK(db.ask.write([](Sql& sql) { sql.exec("DELETE FROM {p}people"); }) == JCT_E_IO);
  CHECK(db.provider.observer.reasons() == std::vector<std::string>{"locked"});
  CHECK(db.people() == 0);  // readers go on
  other.exec("ROLLBACK");
  db.add("ada", 36);
}

TEST_CASE("a start waits for another process that has the file alone, and says once for whom") {
  Case db;
  db.add("ada", 36);
  std::atomic<int> told{0};
  std::atomic<bool> free{false};
  db.provider.settings.tuning.busy_timeout = std::chrono::milliseconds{0};
  db.provider.settings.start.longest = std::chrono::seconds{60};
  db.provider.settings.start.waits = [&](const Fault& fault) {
    CHECK(fault.reason == "locked");
    ++told;
  };
  db.provider.reopen();
  std::thread holder{[file = db.provider.file(), &told, &free] {
    SQLite::Database other{file, SQLite::OPEN_READWRITE};
    other.exec("PRAGMA locking_mode = exclusive; BEGIN EXCLUSIVE; CREATE TABLE hold (x)");
    free = true;
    while (told == 0) std::this_thread::yield();
    other.exec("ROLLBACK");
  }};
  while (!free) std::this_thread::yield();
  CHECK(db.ask.migrate("test", {testing::kContractSchema}) == JCT_OK);
  holder.join();
  CHECK(told == 1);
  CHECK(db.people() == 1);
}

TEST_CASE("a start does not wait for ever, and not at all for what time does not mend") {
  OnFile database;
  testing::DatabaseAsker<OnFile> ask{database};
  std::string text;
  SUBCASE("somebody keeps the file") {
    SQLite::Database other{database.file(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE};
    other.exec("BEGIN EXCLUSIVE");
    database.settings.start.longest = std::chrono::milliseconds{100};
    database.reopen();
    CHECK(ask.migrate("test", {testing::kContractSchema}, &text) == JCT_E_IO);
    CHECK(text.find("locked by another process") != std::string::npos);
  }
  SUBCASE("it is no database") {
    std::ofstream{database.file()} << std::string(4096, 'g');
    database.settings.start.longest = std::chrono::hours{1};
    database.settings.start.waits = [](const Fault&) { FAIL("it waited"); };
    database.reopen();
    CHECK(ask.migrate("test", {testing::kContractSchema}, &text) == JCT_E_IO);
    CHECK(text.find("restore a backup") != std::string::npos);
  }
}

TEST_CASE("a full disk costs the works that need room, and nothing is half stored") {
  Case db;
  db.add("ada", 36);
  db.provider.reopen();
  CHECK(db.ask.migrate("test", {testing::kContractSchema}) == JCT_OK);
  // The limit is one connection's own: it is set where the writes run.
  CHECK(db.ask.write([](Sql& sql) { sql.exec("PRAGMA max_page_count = 12"); }) == JCT_OK);
  const std::string large(100'000, 'x');
  CHECK(db.ask.write([&](Sql& sql) {
    sql.exec("INSERT INTO {p}people (name, age) VALUES ('bob', 1)");
    sql.exec("INSERT INTO {p}people (name, age, photo) VALUES ('cid', 1, ?1)", {Blob{large}});
  }) == JCT_E_IO);
  CHECK(db.provider.observer.reasons() == std::vector<std::string>{"disk_full"});
  CHECK(db.people() == 1);
  CHECK(db.ask.write([](Sql& sql) { sql.exec("PRAGMA max_page_count = 100000"); }) == JCT_OK);
  db.add("bob", 1);
}

TEST_CASE("a file that was moved away is not written to") {
  Case db;
  db.add("ada", 36);
  std::filesystem::rename(db.provider.file(), db.provider.file() + ".away");
  CHECK(db.ask.write([](Sql& sql) { sql.exec("DELETE FROM {p}people"); }) == JCT_E_IO);
  CHECK(db.provider.observer.reasons().back() == "moved");
}

TEST_CASE("a statement that runs for ever is ended") {
  Case db;
  db.provider.settings.patience = std::chrono::milliseconds{20};
  db.provider.reopen();
  CHECK(db.ask.migrate("test", {testing::kContractSchema}) == JCT_OK);
  CHECK(db.ask.read([](Sql& sql) {
    sql.number("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n");
  }) == JCT_E_TIMEOUT);
  CHECK(db.people() == 0);
}

TEST_CASE("a full queue and a closed database are answers") {
  Case db;
  db.provider.settings.queue = 1;
  db.provider.settings.batch = 1;
  db.provider.reopen();
  CHECK(db.ask.migrate("test", {testing::kContractSchema}) == JCT_OK);
  std::vector<std::shared_ptr<std::optional<jct_status>>> slots;
  std::mutex hold;
  std::unique_lock held{hold};
  for (int i = 0; i < 50; ++i) {
    slots.push_back(std::make_shared<std::optional<jct_status>>());
    db.ask.begin(
        true, [&hold](Sql&) { const std::lock_guard wait{hold}; }, slots.back());
  }
  held.unlock();
  size_t refused = 0;
  for (const auto& slot : slots) {
    db.provider.run_until([&] { return slot->has_value(); });
    if (**slot == JCT_E_LIMIT) ++refused;
  }
  CHECK(refused >= 48);
  CHECK(refused == db.provider.observer.refused_count());
  static_cast<SqlDatabase*>(db.provider.database().self)->close();
  CHECK(db.ask.write([](Sql&) {}) == JCT_E_CLOSED);
  CHECK(db.ask.read([](Sql&) {}) == JCT_E_CLOSED);
}

TEST_CASE("a file that is no database refuses with its name and the mend") {
  OnFile database;
  std::ofstream{database.file()} << std::string(4096, 'g');
  testing::DatabaseAsker<OnFile> ask{database};
  std::string text;
  CHECK(ask.migrate("test", {testing::kContractSchema}, &text) == JCT_E_IO);
  CHECK(text.find("restore a backup") != std::string::npos);
  CHECK(text.find(database.file()) != std::string::npos);
}

}  // namespace
}  // namespace junctor::storage
