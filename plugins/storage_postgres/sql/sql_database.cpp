// SPDX-License-Identifier: Apache-2.0
// Hands works to the threads; migrations run on the calling thread, before any work of their space.
#include "storage_postgres/sql/sql_database.hpp"

#include <junctor/sql_dialect.hpp>

#include <algorithm>
#include <utility>

#include "storage_postgres/schema.hpp"

namespace junctor::storage::postgres {

SqlDatabase::SqlDatabase(Target target, const SqlSettings& settings, Courier& courier, SqlWatcher& watcher,
                         LinkObserver& links)
    : target_{std::move(target)},
      settings_{settings},
      courier_{courier},
      watcher_{watcher},
      links_{links},
      reads_{{settings.queue, SIZE_MAX}} {}

void SqlDatabase::open() {
  if (open_) return;
  writer_ = once_up(settings_.start,
                    [this] { return std::make_unique<SqlWriter>(target_, settings_, courier_, watcher_, links_); });
  while (readers_.size() < settings_.readers) {
    readers_.push_back(once_up(settings_.start, [this] {
      return std::make_unique<SqlReader>(target_, settings_, reads_, courier_, watcher_, links_);
    }));
  }
  open_ = true;
}

void SqlDatabase::migrate(std::string_view space, const std::vector<const jct_migration*>& steps) {
  if (space == kStoreSpace) {
    throw DatabaseError{
        {"schema", "the name junctor is taken by the tables of storage/1: name the instance otherwise"}};
  }
  once_up(settings_.start, [&] { postgres::migrate(target_, space, steps); });
  open();
  const std::lock_guard lock{mutex_};
  spaces_.emplace(space);
}

std::string SqlDatabase::prefix_of(jct_str space) const {
  const std::string_view name{space.data, static_cast<size_t>(space.size)};
  const std::lock_guard lock{mutex_};
  return spaces_.find(name) == spaces_.end() ? std::string{} : table_prefix(name);
}

void SqlDatabase::read(const jct_sql_work& work) {
  SqlJob job{work, prefix_of(work.space), std::chrono::steady_clock::now()};
  if (job.prefix.empty()) return answer(courier_, job, JCT_E_STATE);
  const Status status = reads_.push(job);
  if (status == Status::kOk) return;
  if (status == Status::kLimit) watcher_.refused();
  answer(courier_, job, status == Status::kLimit ? JCT_E_LIMIT : JCT_E_CLOSED);
}

void SqlDatabase::write(const jct_sql_work& work) {
  SqlJob job{work, prefix_of(work.space), std::chrono::steady_clock::now()};
  if (job.prefix.empty()) return answer(courier_, job, JCT_E_STATE);
  writer_->push(std::move(job));
}

void SqlDatabase::close() {
  reads_.close();
  readers_.clear();
  if (writer_) writer_->close();
}

size_t SqlDatabase::waiting() const { return open_ ? std::max(reads_.depth(), writer_->depth()) : 0; }

}  // namespace junctor::storage::postgres
