// SPDX-License-Identifier: Apache-2.0
// The statements of reads: a batch goes out as one pipeline. Lives on the reader's thread.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "storage_memory/changes.hpp"
#include "storage_postgres/connection.hpp"

namespace junctor::storage::postgres {

using ValuePage = std::vector<std::pair<std::string, std::string>>;

/// What one read found: a record, a value, or a page (at most kScanPage records and kScanPageBytes, and one record
/// more; empty at the end alone).
using Found = std::variant<std::optional<Peer>, std::optional<std::string>, std::vector<Peer>, ValuePage>;

class ReadSession {
 public:
  /// Prepares the statements on a new connection. Throws DatabaseError.
  static void prepare(Connection& connection);

  /// What each read found, in their order. Throws DatabaseError: none of them was answered.
  static std::vector<Found> read(Connection& connection, const std::vector<Read>& batch);
};

}  // namespace junctor::storage::postgres
