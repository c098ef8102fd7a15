// SPDX-License-Identifier: Apache-2.0
// A database that cannot be used when the server starts: a clear error, exit code 2, and nothing is touched.
#include <SQLiteCpp/SQLiteCpp.h>
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>

#include "disk.hpp"
#include "site.hpp"

namespace junctor::site {
namespace {

namespace fs = std::filesystem;

std::string database_of(Site& site) { return site.server().data_dir() + "/db_v2.sqlite3"; }

/// A database as a stopped server leaves it, with one peer.
void run_once(Site& site) {
  site.start();
  const Device device{site, "127.0.0.3"};
  CHECK(site.server().stop() == 0);
}

void check_refused(Site& site, const std::string& word) {
  site.server().launch();
  CHECK(site.server().wait_exit() == 2);
  CHECK(site.server().log_has("storage_sqlite", word));
  INFO(site.server().log());
  CHECK(site.server().log_has(database_of(site)));
}

TEST_CASE("a file that is no database, or a damaged one, refuses the start and stays as it is") {
  Site site;
  run_once(site);
  const std::string file = database_of(site);
  std::string word;
  SUBCASE("something else") {
    std::ofstream{file, std::ios::binary | std::ios::trunc} << std::string(8192, 'x');
    word = "not an SQLite database";
  }
  SUBCASE("its first pages are overwritten") {
    std::fstream{file, std::ios::binary | std::ios::in | std::ios::out}.seekp(100) << std::string(3996, '\xff');
    word = "damaged";
  }
  SUBCASE("a directory") {
    fs::remove(file);
    fs::create_directory(file);
    word = "is a directory; name a file";
  }
  const std::string before = fs::is_directory(file) ? "" : testing::read_file(file);
  check_refused(site, word);
  if (!fs::is_directory(file)) CHECK(testing::read_file(file) == before);
}

TEST_CASE("a database that another process holds alone refuses the start and names that process") {
  Site site;
  run_once(site);
  SQLite::Database holder{database_of(site), SQLite::OPEN_READWRITE};
  holder.exec("pragma locking_mode = exclusive; begin exclusive; create table if not exists hold (x)");
  site.server().conf("95-wait", "[storage_sqlite]\nbusy_timeout = \"100ms\"\nstart_wait = \"1s\"\n");
  check_refused(site, "locked by another process");
  CHECK(site.server().log_has("pid " + std::to_string(::getpid())));
}

TEST_CASE("a start waits for a process that has the database for a while, and the log names it meanwhile") {
  Site site;
  run_once(site);
  std::optional<SQLite::Database> holder{std::in_place, database_of(site), SQLite::OPEN_READWRITE};
  holder->exec("pragma locking_mode = exclusive; begin exclusive; create table if not exists hold (x)");
  site.server().conf("95-wait", "[storage_sqlite]\nbusy_timeout = \"100ms\"\nstart_wait = \"5m\"\n");
  site.server().mark_log();
  site.server().launch();
  CHECK(site.server().log_has("event=storage.waiting", "pid " + std::to_string(::getpid())));
  CHECK_FALSE(site.server().log_has("storage.opened", testing::Millis{0}));
  holder.reset();
  CHECK(site.server().log_has("storage.opened"));
}

TEST_CASE("a read-only or full file system refuses the start") {
  if (const std::string why = Disk::missing(); !why.empty()) {
    if (std::getenv("CI") != nullptr) FAIL(why);
    MESSAGE("skipped: ", why);
    return;
  }
  Site site;
  const Disk disk{site.server().dir() + "/disk", 4096};
  site.server().conf("95-disk", "[storage_sqlite]\npath = \"" + site.server().dir() + "/disk/db_v2.sqlite3\"\n");
  std::string word;
  SUBCASE("read-only, with a database") {
    site.start();
    CHECK(site.server().stop() == 0);
    disk.make_read_only();
    word = "Read-only file system";
  }
  SUBCASE("read-only and empty") {
    disk.make_read_only();
    word = "Read-only file system";
  }
  SUBCASE("full and empty") {
    disk.fill();
    word = "disk or quota is full";
  }
  site.server().launch();
  CHECK(site.server().wait_exit() == 2);
  INFO(site.server().log());
  CHECK(site.server().log_has("storage_sqlite", word));
}

}  // namespace
}  // namespace junctor::site
