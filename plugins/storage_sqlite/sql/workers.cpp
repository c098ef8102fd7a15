// SPDX-License-Identifier: Apache-2.0
// The threads of database/1. Their own threads.
#include "storage_sqlite/sql/workers.hpp"

#include <pthread.h>

#include <utility>

namespace junctor::storage {
namespace {

using Clock = std::chrono::steady_clock;

std::unique_ptr<SqlSession> open(const std::string& path, SqlSession::Kind kind, Missing missing,
                                 const SqlSettings& settings) {
  return std::make_unique<SqlSession>(path, kind, missing, settings.tuning, settings.patience);
}

}  // namespace

SqlSession& SqlWorker::session() {
  if (session_ && session_->moved()) session_.reset();
  if (!session_) session_ = open(path_, kind_, Missing::kFail, settings_);
  return *session_;
}

void SqlWorker::give_up_after(const Fault& fault) {
  const bool passing = fault.reason == "disk_full" || fault.reason == "locked" || fault.reason == "error";
  if (!passing) session_.reset();
}

SqlWriter::SqlWriter(const std::string& path, const SqlSettings& settings, Courier& courier, SqlObserver& observer)
    : SqlWorker{path, SqlSession::Kind::kWrite, open(path, SqlSession::Kind::kWrite, Missing::kCreate, settings),
                settings},
      courier_{courier},
      observer_{observer},
      queue_{{settings.queue, SIZE_MAX}} {
  thread_ = std::thread{[this] { run(); }};
  pthread_setname_np(thread_.native_handle(), "sql-write");
}

void SqlWriter::close() {
  queue_.close();
  if (thread_.joinable()) thread_.join();
  session_.reset();
}

void SqlWriter::push(SqlJob job) {
  const Status status = queue_.push(job);
  if (status == Status::kOk) return;
  if (status == Status::kLimit) observer_.refused();
  answer(courier_, job, status == Status::kLimit ? JCT_E_LIMIT : JCT_E_CLOSED);
}

void SqlWriter::run() {
  std::vector<SqlJob> batch;
  while (queue_.take(batch, settings_.batch)) {
    serve(batch);
    batch.clear();
  }
}

void SqlWriter::serve(std::vector<SqlJob>& batch) {
  const auto begin = Clock::now();
  for (const SqlJob& job : batch) observer_.waited(begin - job.asked);
  // The end of the server shall not wait busy_timeout for each batch that is left.
  const bool give_up = failing_ && queue_.is_closed();
  const std::vector<jct_status> statuses = give_up ? std::vector<jct_status>(batch.size(), JCT_E_IO) : commit(batch);
  if (!failing_) observer_.committed(batch.size(), Clock::now() - begin);
  for (size_t i = 0; i < batch.size(); ++i) answer(courier_, batch[i], statuses[i]);
}

std::vector<jct_status> SqlWriter::commit(const std::vector<SqlJob>& batch) {
  try {
    SqlSession& open = session();
    open.begin();
    std::vector<jct_status> statuses = run_all(open, batch);
    open.commit();
    failing_ = false;
    return statuses;
  } catch (const DatabaseError& error) {
    failing_ = true;
    observer_.failed(error.fault(), batch.size());
    give_up_after(error.fault());
    return std::vector<jct_status>(batch.size(), JCT_E_IO);
  }
}

std::vector<jct_status> SqlWriter::run_all(SqlSession& open, const std::vector<SqlJob>& batch) {
  std::vector<jct_status> statuses;
  for (const SqlJob& job : batch) {
    SqlSession::Outcome outcome = open.run_inside(job.work, job.prefix);
    statuses.push_back(outcome.status < 0 ? outcome.status : JCT_OK);
    if (!open.in_transaction()) {
      throw DatabaseError{outcome.fault.value_or(Fault{"error", path_ + ": the transaction has gone"})};
    }
    if (outcome.fault) observer_.failed(*outcome.fault, 1);
  }
  return statuses;
}

SqlReader::SqlReader(const std::string& path, const SqlSettings& settings, RequestQueue<SqlJob>& queue,
                     Courier& courier, SqlObserver& observer)
    : SqlWorker{path, SqlSession::Kind::kRead, open(path, SqlSession::Kind::kRead, Missing::kFail, settings), settings},
      queue_{queue},
      courier_{courier},
      observer_{observer} {
  thread_ = std::thread{[this] { run(); }};
  pthread_setname_np(thread_.native_handle(), "sql-read");
}

void SqlReader::run() {
  std::vector<SqlJob> one;
  while (queue_.take(one, 1)) {
    serve(one.front());
    one.clear();
  }
}

void SqlReader::serve(const SqlJob& job) {
  const auto begin = Clock::now();
  observer_.waited(begin - job.asked);
  jct_status status = JCT_E_IO;
  std::optional<Fault> fault;
  try {
    SqlSession::Outcome outcome = session().read(job.work, job.prefix);
    status = outcome.status < 0 ? outcome.status : JCT_OK;
    fault = std::move(outcome.fault);
  } catch (const DatabaseError& error) {
    fault = error.fault();
  }
  if (fault) {
    observer_.failed(*fault, 1);
    give_up_after(*fault);
  }
  observer_.read(Clock::now() - begin);
  answer(courier_, job, status);
}

}  // namespace junctor::storage
