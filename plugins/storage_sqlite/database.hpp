// SPDX-License-Identifier: Apache-2.0
// Opening the site's SQLite file: a stock db_v2.sqlite3 in place, or a new one that a stock server could take over
// (protocol.md 7). Every fault is a DatabaseError that says what to do. Any thread; the result belongs to one.
#pragma once

#include <SQLiteCpp/Database.h>
#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <string>

#include "storage_sqlite/fault.hpp"

namespace junctor::storage {

/// Of one connection; both may change while it is open.
struct Tuning {
  std::chrono::milliseconds busy_timeout{2000};
  size_t cache_bytes = size_t{16} << 20;
};

/// A connection that knows whether the file at its path is still the one it has open.
class Connection {
 public:
  enum class Missing { kCreate, kFail };
  enum class Access { kWrite, kRead };

  /// Sets WAL and synchronous=FULL, checks the schema and, with kWrite, creates what is missing of it. Only the schema
  /// is read: a damaged page further in shows when it is touched, so that a large file opens at once.
  Connection(const std::string& path, Access access, Missing missing, const Tuning& tuning);
  /// The last connection's end copies the WAL into the file and removes it, unless the file has been moved away: the
  /// WAL at the path is another's then.
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  SQLite::Database& database() { return database_; }
  /// A connection that only reads gets a quarter of the cache: what it holds the system's own cache holds too, and it
  /// would be counted to every peer that was looked up once.
  void tune(const Tuning& tuning);
  /// The file has been deleted or replaced: what is written to it would be lost with the process.
  bool moved() const;

 private:
  SQLite::Database database_;
  std::string path_;
  Access access_;
  dev_t device_ = 0;
  ino_t inode_ = 0;
};

}  // namespace junctor::storage
