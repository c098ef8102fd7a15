// SPDX-License-Identifier: Apache-2.0
// Transactions of database/1 on an SQLite connection. The thread that opened it.
#include "storage_sqlite/sql/session.hpp"

#include <junctor/sql_dialect.hpp>

#include <sqlite3.h>

#include <utility>
#include <vector>

namespace junctor::storage {
namespace {

constexpr size_t kMaxStatements = 512;      // kept prepared, of each connection
constexpr int kStepsBetweenLooks = 10'000;  // at the clock, while a statement runs: about a millisecond

/// What a plugin's own mistake or a constraint is told as; JCT_E_IO for what the operator has to mend.
jct_status status_of(const SQLite::Exception& error) {
  switch (error.getExtendedErrorCode()) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
      return JCT_E_EXISTS;
    default:
      break;
  }
  switch (error.getErrorCode() & 0xff) {
    case SQLITE_CONSTRAINT:
      return JCT_E_MISMATCH;
    case SQLITE_ERROR:
    case SQLITE_MISUSE:
    case SQLITE_RANGE:
    case SQLITE_TOOBIG:
    case SQLITE_MISMATCH:
      return JCT_E_ARG;
    case SQLITE_INTERRUPT:
      return JCT_E_TIMEOUT;
    default:
      return JCT_E_IO;
  }
}

jct_status bind(sqlite3_stmt* statement, int index, const jct_sql_value& value) {
  const std::string_view data{reinterpret_cast<const char*>(value.data.data), static_cast<size_t>(value.data.size)};
  const char* start = data.empty() ? "" : data.data();  // a null pointer would bind NULL
  switch (value.kind) {
    case JCT_SQL_NULL:
      return sqlite3_bind_null(statement, index) == SQLITE_OK ? JCT_OK : JCT_E_ARG;
    case JCT_SQL_INT:
      return sqlite3_bind_int64(statement, index, value.integer) == SQLITE_OK ? JCT_OK : JCT_E_ARG;
    case JCT_SQL_TEXT:
      if (!is_sql_text(data)) return JCT_E_ARG;
      return sqlite3_bind_text64(statement, index, start, data.size(), SQLITE_STATIC, SQLITE_UTF8) == SQLITE_OK
                 ? JCT_OK
                 : JCT_E_ARG;
    case JCT_SQL_BLOB:
      return sqlite3_bind_blob64(statement, index, start, data.size(), SQLITE_STATIC) == SQLITE_OK ? JCT_OK : JCT_E_ARG;
    default:
      return JCT_E_ARG;
  }
}

jct_sql_value column_of(sqlite3_stmt* statement, int i) {
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

}  // namespace

/// What a work holds; `lost` is the first thing that went wrong, after which nothing more is tried.
struct SqlSession::Transaction : jct_transaction {
  SqlSession* session;
  std::string_view prefix;
  jct_status lost = JCT_OK;
  bool inside = false;  // a statement runs: its row callback may not run another
  std::optional<Fault> fault;
};

SqlSession::SqlSession(const std::string& path, Kind kind, Missing missing, const Tuning& tuning,
                       std::chrono::milliseconds patience)
    : file_{path, missing}, kind_{kind}, patience_{patience} {
  try {
    file_.check_writable();
    tune(tuning, patience);  // first: who closes the file has it alone for a moment, and may be waited for
    file_.set_journal();
    // Works share few large commits: what the log copies back at their end is little.
    execute("pragma wal_autocheckpoint = 1000");
    execute("pragma foreign_keys = on");
    if (kind == Kind::kRead) execute("pragma query_only = on");
  } catch (const SQLite::Exception& error) {
    throw DatabaseError{describe(error, path, database())};
  }
  sqlite3_progress_handler(database().getHandle(), kStepsBetweenLooks, &overdue, this);
}

SqlSession::~SqlSession() { statements_.clear(); }

int SqlSession::overdue(void* self) {
  return std::chrono::steady_clock::now() > static_cast<SqlSession*>(self)->deadline_ ? 1 : 0;
}

void SqlSession::execute(const char* sql) {
  deadline_ = std::chrono::steady_clock::time_point::max();
  database().exec(sql);
}

void SqlSession::tune(const Tuning& tuning, std::chrono::milliseconds patience) {
  patience_ = patience;
  file_.tune(tuning, kind_ == Kind::kRead ? 4 : 1);
}

bool SqlSession::in_transaction() { return sqlite3_get_autocommit(database().getHandle()) == 0; }

void SqlSession::begin() {
  try {
    execute(kind_ == Kind::kWrite ? "BEGIN IMMEDIATE" : "BEGIN");
  } catch (const SQLite::Exception& error) {
    throw DatabaseError{describe(error, file_.path(), database())};
  }
}

void SqlSession::commit() {
  try {
    execute("COMMIT");
  } catch (const SQLite::Exception& error) {
    const Fault fault = describe(error, file_.path(), database());
    roll_back();
    throw DatabaseError{fault};
  }
}

void SqlSession::roll_back() {
  if (!in_transaction()) return;
  try {
    execute("ROLLBACK");
  } catch (const SQLite::Exception&) {
    // The connection is given up by whoever sees the fault that led here.
  }
}

SqlSession::Outcome SqlSession::call(const jct_sql_work& work, std::string_view prefix) {
  Transaction transaction{};
  transaction.size = sizeof(jct_transaction);
  transaction.exec = &exec;
  transaction.session = this;
  transaction.prefix = prefix;
  const jct_status answer = work.run(work.self, &transaction);
  return {transaction.lost != JCT_OK ? transaction.lost : answer, std::move(transaction.fault)};
}

SqlSession::Outcome SqlSession::run_inside(const jct_sql_work& work, std::string_view prefix) {
  try {
    execute("SAVEPOINT work");
    Outcome outcome = call(work, prefix);
    if (!in_transaction()) return outcome;
    if (outcome.status < 0) execute("ROLLBACK TO work");
    execute("RELEASE work");
    return outcome;
  } catch (const SQLite::Exception& error) {
    const Fault fault = describe(error, file_.path(), database());
    roll_back();
    return {JCT_E_IO, fault};
  }
}

SqlSession::Outcome SqlSession::read(const jct_sql_work& work, std::string_view prefix) {
  begin();
  Outcome outcome = call(work, prefix);
  roll_back();
  return outcome;
}

sqlite3_stmt* SqlSession::prepared(std::string_view sql, std::string_view prefix) {
  auto space = statements_.find(prefix);
  if (space == statements_.end()) space = statements_.try_emplace(std::string{prefix}).first;
  const auto known = space->second.find(sql);
  if (known != space->second.end()) return known->second.get();
  const std::string expanded = expand_sql(sql, prefix, SqlWords{});
  if (expanded.empty()) return nullptr;
  if (statement_count_ >= kMaxStatements) {
    for (auto& [name, statements] : statements_) statements.clear();
    statement_count_ = 0;
  }
  sqlite3_stmt* raw = nullptr;
  const int code = sqlite3_prepare_v3(database().getHandle(), expanded.data(), static_cast<int>(expanded.size()),
                                      SQLITE_PREPARE_PERSISTENT, &raw, nullptr);
  Statement statement{raw};
  if (code != SQLITE_OK) throw SQLite::Exception{database().getHandle(), code};
  if (raw == nullptr || (kind_ == Kind::kRead && sqlite3_stmt_readonly(raw) == 0)) return nullptr;
  ++statement_count_;
  return space->second.emplace(std::string{sql}, std::move(statement)).first->second.get();
}

jct_status SqlSession::exec(const jct_transaction* raw, jct_str sql, const jct_sql_value* parameters, uint64_t count,
                            jct_sql_row_fn row, void* self, uint64_t* changed) noexcept {
  auto& transaction = *const_cast<Transaction*>(static_cast<const Transaction*>(raw));
  if (transaction.lost != JCT_OK || transaction.inside) return JCT_E_STATE;
  transaction.inside = true;
  SqlSession& session = *transaction.session;
  if (changed != nullptr) *changed = 0;
  try {
    const std::string_view text{sql.data, static_cast<size_t>(sql.size)};
    sqlite3_stmt* statement = session.prepared(text, transaction.prefix);
    jct_status status = statement == nullptr ? JCT_E_ARG : JCT_OK;
    if (statement != nullptr && sqlite3_bind_parameter_count(statement) != static_cast<int>(count)) {
      status = JCT_E_ARG;
    }
    for (uint64_t i = 0; status == JCT_OK && i < count; ++i) {
      status = bind(statement, static_cast<int>(i) + 1, parameters[i]);
    }
    if (status == JCT_OK) status = session.step_through(statement, row, self, changed);
    transaction.lost = status;
  } catch (const SQLite::Exception& error) {
    transaction.lost = status_of(error);
    const bool told = transaction.lost == JCT_E_IO || transaction.lost == JCT_E_ARG;
    if (told) transaction.fault = describe(error, session.file_.path(), session.database());
  } catch (const std::exception&) {
    transaction.lost = JCT_E_NO_MEMORY;
  }
  transaction.inside = false;
  return transaction.lost;
}

jct_status SqlSession::step_through(sqlite3_stmt* statement, jct_sql_row_fn row, void* self, uint64_t* changed) {
  struct Reset {
    sqlite3_stmt* statement;
    ~Reset() {
      sqlite3_reset(statement);
      sqlite3_clear_bindings(statement);
    }
  } reset{statement};
  deadline_ = std::chrono::steady_clock::now() + patience_;
  std::vector<jct_sql_value> values(static_cast<size_t>(sqlite3_column_count(statement)));
  const bool writes = sqlite3_stmt_readonly(statement) == 0;
  bool wanted = row != nullptr;
  int code = SQLITE_ROW;
  while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
    for (size_t i = 0; wanted && i < values.size(); ++i) values[i] = column_of(statement, static_cast<int>(i));
    if (wanted) wanted = row(self, values.data(), values.size()) >= 0;
    // With RETURNING a statement that is left early might not have done all its work.
    if (!wanted && !writes) break;
  }
  if (code != SQLITE_DONE && code != SQLITE_ROW) throw SQLite::Exception{database().getHandle(), code};
  if (changed != nullptr && writes) *changed = static_cast<uint64_t>(sqlite3_changes64(database().getHandle()));
  return JCT_OK;
}

}  // namespace junctor::storage
