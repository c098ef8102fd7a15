// SPDX-License-Identifier: Apache-2.0
// database/1 for a plugin's tests: SQLite in memory, on the fake host's one thread. Link sqlite3.
//
//   FakeHost host;
//   FakeDatabase database{host};              // before the plugin; the plugin finds database/1
//   database.fail_next(JCT_E_IO);             // the next work is answered so, and does not run
#pragma once

#include <sqlite3.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "../service/database.h"
#include "../sql_dialect.hpp"
#include "fake_host.hpp"

namespace junctor::testing {

class FakeDatabase {
 public:
  explicit FakeDatabase(FakeHost& host) : loops_{host.loops()} {
    if (sqlite3_open(":memory:", &raw_) != SQLITE_OK) throw Error{JCT_E_IO, "sqlite3_open"};
    sqlite3_extended_result_codes(raw_, 1);
    simple("PRAGMA foreign_keys = on");
    host.provide(JCT_DATABASE_SERVICE, table(), this);
  }
  FakeDatabase(const FakeDatabase&) = delete;
  FakeDatabase& operator=(const FakeDatabase&) = delete;
  ~FakeDatabase() { sqlite3_close_v2(raw_); }

  /// The next work is answered with it, as if the disk were full or the queue.
  void fail_next(jct_status status) { failures_.push_back(status); }
  /// For a test that looks or changes behind the plugin's back: work(const jct_transaction*).
  template <class Work>
  void look(const std::string& space, Work&& work) {
    struct Call {
      std::remove_reference_t<Work>* work;
    } call{&work};
    run({&call,
         [](void* self, const jct_transaction* transaction) -> jct_status {
           (*static_cast<Call*>(self)->work)(transaction);
           return JCT_OK;
         },
         nullptr,
         {space.data(), space.size()},
         0,
         0},
        true);
  }

  static const jct_database_service* table() {
    static constexpr jct_database_service kTable{
        sizeof(jct_database_service), 0, &migrate,
        [](void* self, const jct_sql_work* work) { static_cast<FakeDatabase*>(self)->ask(*work, false); },
        [](void* self, const jct_sql_work* work) { static_cast<FakeDatabase*>(self)->ask(*work, true); }};
    return &kTable;
  }

 private:
  struct Transaction : jct_transaction {
    FakeDatabase* database = nullptr;
    std::string prefix;
    bool writes = false;
    bool inside = false;
    jct_status lost = JCT_OK;
  };

  void simple(const char* sql) { sqlite3_exec(raw_, sql, nullptr, nullptr, nullptr); }

  static jct_status migrate(void* self, jct_str space, const jct_migration* const* steps, uint64_t count,
                            jct_error* error) {
    auto& database = *static_cast<FakeDatabase*>(self);
    const std::string name{view(space)};
    const std::string prefix = table_prefix(name);
    uint64_t& version = database.versions_[name];
    if (prefix.empty() || version > count) {
      detail::fill(error, JCT_E_IO,
                   "tables of version " + std::to_string(version) + ", known: " + std::to_string(count));
      if (version == 0) database.versions_.erase(name);
      return JCT_E_IO;
    }
    for (; version < count; ++version) {
      database.simple("BEGIN");
      for (const char* const* sql = steps[version]->statements; *sql != nullptr; ++sql) {
        const std::string expanded = expand_sql(*sql, prefix, {});
        const int code =
            expanded.empty() ? SQLITE_ERROR : sqlite3_exec(database.raw_, expanded.c_str(), nullptr, nullptr, nullptr);
        if (code == SQLITE_OK) continue;
        detail::fill(error, JCT_E_IO, std::string{sqlite3_errmsg(database.raw_)} + ": " + *sql);
        database.simple("ROLLBACK");
        return JCT_E_IO;
      }
      database.simple("COMMIT");
    }
    return JCT_OK;
  }

  void ask(const jct_sql_work& work, bool writes) {
    const auto owned = std::make_shared<std::string>(view(work.space));
    loops_.queue_last(loops_.home(), [this, work, owned, writes] {
      jct_sql_work mine = work;
      mine.space = str(*owned);
      const jct_status status = loops_.as(Where::kPool, 0, [&] { return run(mine, writes); });
      loops_.queue_last(mine.loop, [mine, status] { mine.done(mine.self, status); });
    });
  }

  jct_status run(const jct_sql_work& work, bool writes) {
    if (!failures_.empty() && work.done != nullptr) {
      const jct_status status = failures_.front();
      failures_.erase(failures_.begin());
      return status;
    }
    if (versions_.count(std::string{view(work.space)}) == 0) return JCT_E_STATE;
    Transaction transaction;
    transaction.size = sizeof(jct_transaction);
    transaction.exec = &exec;
    transaction.database = this;
    transaction.prefix = table_prefix(view(work.space));
    transaction.writes = writes;
    simple("BEGIN");
    jct_status status = work.run(work.self, &transaction);
    if (transaction.lost != JCT_OK) status = transaction.lost;
    simple(status >= 0 ? "COMMIT" : "ROLLBACK");
    return status < 0 ? status : JCT_OK;
  }

  static jct_status exec(const jct_transaction* raw, jct_str sql, const jct_sql_value* parameters, uint64_t count,
                         jct_sql_row_fn row, void* self, uint64_t* changed) {
    auto& transaction = *const_cast<Transaction*>(static_cast<const Transaction*>(raw));
    if (transaction.lost != JCT_OK || transaction.inside) return JCT_E_STATE;
    transaction.inside = true;
    sqlite3_stmt* statement = nullptr;
    jct_status status = transaction.database->prepare(transaction, sql, count, &statement);
    for (uint64_t i = 0; status == JCT_OK && i < count; ++i)
      status = bind(statement, static_cast<int>(i) + 1, parameters[i]);
    if (status == JCT_OK) status = transaction.database->step(statement, row, self, changed);
    sqlite3_finalize(statement);
    transaction.inside = false;
    transaction.lost = status;
    return status;
  }

  jct_status prepare(const Transaction& transaction, jct_str sql, uint64_t count, sqlite3_stmt** out) {
    const std::string expanded = expand_sql(view(sql), transaction.prefix, {});
    if (expanded.empty()) return JCT_E_ARG;
    if (sqlite3_prepare_v2(raw_, expanded.c_str(), -1, out, nullptr) != SQLITE_OK) return JCT_E_ARG;
    if (!transaction.writes && sqlite3_stmt_readonly(*out) == 0) return JCT_E_ARG;
    return sqlite3_bind_parameter_count(*out) == static_cast<int>(count) ? JCT_OK : JCT_E_ARG;
  }

  static jct_status bind(sqlite3_stmt* statement, int index, const jct_sql_value& value) {
    const std::string_view data = view(value.data);
    const char* start = data.empty() ? "" : data.data();
    const auto size = static_cast<int>(data.size());
    if (value.kind == JCT_SQL_NULL) return sqlite3_bind_null(statement, index), JCT_OK;
    if (value.kind == JCT_SQL_INT) return sqlite3_bind_int64(statement, index, value.integer), JCT_OK;
    if (value.kind == JCT_SQL_BLOB) return sqlite3_bind_blob(statement, index, start, size, SQLITE_TRANSIENT), JCT_OK;
    if (value.kind != JCT_SQL_TEXT || !is_sql_text(data)) return JCT_E_ARG;
    return sqlite3_bind_text(statement, index, start, size, SQLITE_TRANSIENT), JCT_OK;
  }

  static jct_sql_value column(sqlite3_stmt* statement, int i) {
    const auto data = [&] {
      const void* start = sqlite3_column_blob(statement, i);
      return jct_bytes{static_cast<const uint8_t*>(start), static_cast<uint64_t>(sqlite3_column_bytes(statement, i))};
    };
    switch (sqlite3_column_type(statement, i)) {
      case SQLITE_NULL:
        return {JCT_SQL_NULL, 0, 0, {}};
      case SQLITE_TEXT:
        return {JCT_SQL_TEXT, 0, 0, data()};
      case SQLITE_BLOB:
        return {JCT_SQL_BLOB, 0, 0, data()};
      default:
        return {JCT_SQL_INT, 0, sqlite3_column_int64(statement, i), {}};
    }
  }

  jct_status step(sqlite3_stmt* statement, jct_sql_row_fn row, void* self, uint64_t* changed) {
    std::vector<jct_sql_value> values(static_cast<size_t>(sqlite3_column_count(statement)));
    bool wanted = row != nullptr;
    int code = SQLITE_ROW;
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
      for (size_t i = 0; wanted && i < values.size(); ++i) values[i] = column(statement, static_cast<int>(i));
      if (wanted) wanted = row(self, values.data(), values.size()) >= 0;
    }
    const bool writes = sqlite3_stmt_readonly(statement) == 0;
    if (changed != nullptr) *changed = writes ? static_cast<uint64_t>(sqlite3_changes(raw_)) : 0;
    return code == SQLITE_DONE ? JCT_OK : status_of(code);
  }

  static jct_status status_of(int code) {
    if (code == SQLITE_CONSTRAINT_UNIQUE || code == SQLITE_CONSTRAINT_PRIMARYKEY) return JCT_E_EXISTS;
    if ((code & 0xff) == SQLITE_CONSTRAINT) return JCT_E_MISMATCH;
    return (code & 0xff) == SQLITE_ERROR ? JCT_E_ARG : JCT_E_IO;
  }

  FakeLoops& loops_;
  sqlite3* raw_ = nullptr;
  std::map<std::string, uint64_t> versions_;
  std::vector<jct_status> failures_;
};

}  // namespace junctor::testing
