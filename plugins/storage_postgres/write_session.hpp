// SPDX-License-Identifier: Apache-2.0
// The statements of writes: a batch goes out as one pipeline and one transaction. Lives on the writer's thread.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "storage_memory/changes.hpp"
#include "storage_postgres/connection.hpp"

namespace junctor::storage::postgres {

class WriteSession {
 public:
  /// What became of each change of a batch, in its order. `fault` is set when nothing of the batch was stored, and by
  /// the first change that the database refused by itself (its status is kIo, the others stand).
  struct Result {
    std::vector<Status> statuses;
    std::optional<Fault> fault;
    bool stored = false;
    bool met_another = false;  // a transaction of somebody else stood against it: to be run again
  };

  /// Prepares the statements on a new connection. Throws DatabaseError.
  static void prepare(Connection& connection);

  /// All changes in one transaction, durable when it returns with `stored`. Throws ConnectionLost; `committing` says
  /// whether the commit was on its way then, and may have come to pass.
  static Result commit(Connection& connection, std::span<const Write> batch, bool& committing);
};

}  // namespace junctor::storage::postgres
