// SPDX-License-Identifier: Apache-2.0
// The schema, and the checks of a file before it is used. Any thread.
#include "storage_sqlite/database.hpp"

#include <SQLiteCpp/Statement.h>
#include <SQLiteCpp/Transaction.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <set>
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

[[noreturn]] void fail(const char* reason, std::string text) { throw DatabaseError{{reason, std::move(text)}}; }

std::string directory_of(const std::string& path) {
  const size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
}

/// A new file is for its owner alone: it will hold every peer's address. SQLite gives -wal and -shm the same mode.
void create_file(const std::string& path) {
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd >= 0) {
    close(fd);
  } else if (errno != EEXIST) {
    const int cause = errno;
    fail(cause == EROFS    ? "read_only"
         : cause == ENOSPC ? "disk_full"
                           : "cannot_open",
         path + ": cannot create it: " + std::strerror(cause) + "; the directory " + directory_of(path) +
             " must exist and be writable for this user");
  }
}

std::string prepare(const std::string& path, Connection::Missing missing) {
  struct stat file {};
  if (stat(path.c_str(), &file) == 0) {
    if (!S_ISREG(file.st_mode)) fail("cannot_open", path + ": not a regular file; give the path of a database file");
  } else if (missing == Connection::Missing::kFail) {
    fail("moved", path + ": the file has gone; put it back, or restart to begin with a new one");
  } else {
    create_file(path);
  }
  return path;
}

SQLite::Database open_file(const std::string& path) {
  try {
    return SQLite::Database{path, SQLite::OPEN_READWRITE | SQLite::OPEN_NOMUTEX};
  } catch (const SQLite::Exception& error) {
    throw DatabaseError{describe(error, path, errno)};
  }
}

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

void check_schema(SQLite::Database& database, const std::string& path) {
  check_columns(database, path, "peer", {"guid", "id", "uuid", "pk", "created_at", "user", "status", "note", "info"});
  check_columns(database, path, "junctor_kv", {"space", "key", "value"});
  check_columns(database, path, "junctor_meta", {"name", "value"});
  SQLite::Statement version{database, "select value from junctor_meta where name = 'schema'"};
  const int found = version.executeStep() ? version.getColumn(0).getInt() : 0;
  if (found > kSchemaVersion) {
    fail("schema", path + ": written by a newer Junctor (schema " + std::to_string(found) + ", this one knows " +
                       std::to_string(kSchemaVersion) + "); install that version again");
  }
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

void set_journal(SQLite::Database& database, const std::string& path) {
  const std::string mode = database.execAndGet("pragma journal_mode = wal").getString();
  if (mode != "wal") {
    fail("cannot_open", path + ": write-ahead logging cannot be switched on (journal_mode " + mode +
                            "): network file systems do not support it; use a local disk");
  }
  database.exec("pragma synchronous = full");
  database.exec("pragma wal_autocheckpoint = 0");
  database.exec("pragma journal_size_limit = 67108864");
}

/// Before the first statement: on a read-only file system that one would fail for the want of a -wal file,
/// misleadingly.
void check_writable(SQLite::Database& database, const std::string& path) {
  if (sqlite3_db_readonly(database.getHandle(), "main") == 1) {
    fail("read_only", path + ": read-only for this user or on a read-only file system; it must be writable");
  }
}

void make_ready(SQLite::Database& database, const std::string& path, Connection::Access access) {
  set_journal(database, path);
  const bool writes = access == Connection::Access::kWrite;
  if (writes && !has_schema(database)) create_schema(database, path);
  check_schema(database, path);
  if (!writes) database.exec("pragma query_only = on");
}

}  // namespace

Connection::Connection(const std::string& path, Access access, Missing missing, const Tuning& tuning)
    : database_{open_file(prepare(path, missing))}, path_{path}, access_{access} {
  struct stat file {};
  if (stat(path.c_str(), &file) == 0) {
    device_ = file.st_dev;
    inode_ = file.st_ino;
  }
  try {
    check_writable(database_, path);
    tune(tuning);
    make_ready(database_, path, access);
  } catch (const SQLite::Exception& error) {
    throw DatabaseError{describe(error, path, database_)};
  }
}

Connection::~Connection() {
  if (moved()) sqlite3_db_config(database_.getHandle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
}

void Connection::tune(const Tuning& tuning) {
  database_.setBusyTimeout(static_cast<int>(tuning.busy_timeout.count()));
  const size_t cache = tuning.cache_bytes / (access_ == Access::kRead ? 4 : 1);
  database_.exec("pragma cache_size = -" + std::to_string(std::max<size_t>(cache / 1024, 64)));
}

bool Connection::moved() const {
  struct stat file {};
  return stat(path_.c_str(), &file) != 0 || file.st_dev != device_ || file.st_ino != inode_;
}

}  // namespace junctor::storage
