// SPDX-License-Identifier: Apache-2.0
// database/1 on an SQLite file, which is opened (and made) by the first space that migrates: a site without a plugin
// that needs it has no such file. Any thread, migrate and close excepted.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "storage_sqlite/sql/job.hpp"
#include "storage_sqlite/sql/workers.hpp"

namespace junctor::storage {

class SqlDatabase {
 public:
  /// courier and observer outlive it.
  SqlDatabase(std::string path, const SqlSettings& settings, Courier& courier, SqlObserver& observer);
  ~SqlDatabase() { close(); }

  /// [control] Throws DatabaseError, or std::runtime_error for steps that do not fit; the text has the mend.
  void migrate(std::string_view space, const std::vector<const jct_migration*>& steps);
  void read(const jct_sql_work& work);
  void write(const jct_sql_work& work);
  /// [control] Serves and answers what waits; later works are answered JCT_E_CLOSED.
  void close();
  /// Of the two queues, the fuller one.
  size_t waiting() const;
  size_t limit() const { return settings_.queue; }

 private:
  void open();
  /// The prefix of a space that was migrated; empty for others.
  std::string prefix_of(jct_str space) const;

  const std::string path_;
  const SqlSettings settings_;
  Courier& courier_;
  SqlObserver& observer_;
  mutable std::mutex mutex_;  // spaces_
  std::set<std::string, std::less<>> spaces_;
  RequestQueue<SqlJob> reads_;
  std::atomic<bool> open_{false};
  std::unique_ptr<SqlWriter> writer_;
  std::vector<std::unique_ptr<SqlReader>> readers_;
};

}  // namespace junctor::storage
