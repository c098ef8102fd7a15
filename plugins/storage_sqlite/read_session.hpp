// SPDX-License-Identifier: Apache-2.0
// The connection that reads, so that no answer waits for a commit: with a WAL readers never do. Lives on the reader's
// thread.
#pragma once

#include <SQLiteCpp/Statement.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "storage_memory/changes.hpp"
#include "storage_sqlite/database.hpp"

namespace junctor::storage {

/// Each read sees all that was committed before begin(). What SQLite refuses is thrown as DatabaseError.
class ReadSession {
 public:
  using ValuePage = std::vector<std::pair<std::string, std::string>>;

  ReadSession(const std::string& path, const Tuning& tuning);

  /// One read transaction for the reads of a batch; end() always follows.
  void begin();
  void end() noexcept;
  std::optional<Peer> peer(const std::string& id);
  std::optional<std::string> value(const std::string& space, const std::string& key);
  /// Records after a key: at most `most`, and no more than a page (kScanPage, kScanPageBytes). Empty at the end alone.
  std::vector<Peer> peers(const std::string& after, uint64_t most);
  ValuePage values(const std::string& space, const std::string& after, uint64_t most);

  void tune(const Tuning& tuning) { connection_.tune(tuning); }
  bool moved() const { return connection_.moved(); }

 private:
  template <class Body>
  auto guarded(Body body);

  std::string path_;
  Connection connection_;
  SQLite::Statement begin_, end_, peer_, peers_, value_, values_;
};

}  // namespace junctor::storage
