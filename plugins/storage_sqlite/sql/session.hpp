// SPDX-License-Identifier: Apache-2.0
// One connection to the file of database/1, with its prepared statements, through which transactions run. Lives on the
// thread of the database that opened it.
#pragma once

#include <junctor/service/database.h>
#include <sqlite3.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "storage_sqlite/file.hpp"

namespace junctor::storage {

class SqlSession {
 public:
  enum class Kind { kWrite, kRead };

  /// Throws DatabaseError. `patience`: how long one statement may run.
  SqlSession(const std::string& path, Kind kind, Missing missing, const Tuning& tuning,
             std::chrono::milliseconds patience);
  SqlSession(const SqlSession&) = delete;
  SqlSession& operator=(const SqlSession&) = delete;
  ~SqlSession();

  /// What a transaction's work came to. `fault` where the database itself failed: nothing of the transaction stands.
  struct Outcome {
    jct_status status = JCT_OK;
    std::optional<Fault> fault;
  };

  /// Begins what several works share: run_inside each, then commit. Throws DatabaseError.
  void begin();
  /// Runs one work between savepoints: a negative outcome leaves what the works before it did.
  Outcome run_inside(const jct_sql_work& work, std::string_view prefix);
  /// Makes it durable; throws DatabaseError, and then nothing of it was stored.
  void commit();
  void roll_back();

  /// One work in a read transaction of its own. Throws DatabaseError where none can be begun.
  Outcome read(const jct_sql_work& work, std::string_view prefix);

  SQLite::Database& database() { return file_.database(); }
  void tune(const Tuning& tuning, std::chrono::milliseconds patience);
  bool moved() const { return file_.moved(); }
  /// False once SQLite has given a transaction up by itself (a full disk): all of it is gone.
  bool in_transaction();

 private:
  struct Transaction;
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  using Statement = std::unique_ptr<sqlite3_stmt, Finalize>;
  using Statements = std::unordered_map<std::string, Statement, Hash, std::equal_to<>>;

  static jct_status exec(const jct_transaction* raw, jct_str sql, const jct_sql_value* parameters, uint64_t count,
                         jct_sql_row_fn row, void* self, uint64_t* changed) noexcept;
  jct_status step_through(sqlite3_stmt* statement, jct_sql_row_fn row, void* self, uint64_t* changed);
  /// The prepared statement, null where it has an unknown token or writes inside a read. Throws SQLite::Exception.
  sqlite3_stmt* prepared(std::string_view sql, std::string_view prefix);
  Outcome call(const jct_sql_work& work, std::string_view prefix);
  void execute(const char* sql);
  static int overdue(void* self);

  DatabaseFile file_;
  Kind kind_;
  std::chrono::milliseconds patience_;
  std::chrono::steady_clock::time_point deadline_{};
  std::unordered_map<std::string, Statements, Hash, std::equal_to<>> statements_;  // by prefix
  size_t statement_count_ = 0;
};

}  // namespace junctor::storage
