// SPDX-License-Identifier: Apache-2.0
// One connection with its prepared statements, through which batches of changes are committed. Lives on the writer's
// thread.
#pragma once

#include <SQLiteCpp/Statement.h>

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "storage_memory/changes.hpp"
#include "storage_sqlite/database.hpp"
#include "storage_sqlite/guid.hpp"

namespace junctor::storage {

class WriteSession {
 public:
  /// Throws DatabaseError.
  WriteSession(const std::string& path, Connection::Missing missing, const Tuning& tuning);
  ~WriteSession();

  /// What became of each change of a batch, in its order. `fault` is set when nothing of the batch was stored, and by
  /// the first change that the database refused by itself (its status is kIo, the others stand).
  struct Result {
    std::vector<Status> statuses;
    std::optional<Fault> fault;
    bool stored = false;
  };

  /// All changes in one transaction, durable when it returns with `stored`.
  Result commit(std::span<const Write> batch);

  /// Copies the WAL into the file when it has grown past a few MiB; after the answers, so that nobody waits for it.
  /// Throws DatabaseError.
  void tidy();
  void tune(const Tuning& tuning) { connection_.tune(tuning); }
  bool moved() const { return connection_.moved(); }

 private:
  struct Known {
    std::string uuid, pk, info;
  };

  std::optional<Known> find(const std::string& id);
  Status apply(const PutPeer& put);
  Status apply(const RenamePeer& rename);
  Status apply(const RemovePeer& remove);
  Status apply(const PutValue& put);
  Status apply(const RemoveValue& remove);
  Status replace(const Known& known, const Peer& peer);
  Status insert(const Peer& peer);
  /// Applies one change; a refusal that is its own (a constraint) becomes kIo and a fault, others throw.
  Status try_apply(const Write& write, std::optional<Fault>& fault);
  bool in_transaction();
  void roll_back();

  std::string path_;
  Connection connection_;
  GuidSource guids_;
  SQLite::Statement begin_, commit_, rollback_;
  SQLite::Statement find_, insert_, update_, rename_, remove_;
  SQLite::Statement put_value_, remove_value_;
  int wal_pages_ = 0;
};

}  // namespace junctor::storage
