// SPDX-License-Identifier: Apache-2.0
// The threads of database/1: one that writes, in the order in which it was asked and with group commit, and some that
// read beside it. Requests come from any thread.
#pragma once

#include <optional>
#include <random>
#include <string>
#include <vector>

#include "storage_memory/request_queue.hpp"
#include "storage_memory/sql_job.hpp"
#include "storage_postgres/attendant.hpp"
#include "storage_postgres/settings.hpp"
#include "storage_postgres/sql/session.hpp"

namespace junctor::storage::postgres {

struct SqlSettings {
  size_t queue = 10'000;  // of each of the two queues, writes and reads
  size_t batch = 200;     // works of one commit, at most
  size_t readers = 2;
  size_t retries = 10;  // of a work that met another transaction
  StartWait start;
};

/// As SqlObserver, and what a server adds. Called from the threads of the database; must not block.
class SqlWatcher : public SqlObserver {
 public:
  /// Works met another transaction, or lost their connection before its commit, and are run again.
  virtual void retried(size_t works) = 0;
};

/// Takes what waits, runs each work between savepoints, commits once, then answers.
class SqlWriter {
 public:
  /// Connects; throws DatabaseError.
  SqlWriter(const Target& target, const SqlSettings& settings, Courier& courier, SqlWatcher& watcher,
            LinkObserver& links);
  ~SqlWriter() { close(); }

  /// [any] Answers JCT_E_LIMIT and JCT_E_CLOSED itself.
  void push(SqlJob job);
  /// [control] Serves what waits and ends the thread.
  void close();
  size_t depth() const { return queue_.depth(); }

 private:
  using Jobs = std::vector<SqlJob>;
  struct Tried {
    std::vector<jct_status> statuses;  // of each job
    bool again = false;                // nothing of it stands, and another try may come to another end
  };

  void serve(Jobs& batch);
  /// Runs the jobs from `first` to `last`, each again where another transaction stands against it.
  void commit(const Jobs& jobs, size_t first, size_t last, std::vector<jct_status>& statuses);
  Tried attempt(const Jobs& jobs, size_t first, size_t last);
  Tried run_all(SqlSession& session, const Jobs& jobs, size_t first, size_t last, bool& committing);
  void pause(size_t tries);
  void drop(const Fault& fault);

  const SqlSettings settings_;
  Courier& courier_;
  SqlWatcher& watcher_;
  RequestQueue<SqlJob> queue_;
  std::optional<SqlSession> session_;  // of the connection that there is
  std::minstd_rand random_{std::random_device{}()};
  Attendant<SqlJob> attendant_;
};

/// One of the threads that read; all take from one queue.
class SqlReader {
 public:
  /// Connects; throws DatabaseError.
  SqlReader(const Target& target, const SqlSettings& settings, RequestQueue<SqlJob>& queue, Courier& courier,
            SqlWatcher& watcher, LinkObserver& links);

 private:
  void serve(std::vector<SqlJob>& one);
  SqlSession::Outcome read(const SqlJob& job);
  void drop(const Fault& fault);

  const size_t retries_;
  Courier& courier_;
  SqlWatcher& watcher_;
  std::optional<SqlSession> session_;  // of the connection that there is
  Attendant<SqlJob> attendant_;        // its end waits for the queue to be closed and empty
};

}  // namespace junctor::storage::postgres
