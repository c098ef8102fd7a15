/* SPDX-License-Identifier: Apache-2.0
 * database/1: SQL for plugins that keep a model. One provider; testing/database_contract.hpp has what each must do.
 *
 * Statements keep to what SQLite and PostgreSQL share: parameters ?1, ?2 (each number once or more, from 1 without a
 * gap), ON CONFLICT, RETURNING, integers of 64 bits, text (UTF-8, no NUL), blobs. What differs is a token in braces:
 *   {p}                   the prefix of the space's tables: "accounts_" for the instance accounts
 *   {int} {text} {blob}   types of columns
 *   {serial}              a column that numbers its rows, as primary key: "id {serial}"
 *   {like}                matching without regard to ASCII case: "name {like} ?1 ESCAPE '\'"
 * Foreign keys are enforced. Values are only ever parameters, never part of a statement: there is no way to quote. */
#ifndef JUNCTOR_SERVICE_DATABASE_H
#define JUNCTOR_SERVICE_DATABASE_H

#include "../abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define JCT_DATABASE_SERVICE "database/1"

#define JCT_SQL_NULL 0u
#define JCT_SQL_INT 1u
#define JCT_SQL_TEXT 2u
#define JCT_SQL_BLOB 3u

/* A parameter or a column: a view, copied by exec, good for the call of row. */
typedef struct jct_sql_value {
  uint32_t kind; /* JCT_SQL_* */
  uint32_t reserved;
  int64_t integer; /* INT */
  jct_bytes data;  /* TEXT and BLOB */
} jct_sql_value;

/* A negative answer ends the rows early; exec then answers JCT_OK. Must not call exec (JCT_E_STATE). */
typedef jct_status (*jct_sql_row_fn)(void* self, const jct_sql_value* columns, uint64_t count);

/* A transaction, for the length of one call of run, on that thread alone. */
typedef struct jct_transaction jct_transaction;
struct jct_transaction {
  uint32_t size;
  uint32_t reserved;
  /* One statement, whole when it returns. row may be null; changed too: how many rows it inserted, changed, deleted.
   * JCT_E_EXISTS: a UNIQUE or PRIMARY KEY stands against it; JCT_E_MISMATCH: another constraint; JCT_E_ARG: the
   * statement, a token or a parameter is wrong, or it writes inside a read; JCT_E_TIMEOUT: it took too long;
   * JCT_E_AGAIN: it met another transaction; JCT_E_IO: the log says why. After any of them the transaction is lost:
   * what follows answers JCT_E_STATE, and run had better return. */
  jct_status (*exec)(const jct_transaction* transaction, jct_str sql, const jct_sql_value* parameters, uint64_t count,
                     jct_sql_row_fn row, void* self, uint64_t* changed);
};

/* Work and where its answer goes. */
typedef struct jct_sql_work {
  void* self;
  /* [pool] a thread of the database. JCT_OK commits; a negative answer takes back all that it did, and becomes done's
   * status. May be called again, with nothing of the earlier call left in the database: it starts from what it is
   * given, and has no effect but on the database and on its own self. Must not wait for anything else. */
  jct_status (*run)(void* self, const jct_transaction* transaction);
  /* Exactly once, on worker loop `loop`, never inline; run is not called any more. JCT_OK: what was written is durable,
   * and every later read sees it. A negative one: nothing was stored; run's own answer, or exec's, or JCT_E_LIMIT (the
   * queue is full), JCT_E_CLOSED (the provider stops), JCT_E_STATE (the space was not migrated), JCT_E_IO. Guard self
   * with loop.h's enter. */
  void (*done)(void* self, jct_status status);
  jct_str space; /* the asker's instance name; copied */
  uint32_t loop;
  uint32_t reserved;
} jct_sql_work;

/* One step of a schema: its statements run in order in one transaction. Never edited once it has shipped. */
typedef struct jct_migration {
  uint32_t size;
  uint32_t version;              /* 1, 2, 3, ... without a gap */
  const char* const* statements; /* ended by null */
} jct_migration;

typedef struct jct_database_service {
  uint32_t size;
  uint32_t reserved;
  /* [control] in create, before the first read or write. Brings the space's tables to the last of `steps`; each step
   * runs once in the space's life. Refused with both numbers where the space is newer than the steps. */
  jct_status (*migrate)(void* self, jct_str space, const jct_migration* const* steps, uint64_t count, jct_error* error);
  /* [any] A read sees one moment. Reads may run beside each other and beside a write. */
  void (*read)(void* self, const jct_sql_work* work);
  /* [any] Serialisable: as if writes ran one after another. */
  void (*write)(void* self, const jct_sql_work* work);
} jct_database_service;

#ifdef __cplusplus
}
#endif
#endif
