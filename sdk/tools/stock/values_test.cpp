// SPDX-License-Identifier: Apache-2.0
#include "tools/stock/values.hpp"

#include <doctest/doctest.h>

#include "wire/signing.hpp"

namespace junctor::stock {
namespace {

TEST_CASE("a rate of the stock counts 1024*1024 bits") {
  CHECK(rate_of("128") == "134217728bit");
  CHECK(rate_of("0.66") == "692060bit");
  for (const char* bad : {"", "0", "-1", "much", "1x", "1e30", "nan", "inf"}) CHECK_FALSE(rate_of(bad).has_value());
}

TEST_CASE("the level is the one of all, else the most talkative of the modules'") {
  struct Row {
    const char* text;
    const char* level;
    bool whole;
  };
  const Row rows[] = {{"info", "info", true},
                      {"WARN", "warning", true},
                      {"trace", "debug", true},
                      {"off", "error", true},
                      {"hbbs=debug,info", "info", false},
                      {"hbbs=debug", "debug", false},
                      {"hbbs=warn,x=error", "warning", false}};
  for (const Row& row : rows) {
    CAPTURE(row.text);
    bool whole = !row.whole;
    CHECK(log_level_of(row.text, &whole) == row.level);
    CHECK(whole == row.whole);
  }
  bool whole = true;
  CHECK_FALSE(log_level_of("loud", &whole).has_value());
  CHECK_FALSE(whole);
}

TEST_CASE("a database is a file, however it is written") {
  CHECK(database_of("./db_v2.sqlite3") == "db_v2.sqlite3");
  CHECK(database_of("/srv/db.sqlite3") == "/srv/db.sqlite3");
  CHECK(database_of("sqlite:///srv/db.sqlite3?mode=rwc") == "/srv/db.sqlite3");
  CHECK(database_of("sqlite://./db.sqlite3") == "db.sqlite3");
  for (const char* other : {"", "mysql://a/b", "postgres://a", "sqlite::memory:"}) {
    CHECK_FALSE(database_of(other).has_value());
  }
}

TEST_CASE("lists, hosts and numbers") {
  CHECK(split_list(" a , b,,c ") == std::vector<std::string>{"a", "b", "c"});
  CHECK(split_list("").empty());
  CHECK(host_text("2001:db8::9") == "[2001:db8::9]");
  CHECK(host_text("192.0.2.1") == "192.0.2.1");
  CHECK(host_text("rd.example.org:21117") == "rd.example.org:21117");
  CHECK(parse_whole("7", 1, 9) == 7);
  for (const char* bad : {"0", "10", "", "+7", "7 ", "99999999999999999999"}) {
    CHECK_FALSE(parse_whole(bad, 1, 9).has_value());
  }
}

TEST_CASE("a key is told apart by what it is") {
  const auto keys = wire::SigningKeys::from_seed({1});
  std::string open;
  CHECK(key_kind("", &open) == KeyKind::kNone);
  CHECK(key_kind("-", &open) == KeyKind::kFiles);
  CHECK(key_kind("_", &open) == KeyKind::kFiles);
  CHECK(open.empty());
  CHECK(key_kind(keys.public_text(), &open) == KeyKind::kPublic);
  CHECK(open == keys.public_text());
  CHECK(key_kind(keys.secret_text(), &open) == KeyKind::kSecret);
  CHECK(open == keys.public_text());
  CHECK(key_kind("sesame", &open) == KeyKind::kText);
  CHECK(key_kind("123456789", &open) == KeyKind::kText);
  for (const char* path : {"/data/id_ed25519", "./key", "../key", "~/key", "id_ed25519", "id_ed25519.pub"}) {
    CHECK(key_kind(path, &open) == KeyKind::kPath);
  }
  CHECK(key_kind(keys.secret_text().substr(1), &open) == KeyKind::kBad);
}

}  // namespace
}  // namespace junctor::stock
