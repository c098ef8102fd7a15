// SPDX-License-Identifier: Apache-2.0
// The schema, and the checks of a file before it is used. Any thread.
#include "storage_sqlite/database.hpp"

#include <SQLiteCpp/Statement.h>
#include <SQLiteCpp/Transaction.h>

#include <set>
#include <utility>
#include <vector>

namespace junctor::storage {
namespace {

constexpr int kSchemaVersion = 1;

// The first table and its indexes are the stock server's, to the letter.
constexpr const char* kSchema =
    "create table if not exists peer (guid blob primary key not null, id varchar(100) not null, uuid blob not null, "
    "pk blob not null, created_at datetime not null default(current_timestamp), user blob, status tinyint, "
    "note varchar(300), info text not null) without rowid;"
    "create unique index if not exists index_peer_id on peer (id);"
    "create index if not exists index_peer_user on peer (user);"
    "create index if not exists index_peer_created_at on peer (created_at);"
    "create index if not exists index_peer_status on peer (status);"
    "create table if not exists junctor_kv (space text not null, key text not null, value blob not null, "
    "primary key (space, key)) without rowid;"
    "create table if not exists junctor_meta (name text primary key not null, value) without rowid;"
    "insert or ignore into junctor_meta (name, value) values ('schema', 1);";

std::set<std::string> columns_of(SQLite::Database& database, const std::string& table) {
  std::set<std::string> names;
  SQLite::Statement info{database, "select name from pragma_table_info(?1)"};
  info.bind(1, table);
  while (info.executeStep()) names.insert(info.getColumn(0).getString());
  return names;
}

/// A table that is there must have the columns that we use; more of them are another's and stay.
void check_columns(SQLite::Database& database, const std::string& path, const std::string& table,
                   const std::vector<std::string>& needed) {
  const std::set<std::string> present = columns_of(database, table);
  std::string missing;
  for (const std::string& name : needed) {
    if (!present.contains(name)) missing += (missing.empty() ? "" : ", ") + name;
  }
  if (!missing.empty()) {
    fail("schema", path + ": the table " + table + " lacks the columns " + missing +
                       ": not a database of a RustDesk server (db_v2.sqlite3) or of Junctor; give another path");
  }
}

void check_version(SQLite::Database& database, const std::string& path) {
  SQLite::Statement version{database, "select value from junctor_meta where name = 'schema'"};
  const int found = version.executeStep() ? version.getColumn(0).getInt() : 0;
  if (found > kSchemaVersion) {
    fail("schema", path + ": written by a newer Junctor (schema " + std::to_string(found) + ", this one knows " +
                       std::to_string(kSchemaVersion) + "); install that version again");
  }
}

void check_schema(SQLite::Database& database, const std::string& path) {
  check_columns(database, path, "peer", {"guid", "id", "uuid", "pk", "created_at", "user", "status", "note", "info"});
  check_columns(database, path, "junctor_kv", {"space", "key", "value"});
  check_columns(database, path, "junctor_meta", {"name", "value"});
  check_version(database, path);
}

/// Tables that exist are checked before anything is added, so that a foreign database is left as it was.
void create_schema(SQLite::Database& database, const std::string& path) {
  if (database.tableExists("peer")) check_columns(database, path, "peer", {"guid", "id", "uuid", "pk", "info"});
  SQLite::Transaction transaction{database, SQLite::TransactionBehavior::IMMEDIATE};
  database.exec(kSchema);
  transaction.commit();
}

bool has_schema(SQLite::Database& database) {
  SQLite::Statement count{
      database,
      "select count(*) from sqlite_schema where name in ('peer', 'index_peer_id', 'index_peer_user', "
      "'index_peer_created_at', 'index_peer_status', 'junctor_kv', 'junctor_meta')"};
  count.executeStep();
  return count.getColumn(0).getInt() == 7;
}

void make_ready(DatabaseFile& file, Connection::Access access) {
  SQLite::Database& database = file.database();
  const std::string& path = file.path();
  file.set_journal();
  const bool writes = access == Connection::Access::kWrite;
  if (writes && !has_schema(database)) create_schema(database, path);
  check_schema(database, path);
  if (!writes) database.exec("pragma query_only = on");
}

}  // namespace

void verify_file(const std::string& path) {
  try {
    auto database = look_into(path);
    if (!database) return;
    if (database->tableExists("peer")) check_columns(*database, path, "peer", {"guid", "id", "uuid", "pk", "info"});
    if (database->tableExists("junctor_meta")) check_version(*database, path);
  } catch (const SQLite::Exception& error) {
    throw DatabaseError{describe(error, path, 0)};
  }
}

Connection::Connection(const std::string& path, Access access, Missing missing, const Tuning& tuning)
    : file_{path, missing}, access_{access} {
  try {
    file_.check_writable();
    tune(tuning);
    make_ready(file_, access);
  } catch (const SQLite::Exception& error) {
    throw DatabaseError{describe(error, path, file_.database())};
  }
}

void Connection::tune(const Tuning& tuning) { file_.tune(tuning, access_ == Access::kRead ? 4 : 1); }

}  // namespace junctor::storage
