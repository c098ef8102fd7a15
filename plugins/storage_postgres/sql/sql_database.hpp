// SPDX-License-Identifier: Apache-2.0
// database/1 on PostgreSQL. The threads and their connections come with the first space that migrates: a site without a
// plugin that needs them has none. Any thread, migrate and close excepted.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "storage_postgres/sql/workers.hpp"

namespace junctor::storage::postgres {

class SqlDatabase {
 public:
  /// The courier and the observers outlive it.
  SqlDatabase(Target target, const SqlSettings& settings, Courier& courier, SqlWatcher& watcher, LinkObserver& links);
  ~SqlDatabase() { close(); }

  /// [control] Throws DatabaseError; the text has the mend.
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

  const Target target_;
  const SqlSettings settings_;
  Courier& courier_;
  SqlWatcher& watcher_;
  LinkObserver& links_;
  mutable std::mutex mutex_;  // spaces_
  std::set<std::string, std::less<>> spaces_;
  RequestQueue<SqlJob> reads_;
  std::atomic<bool> open_{false};
  std::unique_ptr<SqlWriter> writer_;
  std::vector<std::unique_ptr<SqlReader>> readers_;
};

}  // namespace junctor::storage::postgres
