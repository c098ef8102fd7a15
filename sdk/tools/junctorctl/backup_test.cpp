// SPDX-License-Identifier: Apache-2.0
// Copies of a directory whose database is being written all the while.
#include "tools/junctorctl/backup.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <SQLiteCpp/Transaction.h>
#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <functional>
#include <thread>

#include "../../../tests/support/temp_dir.hpp"

using namespace junctor::tools;
using junctor::testing::read_file;
using junctor::testing::TempDir;

namespace {

namespace fs = std::filesystem;

struct Site : TempDir {
  Site() {
    write("data/id_ed25519", "secret");
    fs::permissions(file("data/id_ed25519"), fs::perms::owner_read | fs::perms::owner_write);
    write("data/relay_changes", "limit");
    write("etc/conf.d/90-site.toml", "[relay]\n");
    SQLite::Database database{file("data/db_v2.sqlite3"), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE};
    database.exec("PRAGMA journal_mode=WAL; CREATE TABLE pair (a INTEGER, b INTEGER)");
  }
  std::vector<BackedUp> back_up_to(const std::string& name) { return back_up(file("data"), file("etc"), file(name)); }
};

int64_t number(const std::string& file, const char* query) {
  SQLite::Database database{file, SQLite::OPEN_READONLY};
  return database.execAndGet(query).getInt64();
}

std::string error_of(const std::function<void()>& fn) {
  try {
    fn();
  } catch (const BackupError& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE(
    "keys, what plugins keep and configuration are copied with their modes; sockets and logs of a database are not") {
  Site site;
  SQLite::Database open{site.file("data/db_v2.sqlite3"), SQLite::OPEN_READWRITE};
  open.exec("INSERT INTO pair VALUES (1, 1)");
  REQUIRE(fs::exists(site.file("data/db_v2.sqlite3-wal")));
  const auto done = site.back_up_to("copy");
  std::vector<std::string> files;
  for (const BackedUp& one : done) files.push_back(one.how + " " + one.file);
  CHECK(files == std::vector<std::string>{"file config/conf.d/90-site.toml", "database db_v2.sqlite3",
                                          "file id_ed25519", "file relay_changes"});
  CHECK(read_file(site.file("copy/id_ed25519")) == "secret");
  CHECK(fs::status(site.file("copy/id_ed25519")).permissions() == (fs::perms::owner_read | fs::perms::owner_write));
  CHECK(fs::status(site.file("copy")).permissions() == fs::perms::owner_all);
  CHECK(number(site.file("copy/db_v2.sqlite3"), "SELECT count(*) FROM pair") == 1);
}

TEST_CASE(
    "a database that is written all the while is copied as it was at one moment, with all that was committed before") {
  Site site;
  std::atomic<int64_t> committed{0};
  std::atomic<bool> stop{false};
  std::thread writer{[&] {
    SQLite::Database database{site.file("data/db_v2.sqlite3"), SQLite::OPEN_READWRITE, 5'000};
    while (!stop) {
      SQLite::Transaction transaction{database};
      database.exec("INSERT INTO pair VALUES (1, 0)");
      database.exec("UPDATE pair SET b = 1 WHERE b = 0");
      transaction.commit();
      ++committed;
    }
  }};
  for (int i = 0; i < 10; ++i) {
    const int64_t before = committed;
    const std::string name = "copy" + std::to_string(i);
    site.back_up_to(name);
    const std::string copy = site.file(name + "/db_v2.sqlite3");
    CHECK(number(copy, "SELECT count(*) FROM pair WHERE b = 0") == 0);
    CHECK(number(copy, "SELECT count(*) FROM pair") >= before);
  }
  stop = true;
  writer.join();
}

TEST_CASE("what cannot be backed up is said, and leaves nothing behind") {
  Site site;
  fs::create_directory(site.file("there"));
  CHECK(error_of([&] { site.back_up_to("there"); }).find("exists already") != std::string::npos);
  CHECK(error_of([&] { site.back_up_to("data/copy"); }).find("which it would copy") != std::string::npos);
  CHECK(error_of([&] { back_up(site.file("none"), "", site.file("x")); }).find("no directory") != std::string::npos);
  site.write("data/db_v2.sqlite3", std::string("SQLite format 3\0", 16) + std::string(5'000, 'x'));
  CHECK(error_of([&] { site.back_up_to("torn"); }).find("db_v2.sqlite3") != std::string::npos);
  CHECK_FALSE(fs::exists(site.file("torn")));
  CHECK_FALSE(fs::exists(site.file("torn.part")));
}

TEST_CASE("a copy is made where nothing is, is private all the while, and follows no link that waits there") {
  Site site;
  fs::create_directory(site.file("elsewhere"));
  fs::create_directory_symlink(site.file("elsewhere"), site.file("copy.part"));
  CHECK(error_of([&] { site.back_up_to("copy"); }).find("copy.part is there already") != std::string::npos);
  CHECK(fs::is_empty(site.file("elsewhere")));
  fs::remove(site.file("copy.part"));
  site.write("data/junctord.lock", "7\n");
  fs::create_directory_symlink("..", site.file("data/circle"));
  site.back_up_to("copy");
  CHECK_FALSE(fs::exists(site.file("copy/junctord.lock")));
  CHECK_FALSE(fs::exists(site.file("copy/circle")));
  for (const auto& entry : fs::recursive_directory_iterator{site.file("copy")}) {
    CAPTURE(entry.path().string());
    if (entry.is_directory()) CHECK(entry.status().permissions() == fs::perms::owner_all);
  }
}
