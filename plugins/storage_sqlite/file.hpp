// SPDX-License-Identifier: Apache-2.0
// Opening an SQLite file for a server: private to its owner, write-ahead log, durable commits, and a watch over whether
// the file is still at its path. Every fault is a DatabaseError that says what to do. Any thread; it belongs to one.
#pragma once

#include <SQLiteCpp/Database.h>
#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

#include "storage_sqlite/fault.hpp"

namespace junctor::storage {

/// Of one connection; both may change while it is open.
struct Tuning {
  std::chrono::milliseconds busy_timeout{2000};
  size_t cache_bytes = size_t{16} << 20;
};

/// The database at `path`, as it was when its last user closed it: without locks, and without files beside it. Nothing
/// where there is none, or where somebody uses it. Throws DatabaseError for what is no file.
std::optional<SQLite::Database> look_into(const std::string& path);

enum class Missing { kCreate, kFail };

/// A connection to a file that knows whether the file at its path is still the one it has open.
class DatabaseFile {
 public:
  DatabaseFile(const std::string& path, Missing missing);
  /// The last connection's end copies the WAL into the file and removes it, unless the file has been moved away: the
  /// WAL at the path is another's then.
  ~DatabaseFile();
  DatabaseFile(const DatabaseFile&) = delete;
  DatabaseFile& operator=(const DatabaseFile&) = delete;

  SQLite::Database& database() { return database_; }
  const std::string& path() const { return path_; }
  /// Before the first statement: on a read-only file system that one would fail for the want of a -wal file,
  /// misleadingly.
  void check_writable();
  /// WAL and synchronous=FULL; checkpoints are the caller's. On a file system without shared memory a rollback journal,
  /// as durable and slower: readers and the writer wait for each other.
  void set_journal();
  /// `share`: the cache is this part of tuning's. A connection that only reads gets less: what it holds the system's
  /// own cache holds too, and it would be counted to every row that was looked up once.
  void tune(const Tuning& tuning, size_t share);
  /// The file has been deleted or replaced: what is written to it would be lost with the process.
  bool moved() const;

 private:
  bool try_wal();

  SQLite::Database database_;
  std::string path_;
  dev_t device_ = 0;
  ino_t inode_ = 0;
};

}  // namespace junctor::storage
