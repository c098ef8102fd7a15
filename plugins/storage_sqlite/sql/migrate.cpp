// SPDX-License-Identifier: Apache-2.0
// The table junctor_migrations has each space's number; a step and its number are stored together.
#include "storage_sqlite/sql/migrate.hpp"

#include <SQLiteCpp/Statement.h>
#include <SQLiteCpp/Transaction.h>

#include <junctor/sql_dialect.hpp>

#include "storage_sqlite/sql/session.hpp"

namespace junctor::storage {
namespace {

[[noreturn]] void fail(std::string text) { throw DatabaseError{{"schema", std::move(text)}}; }

void check(const std::string& what, std::string_view prefix, const std::vector<const jct_migration*>& steps) {
  if (prefix.empty()) fail(what + ": a space's name has small letters, digits, - and _ alone");
  for (size_t i = 0; i < steps.size(); ++i) {
    if (steps[i]->version == i + 1) continue;
    fail(what + ": step " + std::to_string(i + 1) + " has the number " + std::to_string(steps[i]->version) +
         "; they count from 1 without a gap");
  }
}

int64_t version_of(SQLite::Database& database, std::string_view space) {
  SQLite::Statement query{database, "SELECT version FROM junctor_migrations WHERE space = ?1"};
  query.bind(1, std::string{space});
  return query.executeStep() ? query.getColumn(0).getInt64() : 0;
}

void take_step(SQLite::Database& database, std::string_view space, std::string_view prefix, const jct_migration& step) {
  SQLite::Transaction transaction{database, SQLite::TransactionBehavior::IMMEDIATE};
  for (const char* const* sql = step.statements; *sql != nullptr; ++sql) {
    const std::string expanded = expand_sql(*sql, prefix, SqlWords{});
    if (expanded.empty()) fail(std::string{"a step has a token that is not known: "} + *sql);
    database.exec(expanded);
  }
  SQLite::Statement note{database,
                         "INSERT INTO junctor_migrations (space, version) VALUES (?1, ?2) "
                         "ON CONFLICT (space) DO UPDATE SET version = excluded.version"};
  note.bind(1, std::string{space});
  note.bind(2, static_cast<int64_t>(step.version));
  note.exec();
  transaction.commit();
}

}  // namespace

void migrate_file(const std::string& path, const SqlSettings& settings, std::string_view space,
                  const std::vector<const jct_migration*>& steps) {
  const std::string what = path + ": the tables of " + std::string{space};
  const std::string prefix = table_prefix(space);
  check(what, prefix, steps);
  SqlSession session{path, SqlSession::Kind::kWrite, Missing::kCreate, settings.tuning, settings.patience};
  try {
    SQLite::Database& database = session.database();
    database.exec(
        "CREATE TABLE IF NOT EXISTS junctor_migrations (space TEXT NOT NULL PRIMARY KEY, version INTEGER NOT NULL)");
    const int64_t found = version_of(database, space);
    if (found > static_cast<int64_t>(steps.size())) {
      fail(what + " were made by a newer version (schema " + std::to_string(found) + ", this one knows " +
           std::to_string(steps.size()) + "); install that version again");
    }
    for (size_t i = static_cast<size_t>(found); i < steps.size(); ++i) take_step(database, space, prefix, *steps[i]);
  } catch (const SQLite::Exception& error) {
    throw DatabaseError{describe(error, path, session.database())};
  }
}

}  // namespace junctor::storage
