// SPDX-License-Identifier: Apache-2.0
// The table junctor_migrations has each space's number; a step and its number are stored together.
#include "storage_postgres/schema.hpp"

#include <string>

#include "storage_postgres/connection.hpp"

namespace junctor::storage::postgres {
namespace {

[[noreturn]] void refuse_schema(std::string text) { throw DatabaseError{{"schema", std::move(text)}}; }

void check_steps(const std::string& what, std::string_view prefix, const std::vector<const jct_migration*>& steps) {
  if (prefix.empty()) refuse_schema(what + ": a space's name has small letters, digits, - and _ alone");
  for (size_t i = 0; i < steps.size(); ++i) {
    if (steps[i]->version == i + 1) continue;
    refuse_schema(what + ": step " + std::to_string(i + 1) + " has the number " + std::to_string(steps[i]->version) +
                  "; they count from 1 without a gap");
  }
}

/// A transaction that ends with its owner.
class Transaction {
 public:
  explicit Transaction(Connection& connection) : connection_{connection} {
    connection_.run("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE");
  }
  ~Transaction() {
    if (done_) return;
    try {
      connection_.run("ROLLBACK");
    } catch (const DatabaseError&) {  // the connection's end takes it back, too
    }
  }
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void commit() {
    connection_.run("COMMIT");
    done_ = true;
  }

 private:
  Connection& connection_;
  bool done_ = false;
};

/// Until the transaction's end no other node changes a schema of this name.
void lock(Connection& connection) {
  connection.run("SELECT pg_advisory_xact_lock(hashtext('junctor'), hashtext($1))", {connection.target().schema});
}

void make_schema(Connection& connection) {
  Transaction transaction{connection};
  lock(connection);
  const std::string& schema = connection.target().schema;
  // Not IF NOT EXISTS: that asks for the right to make one even where there is one.
  if (connection.run("SELECT 1 FROM pg_namespace WHERE nspname = $1", {schema}).rows() == 0) {
    connection.run("CREATE SCHEMA " + quoted(schema));
  }
  connection.run(
      "CREATE TABLE IF NOT EXISTS junctor_migrations (space TEXT COLLATE \"C\" NOT NULL PRIMARY KEY, "
      "version BIGINT NOT NULL)");
  transaction.commit();
}

bool has_migrations(Connection& connection) {
  return connection
             .run("SELECT 1 FROM pg_tables WHERE schemaname = $1 AND tablename = 'junctor_migrations'",
                  {connection.target().schema})
             .rows() == 1;
}

int64_t version_of(Connection& connection, std::string_view space) {
  const Answer found = connection.run("SELECT version FROM junctor_migrations WHERE space = $1", {std::string{space}});
  return found.rows() == 0 ? 0 : found.number(0, 0);
}

/// Unless another node has taken it meanwhile.
void take_step(Connection& connection, std::string_view space, std::string_view prefix, const jct_migration& step) {
  Transaction transaction{connection};
  lock(connection);
  if (version_of(connection, space) >= static_cast<int64_t>(step.version)) return;
  for (const char* const* sql = step.statements; *sql != nullptr; ++sql) {
    const std::string expanded = expand_sql(*sql, prefix, kWords);
    if (expanded.empty()) refuse_schema(std::string{"a step has a token that is not known: "} + *sql);
    connection.run(expanded);
  }
  connection.run(
      "INSERT INTO junctor_migrations (space, version) VALUES ($1, $2) "
      "ON CONFLICT (space) DO UPDATE SET version = excluded.version",
      {std::string{space}, std::to_string(step.version)});
  transaction.commit();
}

// user, status, note, info and guid are a stock server's (protocol.md 7): kept for a site that goes back to a file.
constexpr const char* kFirstStep[] = {
    "CREATE TABLE {p}peer (id {text} NOT NULL PRIMARY KEY, uuid {blob} NOT NULL, pk {blob} NOT NULL, "
    "ip {text} NOT NULL, created_at {int} NOT NULL, guid {blob}, \"user\" {blob}, status {int}, note {text}, "
    "info {text})",
    "CREATE TABLE {p}kv (space {text} NOT NULL, key {text} NOT NULL, value {blob} NOT NULL, "
    "PRIMARY KEY (space, key))",
    nullptr};

}  // namespace

void migrate(const Target& target, std::string_view space, const std::vector<const jct_migration*>& steps) {
  const std::string what = "PostgreSQL, database \"" + target.database + "\": the tables of " + std::string{space};
  const std::string prefix = table_prefix(space);
  check_steps(what, prefix, steps);
  const auto connection = Connection::open(target, [] { return true; });
  if (!has_migrations(*connection)) make_schema(*connection);
  const int64_t found = version_of(*connection, space);
  if (found > static_cast<int64_t>(steps.size())) {
    refuse_schema(what + " were made by a newer version (schema " + std::to_string(found) + ", this one knows " +
                  std::to_string(steps.size()) + "); install that version again");
  }
  for (size_t i = static_cast<size_t>(found); i < steps.size(); ++i) take_step(*connection, space, prefix, *steps[i]);
}

void migrate_store(const Target& target) {
  static constexpr jct_migration kFirst{sizeof(jct_migration), 1, kFirstStep};
  migrate(target, kStoreSpace, {&kFirst});
}

}  // namespace junctor::storage::postgres
