// SPDX-License-Identifier: Apache-2.0
// A stock server's db_v2.sqlite3 in place, and the way back (protocol.md 7).
#include <sys/stat.h>

#include "storage_sqlite/test_file.hpp"

namespace junctor::storage {
namespace {

constexpr const char* kStockSchema = R"(
create table if not exists peer (
    guid blob primary key not null,
    id varchar(100) not null,
    uuid blob not null,
    pk blob not null,
    created_at datetime not null default(current_timestamp),
    user blob,
    status tinyint,
    note varchar(300),
    info text not null
) without rowid;
create unique index if not exists index_peer_id on peer (id);
create index if not exists index_peer_user on peer (user);
create index if not exists index_peer_created_at on peer (created_at);
create index if not exists index_peer_status on peer (status);
)";

void make_stock_file(const std::string& file) {
  SQLite::Database database{file, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE};
  database.exec(kStockSchema);
  database.exec(
      "insert into peer values (x'000102030405060708090a0b0c0d0e0f', '123456789', x'00ff01', x'aabb', "
      "'2023-11-14 22:13:20', x'75736572', 1, 'a note', '{\"ip\":\"::ffff:203.0.113.7\",\"os\":\"Linux\"}')");
  database.exec(
      "insert into peer (guid, id, uuid, pk, info) values (x'100102030405060708090a0b0c0d0e0f', '987654321', x'01', "
      "x'02', '')");
}

std::string row_of(SQLite::Database& database, const std::string& id) {
  SQLite::Statement row{database,
                        "select hex(guid), hex(uuid), hex(pk), created_at, hex(user), status, note, info from peer "
                        "where id = ?1"};
  row.bind(1, id);
  if (!row.executeStep()) return "none";
  std::string all;
  for (int i = 0; i < row.getColumnCount(); ++i) all += (i == 0 ? "" : "|") + row.getColumn(i).getString();
  return all;
}

TEST_CASE("rows of a stock file are found") {
  Sqlite backend;
  backend.close();
  std::filesystem::remove(backend.file());
  make_stock_file(backend.file());
  backend.open();

  const auto found = backend.ask().get("123456789");
  REQUIRE(found.status == Status::kOk);
  CHECK(found.peer->uuid == std::string("\x00\xff\x01", 3));
  CHECK(found.peer->pk == "\xaa\xbb");
  CHECK(found.peer->ip == "203.0.113.7");
  CHECK(found.peer->created_at == 1'700'000'000);
  CHECK(backend.ask().get("987654321").peer->ip == "");
  CHECK(backend.ask().scan("", 10).second == std::vector<std::string>{"123456789", "987654321"});
}

TEST_CASE("what a stock row has besides is kept by a put, a put without news and a rename") {
  Sqlite backend;
  backend.close();
  std::filesystem::remove(backend.file());
  make_stock_file(backend.file());
  backend.open();
  const std::string head = "000102030405060708090A0B0C0D0E0F|";
  const std::string middle = "|2023-11-14 22:13:20|75736572|1|a note|";
  SQLite::Database other = backend.other();

  CHECK(backend.ask().put({"123456789", std::string("\x00\xff\x01", 3), "\xaa\xbb", "203.0.113.7", 0}) == Status::kOk);
  CHECK(row_of(other, "123456789") == head + "00FF01|AABB" + middle + R"({"ip":"::ffff:203.0.113.7","os":"Linux"})");
  CHECK(backend.ask().put({"123456789", "new", "key", "198.51.100.1", 0}) == Status::kOk);
  CHECK(row_of(other, "123456789") == head + "6E6577|6B6579" + middle + R"({"ip":"198.51.100.1","os":"Linux"})");
  CHECK(backend.ask().rename("123456789", "named-pc", "new") == Status::kOk);
  CHECK(row_of(other, "named-pc") == head + "6E6577|6B6579" + middle + R"({"ip":"198.51.100.1","os":"Linux"})");
}

TEST_CASE("a new file has the stock schema and rows that a stock server reads") {
  Sqlite backend;
  CHECK(backend.ask().put({"123456789", "uuid", "pk", "203.0.113.7", 1'700'000'000}) == Status::kOk);
  backend.close();

  TempDir stock;
  make_stock_file(stock.file());
  SQLite::Database ours = backend.other();
  SQLite::Database theirs{stock.file()};
  for (const char* query : {"select group_concat(name || type || \"notnull\" || ifnull(dflt_value, '') || pk) from "
                            "pragma_table_info('peer')",
                            "select group_concat(name || \"unique\" || origin) from (select * from "
                            "pragma_index_list('peer') order by name)"}) {
    CHECK(ours.execAndGet(query).getString() == theirs.execAndGet(query).getString());
  }
  CHECK(ours.execAndGet("select length(guid) from peer").getInt() == 16);
  CHECK(ours.execAndGet("select info from peer").getString() == R"({"ip":"203.0.113.7"})");
  CHECK(ours.execAndGet("select created_at from peer").getString() == "2023-11-14 22:13:20");
  CHECK(ours.execAndGet("select status is null and user is null and note is null from peer").getInt() == 1);
  ours.exec("insert into peer (guid, id, uuid, pk, info) values (x'01', 'back-again', x'01', x'02', '{}')");
}

TEST_CASE("a closed database is one file that its owner alone may read") {
  Sqlite backend;
  CHECK(backend.ask().put(peer("123456789")) == Status::kOk);
  struct stat file {};
  for (const char* suffix : {"", "-wal", "-shm"}) {
    REQUIRE(stat((backend.file() + suffix).c_str(), &file) == 0);
    CHECK((file.st_mode & 0777) == 0600);
  }
  backend.close();
  CHECK_FALSE(std::filesystem::exists(backend.file() + "-wal"));
  CHECK_FALSE(std::filesystem::exists(backend.file() + "-shm"));
  backend.open();
  CHECK(backend.ask().get("123456789").status == Status::kOk);
}

TEST_CASE("a foreign database is refused and left as it was") {
  TempDir dir;
  {
    SQLite::Database database{dir.file(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE};
    database.exec("create table peer (id text, info text)");
  }
  const Fault fault = refusal(dir.file());
  CHECK(fault.reason == "schema");
  CHECK(fault.text.find("lacks the columns guid, uuid, pk") != std::string::npos);
  SQLite::Database database{dir.file()};
  CHECK_FALSE(database.tableExists("junctor_kv"));
}

TEST_CASE("a file of a newer Junctor is refused") {
  Sqlite backend;
  backend.close();
  {
    SQLite::Database other = backend.other();
    other.exec("update junctor_meta set value = 2 where name = 'schema'");
  }
  const Fault fault = refusal(backend.file());
  CHECK(fault.reason == "schema");
  CHECK(fault.text.find("newer Junctor (schema 2, this one knows 1)") != std::string::npos);
}

}  // namespace
}  // namespace junctor::storage
