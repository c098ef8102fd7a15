// SPDX-License-Identifier: Apache-2.0
// The threads of database/1. Their own threads.
#include "storage_postgres/sql/workers.hpp"

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

namespace junctor::storage::postgres {
namespace {

using Clock = std::chrono::steady_clock;

jct_status final_of(const SqlSession::Outcome& outcome) { return outcome.status < 0 ? outcome.status : JCT_OK; }

void answer_all(Courier& courier, std::vector<SqlJob>& jobs, jct_status status) {
  for (const SqlJob& job : jobs) answer(courier, job, status);
}

}  // namespace

SqlWriter::SqlWriter(const Target& target, const SqlSettings& settings, Courier& courier, SqlWatcher& watcher,
                     LinkObserver& links)
    : settings_{settings},
      courier_{courier},
      watcher_{watcher},
      queue_{{settings.queue, SIZE_MAX}},
      attendant_{queue_,
                 {target, "database write", links,
                  [this](Connection& connection) { session_.emplace(connection, SqlSession::Kind::kWrite); }},
                 {[this] { return settings_.batch; }, [this](Jobs& batch) { serve(batch); },
                  [this](Jobs& batch, const Fault& fault) {
                    watcher_.failed(fault, batch.size());
                    answer_all(courier_, batch, JCT_E_IO);
                  }}} {
  attendant_.start("pg-sql-write");
}

void SqlWriter::close() {
  queue_.close();
  attendant_.join();
}

void SqlWriter::push(SqlJob job) {
  const Status status = queue_.push(job);
  if (status == Status::kOk) return;
  if (status == Status::kLimit) watcher_.refused();
  answer(courier_, job, status == Status::kLimit ? JCT_E_LIMIT : JCT_E_CLOSED);
}

void SqlWriter::serve(Jobs& batch) {
  for (const SqlJob& job : batch) watcher_.waited(Clock::now() - job.asked);
  std::vector<jct_status> statuses(batch.size(), JCT_E_IO);
  commit(batch, 0, batch.size(), statuses);
  for (size_t i = 0; i < batch.size(); ++i) answer(courier_, batch[i], statuses[i]);
}

/// Works that met another transaction together are run one by one: each alone is shorter, and meets fewer.
void SqlWriter::commit(const Jobs& jobs, size_t first, size_t last, std::vector<jct_status>& statuses) {
  for (size_t tries = 0;; ++tries) {
    const auto begin = Clock::now();
    const Tried tried = attempt(jobs, first, last);
    if (!tried.again || tries == settings_.retries) {
      std::copy(tried.statuses.begin(), tried.statuses.end(), statuses.begin() + static_cast<std::ptrdiff_t>(first));
      const bool stored = std::find(tried.statuses.begin(), tried.statuses.end(), JCT_OK) != tried.statuses.end();
      if (stored) watcher_.committed(last - first, Clock::now() - begin);
      if (tried.again) {
        watcher_.failed({"conflict", "other nodes changed the same rows " + std::to_string(tries + 1) + " times"},
                        last - first);
      }
      return;
    }
    watcher_.retried(last - first);
    if (last - first > 1) {
      for (size_t i = first; i < last; ++i) commit(jobs, i, i + 1, statuses);
      return;
    }
    pause(tries);
  }
}

void SqlWriter::drop(const Fault& fault) {
  session_.reset();
  attendant_.drop(fault);
}

/// Those who met shall not meet again at once.
void SqlWriter::pause(size_t tries) {
  const int64_t longest = int64_t{500} << std::min<size_t>(tries, 7);
  std::this_thread::sleep_for(std::chrono::microseconds{std::uniform_int_distribution<int64_t>{0, longest}(random_)});
}

SqlWriter::Tried SqlWriter::attempt(const Jobs& jobs, size_t first, size_t last) {
  bool committing = false;
  Tried tried{std::vector<jct_status>(last - first, JCT_E_IO), false};
  try {
    attendant_.connection();  // makes session_ with it
    return run_all(*session_, jobs, first, last, committing);
  } catch (const ConnectionLost& error) {
    drop(error.fault());
    tried.again = !committing;  // surely nothing was stored
    if (committing) watcher_.failed(error.fault(), last - first);
  } catch (const DatabaseError& error) {
    watcher_.failed(error.fault(), last - first);
  }
  return tried;
}

SqlWriter::Tried SqlWriter::run_all(SqlSession& session, const Jobs& jobs, size_t first, size_t last,
                                    bool& committing) {
  const bool apart = last - first > 1;
  Tried tried;
  session.begin();
  for (size_t i = first; i < last; ++i) {
    const SqlSession::Outcome outcome = session.run(jobs[i].work, jobs[i].prefix, apart);
    if (outcome.again) {
      session.roll_back();
      return {std::vector<jct_status>(last - first, JCT_E_AGAIN), true};
    }
    tried.statuses.push_back(final_of(outcome));
    if (!outcome.fault) continue;
    watcher_.failed(*outcome.fault, 1);
    if (!keeps_connection(*outcome.fault)) throw ConnectionLost{*outcome.fault};
  }
  if (!apart && tried.statuses.front() < 0) {
    session.roll_back();
    return tried;
  }
  const SqlSession::Outcome outcome = session.commit(committing);
  if (outcome.status == JCT_OK) return tried;
  if (outcome.fault && !outcome.again) watcher_.failed(*outcome.fault, last - first);
  return {std::vector<jct_status>(last - first, outcome.status), outcome.again};
}

SqlReader::SqlReader(const Target& target, const SqlSettings& settings, RequestQueue<SqlJob>& queue, Courier& courier,
                     SqlWatcher& watcher, LinkObserver& links)
    : retries_{settings.retries},
      courier_{courier},
      watcher_{watcher},
      attendant_{queue,
                 {target, "database read", links,
                  [this](Connection& connection) { session_.emplace(connection, SqlSession::Kind::kRead); }},
                 {[] { return size_t{1}; }, [this](std::vector<SqlJob>& one) { serve(one); },
                  [this](std::vector<SqlJob>& batch, const Fault& fault) {
                    watcher_.failed(fault, batch.size());
                    answer_all(courier_, batch, JCT_E_IO);
                  }}} {
  attendant_.start("pg-sql-read");
}

SqlSession::Outcome SqlReader::read(const SqlJob& job) {
  attendant_.connection();
  session_->begin();
  return session_->run(job.work, job.prefix, false);
}

void SqlReader::serve(std::vector<SqlJob>& one) {
  const SqlJob& job = one.front();
  const auto begin = Clock::now();
  watcher_.waited(begin - job.asked);
  SqlSession::Outcome outcome;
  for (size_t tries = 0;; ++tries) {
    try {
      outcome = read(job);
      if (!outcome.again) break;
      session_->roll_back();
    } catch (const ConnectionLost& error) {
      drop(error.fault());
      outcome = {JCT_E_IO, error.fault(), true};
    } catch (const DatabaseError& error) {
      outcome = {JCT_E_IO, error.fault(), false};
      break;
    }
    if (tries == retries_) break;
    watcher_.retried(1);
  }
  watcher_.read(Clock::now() - begin);
  if (outcome.fault) watcher_.failed(*outcome.fault, 1);
  answer(courier_, job, final_of(outcome));
  try {
    if (session_) session_->roll_back();  // after the answer: nobody waits for it
  } catch (const ConnectionLost& error) {
    drop(error.fault());
  }
}

void SqlReader::drop(const Fault& fault) {
  session_.reset();
  attendant_.drop(fault);
}

}  // namespace junctor::storage::postgres
