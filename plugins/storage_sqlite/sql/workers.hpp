// SPDX-License-Identifier: Apache-2.0
// The threads of database/1: one that writes with group commit, and some that read beside it. Requests come from any
// thread.
#pragma once

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "storage_memory/request_queue.hpp"
#include "storage_sqlite/sql/job.hpp"
#include "storage_sqlite/sql/session.hpp"

namespace junctor::storage {

/// A thread with a connection that is opened anew after a fault that a new one may mend.
class SqlWorker {
 public:
  SqlWorker(std::string path, SqlSession::Kind kind, std::unique_ptr<SqlSession> session, const SqlSettings& settings)
      : path_{std::move(path)}, kind_{kind}, settings_{settings}, session_{std::move(session)} {}

 protected:
  /// Throws DatabaseError.
  SqlSession& session();
  void give_up_after(const Fault& fault);

  const std::string path_;
  const SqlSession::Kind kind_;
  const SqlSettings settings_;
  std::unique_ptr<SqlSession> session_;
};

/// Takes what waits, runs each work between savepoints, commits once, then answers.
class SqlWriter : SqlWorker {
 public:
  SqlWriter(const std::string& path, const SqlSettings& settings, Courier& courier, SqlObserver& observer);
  ~SqlWriter() { close(); }

  /// [any] Answers JCT_E_LIMIT and JCT_E_CLOSED itself.
  void push(SqlJob job);
  /// [control] Serves what waits and ends the thread.
  void close();
  size_t depth() const { return queue_.depth(); }

 private:
  void run();
  void serve(std::vector<SqlJob>& batch);
  std::vector<jct_status> commit(const std::vector<SqlJob>& batch);
  /// Each work's status; throws DatabaseError where the whole transaction is gone.
  std::vector<jct_status> run_all(SqlSession& open, const std::vector<SqlJob>& batch);

  Courier& courier_;
  SqlObserver& observer_;
  RequestQueue<SqlJob> queue_;
  bool failing_ = false;  // the last batch was not stored
  std::thread thread_;
};

/// One of the threads that read; all take from one queue.
class SqlReader : SqlWorker {
 public:
  SqlReader(const std::string& path, const SqlSettings& settings, RequestQueue<SqlJob>& queue, Courier& courier,
            SqlObserver& observer);
  /// Ends once the queue is closed and empty.
  ~SqlReader() { thread_.join(); }

 private:
  void run();
  void serve(const SqlJob& job);

  RequestQueue<SqlJob>& queue_;
  Courier& courier_;
  SqlObserver& observer_;
  std::thread thread_;
};

}  // namespace junctor::storage
