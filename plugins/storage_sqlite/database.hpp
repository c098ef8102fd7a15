// SPDX-License-Identifier: Apache-2.0
// Opening the site's SQLite file: a stock db_v2.sqlite3 in place, or a new one that a stock server could take over
// (protocol.md 7). Every fault is a DatabaseError that says what to do. Any thread; the result belongs to one.
#pragma once

#include <string>

#include "storage_sqlite/file.hpp"

namespace junctor::storage {

/// Throws DatabaseError where a server could not begin with what is at `path`. Makes nothing, locks nothing, and looks
/// no deeper into a file that somebody has open.
void verify_file(const std::string& path);

/// A connection to the site's file, with its schema.
class Connection {
 public:
  using Missing = storage::Missing;
  enum class Access { kWrite, kRead };

  /// Checks the schema and, with kWrite, creates what is missing of it. Only the schema is read: a damaged page further
  /// in shows when it is touched, so that a large file opens at once.
  Connection(const std::string& path, Access access, Missing missing, const Tuning& tuning);

  SQLite::Database& database() { return file_.database(); }
  void tune(const Tuning& tuning);
  bool moved() const { return file_.moved(); }

 private:
  DatabaseFile file_;
  Access access_;
};

}  // namespace junctor::storage
